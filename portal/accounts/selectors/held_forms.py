"""Forms that were sent after the session had lapsed, sealed for the browser that sent them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from portal.accounts.models import HeldForm
from portal.accounts.selectors.sessions import digest, find_session
from portal.crypto import envelope, keys
from portal.crypto.context import NOBODY
from portal.crypto.envelope import OpenKey
from portal.crypto.keyring import keyring
from portal.crypto.primitives import SealBroken, derive
from portal.kernel import clock
from portal.kernel.actor import Actor

HELD = timedelta(hours=1)
LAPSED = ("idle", "limit")
"""Why a session ends by itself."""
KIND, FIELD = "held-form", "form"
_INFO = b"portal.held-form.v1"


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """What was typed, for the view of this name, and the page to which it goes back."""

    name: str
    page: str
    fields: str


def form_sealed(form: Form, secret: str, held_id: UUID) -> bytes:
    """The form, sealed for the browser and by the installation: neither opens it alone."""
    key = _key(secret)
    told = json.dumps([form.name, form.page, form.fields]).encode()
    inner = envelope.seal(key, told, key.place(KIND, item=held_id, field=FIELD))
    return keys.seal_for_installation("people", inner, kind=KIND, item=held_id, field=FIELD)


def held_by(secret: str) -> list[HeldForm]:
    """What is held for the browser with this secret, the oldest first."""
    if not secret:
        return []
    held = HeldForm.objects.filter(key_digest=digest(secret), until__gt=clock.now())
    return list(held.order_by("until", "pk"))


def lapsed_lately(key: str) -> UUID | None:
    """The session of this cookie, if it lapsed by itself so lately that its forms are held."""
    session = find_session(key) if key else None
    if session is None or session.ended_why not in LAPSED or session.ended_at is None:
        return None
    return session.pk if session.ended_at > clock.now() - HELD else None


def held_for(actor: Actor, held: HeldForm, secret: str) -> Form | None:
    """What is held, if it is this actor's; None for anybody else, and if it does not open."""
    if held.person_id != actor.id:
        return None
    sealed, key = bytes(held.form_sealed), _key(secret)
    try:
        inner = keys.unseal_for_installation("people", sealed, kind=KIND, item=held.pk, field=FIELD)
        told = envelope.unseal(key, inner, key.place(KIND, item=held.pk, field=FIELD))
    except SealBroken:
        return None
    return Form(*json.loads(told))


def _key(secret: str) -> OpenKey:
    installation = keyring().installation
    made = derive(secret.encode(), salt=installation.bytes, info=_INFO)
    return OpenKey(installation, NOBODY, KIND, NOBODY, 1, made)
