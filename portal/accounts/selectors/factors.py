"""Second factors: authenticator apps (RFC 6238) and recovery codes."""

import secrets
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import UUID

import segno
from django.conf import settings
from django_otp.oath import hotp

from portal.accounts.errors import NotInDemo
from portal.accounts.models import RecoveryCode, TotpDevice
from portal.accounts.selectors.people import profiles
from portal.crypto import blind
from portal.crypto.keys import seal_for_installation, unseal_for_installation
from portal.crypto.primitives import same
from portal.kernel import clock

STEP = 30
DIGITS = 6
SECRET_BYTES = 20
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 16
LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the page shows to somebody who sets up an app."""

    secret: str = field(repr=False)
    otpauth_url: str = field(repr=False)
    qr_path: str = field(repr=False)
    qr_size: int


def seal_secret(handle: UUID, secret: bytes) -> bytes:
    """The secret of an app, sealed for this device."""
    return seal_for_installation("devices", secret, kind="device", item=handle, field="secret")


def secret_of(device: TotpDevice) -> bytes:
    """The secret that the app holds, too."""
    return unseal_for_installation(
        "devices", bytes(device.secret_sealed), kind="device", item=device.handle, field="secret"
    )


def matching_step(device: TotpDevice, code: str, at: datetime) -> int | None:
    """The step whose code this is: now, or one before or after. Never one that was used."""
    given = "".join(code.split())
    if len(given) != DIGITS or not given.isascii() or not given.isdigit():
        return None
    secret, now = secret_of(device), step_of(at)
    found = None
    for step in (now - 1, now + 1, now):
        if same(_code(secret, step).encode(), given.encode()) and step > device.last_step:
            found = step
    return found


def step_of(at: datetime) -> int:
    """The half minute that this instant lies in."""
    return int(at.timestamp()) // STEP


def set_up_of(device: TotpDevice, person_id: UUID) -> SetUp:
    """What the person scans or types."""
    secret = b32encode(secret_of(device)).decode()
    profile = profiles([person_id])[person_id]
    issuer = settings.CLINIC_NAME or settings.OTP_TOTP_ISSUER
    label = quote(f"{issuer}:{profile.email}")
    url = (
        f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
    )
    path, size = qr(url)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return SetUp(groups, url, path, size)


def qr(text: str) -> tuple[str, int]:
    """The QR code as SVG path data, one unit a module, and its side, quiet zone included."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length or 1
    return "".join(runs), len(rows)


def new_recovery_code() -> str:
    """Eighty random bits, in four groups of letters and digits that are hard to mistake."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def recovery_digest(handle: UUID, code: str) -> bytes:
    """The keyed hash of a recovery code of this device, however it was typed."""
    plain = code.lower().translate(LOOKALIKES)
    return blind.index("recovery", f"{handle.hex}:{plain}")


def confirmed_app(person_id: UUID) -> TotpDevice | None:
    """The app that this person signs in with."""
    return TotpDevice.objects.filter(user=person_id, confirmed=True).first()


def has_factor(person_id: UUID) -> bool:
    """True if signing in takes a second step."""
    return TotpDevice.objects.filter(user=person_id, confirmed=True).exists()


def remaining_codes(person_id: UUID) -> int:
    """How many recovery codes are left."""
    return RecoveryCode.objects.filter(device__user=person_id, used_at=None).count()


def code_now(person_id: UUID) -> str:
    """The next code that lets this person in, in the demo; see `seconds_until_accepted`.

    Raises NotInDemo. Empty for somebody without an app. One that was just used is not given again.
    """
    device = _app_in_demo(person_id)
    return _code(secret_of(device), _next_step(device)) if device else ""


def seconds_until_accepted(person_id: UUID) -> float:
    """How long until the code of `code_now` is taken: it may be half a minute early, not more.

    Raises NotInDemo.
    """
    device = _app_in_demo(person_id)
    if device is None:
        return 0.0
    opens = (_next_step(device) - 1) * STEP
    return max(0.0, opens - clock.now().timestamp())


def _app_in_demo(person_id: UUID) -> TotpDevice | None:
    if settings.PROFILE != "demo":
        raise NotInDemo
    return confirmed_app(person_id)


def _next_step(device: TotpDevice) -> int:
    return max(step_of(clock.now()), device.last_step + 1)


def _code(secret: bytes, step: int) -> str:
    number: int = hotp(secret, step, DIGITS)  # type: ignore[no-untyped-call]
    return f"{number:0{DIGITS}d}"
