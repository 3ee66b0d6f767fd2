"""Second factors: setting one up, its codes and their edges, and the codes on paper."""

import re
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from django_otp import devices_for_user
from django_otp.middleware import OTPMiddleware

from portal.accounts import actions, selectors
from portal.accounts.errors import NotAllowed, NotFresh, NotInDemo
from portal.accounts.models import RecoveryCode, Session, TotpDevice
from portal.accounts.selectors import factors
from portal.accounts.sessions import SessionStore
from portal.crypto.primitives import SealBroken
from portal.kernel import door
from tests.portal.accounts.conftest import NOON, PASSWORD, Someone, browser, key_of, later
from tests.portal.accounts.entries import events

pytestmark = [pytest.mark.feature("I3"), pytest.mark.usefixtures("noon")]
NOW = factors.step_of(NOON)


def app_of(someone: Someone) -> TotpDevice:
    return TotpDevice.objects.get(user=someone.id, confirmed=True)


def code_at(device: TotpDevice, step: int) -> str:
    return factors._code(factors.secret_of(device), step)


def half_way(someone: Someone) -> Client:
    client = Client()
    client.post("/sign-in/", {"username": someone.email, "password": PASSWORD})
    return client


def enrol(client: Client) -> tuple[str, ...]:
    """Set an app up by its page; the recovery codes that follow."""
    shown = client.get("/account/factor/").content.decode()
    secret = re.search(r'class="secret" dir="ltr">([A-Z2-7 ]+)<', shown)
    assert secret
    device = TotpDevice.objects.get(confirmed=False)
    page = client.post("/account/factor/", {"code": code_at(device, NOW)}).content.decode()
    return tuple(re.findall(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}", page))


@pytest.mark.parametrize(("offset", "is_taken"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_code_lives_for_its_step_and_one_on_either_side(ada: Someone, offset: int, is_taken: int):
    client = half_way(ada)

    answer = client.post("/sign-in/code/", {"code": code_at(app_of(ada), NOW + offset)})

    assert (answer.status_code == HTTPStatus.FOUND) == bool(is_taken)
    if is_taken:
        assert app_of(ada).drift == offset


def test_codes_before_one_that_was_used_are_worth_nothing(ada: Someone):
    device = app_of(ada)
    half_way(ada).post("/sign-in/code/", {"code": code_at(device, NOW + 1)})

    answers = [
        half_way(ada).post("/sign-in/code/", {"code": code_at(device, NOW + offset)})
        for offset in (-1, 0, 1)
    ]

    assert [answer.status_code for answer in answers] == [HTTPStatus.UNPROCESSABLE_ENTITY] * 3


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "１２３４５６", "12345a", "-12345", "١٢٣٤٥٦"]
)
def test_what_is_no_code_is_refused(ada: Someone, code: str):
    answer = half_way(ada).post("/sign-in/code/", {"code": code})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_published_vector_gives_its_code():
    """RFC 6238, appendix B, the last six of its eight digits."""
    secret = b"12345678901234567890"

    assert [factors._code(secret, at // 30) for at in (59, 1111111109, 20000000000)] == [
        "287082",
        "081804",
        "353130",
    ]


def test_staff_enrol_and_are_in_under_a_new_cookie(dov: Someone):
    client = half_way(dov)
    before = key_of(client)

    codes = enrol(client)

    assert len(set(codes)) == 10
    assert key_of(client) != before
    assert client.get("/account/sessions/").status_code == HTTPStatus.OK
    assert events()[-2:] == ["factor.added", "recovery-codes.made"]
    assert Session.objects.get(ended_at=None).factor == "app"


def test_the_code_that_enrolled_does_not_sign_in(dov: Someone):
    enrol(half_way(dov))

    answer = half_way(dov).post("/sign-in/code/", {"code": code_at(app_of(dov), NOW)})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_wrong_code_enrols_nobody_and_the_secret_stays(dov: Someone):
    client = half_way(dov)
    first = client.get("/account/factor/").content

    answer = client.post("/account/factor/", {"code": "000000"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not TotpDevice.objects.filter(confirmed=True).exists()
    secret = re.search(rb"<path [^>]* d=\"([^\"]+)\"", first)
    assert secret
    assert secret[1] in answer.content


def test_a_patient_may_turn_it_on_and_other_sessions_end(ben: Someone):
    elsewhere, client = browser(ben, factor=""), half_way(ben)

    codes = enrol(client)

    assert len(codes) == 10
    assert elsewhere.get("/account/sessions/")["Location"].startswith("/sign-in/?reason=ended")
    assert half_way(ben).get("/account/sessions/")["Location"].startswith("/sign-in/code/")


def test_a_recovery_code_lets_in_once_however_it_is_typed(ben: Someone):
    codes = enrol(half_way(ben))
    typed = codes[3].upper().replace("-", " ").replace("0", "O").replace("1", "L")

    first = half_way(ben).post("/sign-in/code/", {"code": typed, "way": "recovery"})
    log = events()[-2:]
    second = half_way(ben).post("/sign-in/code/", {"code": codes[3], "way": "recovery"})

    assert first["Location"] == "/"
    assert log == ["recovery-code.used", "person.signed-in"]
    assert second.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert selectors.remaining_codes(ben.id) == 9


def test_recovery_codes_are_shown_once_and_kept_as_hashes(ben: Someone):
    client = half_way(ben)
    codes = enrol(client)

    again = client.get("/account/recovery-codes/").content.decode()

    assert not any(code in again for code in codes)
    assert "10 codes" in again
    stored = {bytes(row.digest) for row in RecoveryCode.objects.all()}
    assert len(stored) == 10
    assert not any(code.replace("-", "").encode() in digest for code in codes for digest in stored)


def test_new_recovery_codes_make_the_old_ones_worthless(ben: Someone):
    client = half_way(ben)
    old = enrol(client)

    page = client.post("/account/recovery-codes/new/").content.decode()
    answer = half_way(ben).post("/sign-in/code/", {"code": old[0], "way": "recovery"})

    assert len(re.findall(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}", page)) == 10
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_somebody_elses_recovery_code_does_not_let_in(ben: Someone, ada: Someone):
    codes = enrol(half_way(ben))

    answer = half_way(ada).post("/sign-in/code/", {"code": codes[0], "way": "recovery"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert selectors.remaining_codes(ben.id) == 10


def test_another_app_takes_a_fresh_sign_in(ada: Someone):
    client = browser(ada)
    actor = ada.acts(key_of(client))

    with later(minutes=14):
        door.run(actions.begin_factor, actor)
    with later(minutes=16):
        page = client.get("/account/factor/")
        with pytest.raises(NotFresh):
            door.run(actions.begin_factor, actor)
        with pytest.raises(NotFresh):
            door.run(actions.confirm_factor, actor, "000000")
        with pytest.raises(NotFresh):
            door.run(actions.renew_recovery_codes, actor)

    assert page.status_code == HTTPStatus.FORBIDDEN
    assert b'name="_step_up" value="app"' in page.content


def test_another_app_replaces_the_first_and_ends_other_sessions(ada: Someone):
    old, client, elsewhere = app_of(ada), browser(ada), browser(ada)

    enrol(client)

    assert app_of(ada).pk != old.pk
    assert TotpDevice.objects.filter(user=ada.id).count() == 1
    assert elsewhere.get("/account/sessions/")["Location"].startswith("/sign-in/?reason=ended")


def test_somebody_without_an_app_has_no_recovery_codes_to_renew(ben: Someone):
    with pytest.raises(NotAllowed):
        door.run(actions.renew_recovery_codes, ben.acts(key_of(browser(ben, factor=""))))


def test_nobody_else_adds_an_app(ada: Someone, root: Someone):
    with pytest.raises(NotAllowed):
        door.run(actions.add_totp, root.acts(key_of(browser(root))), ada.id)


def test_a_secret_is_sealed_for_its_own_device(ada: Someone, cara: Someone):
    device, other = app_of(ada), app_of(cara)
    secret = factors.secret_of(device)
    device.secret_sealed = other.secret_sealed

    with pytest.raises(SealBroken):
        factors.secret_of(device)
    assert secret not in bytes(app_of(ada).secret_sealed)


def test_djangos_own_parts_know_who_is_verified(ada: Someone, ben: Someone):
    def seen(client: Client):
        request = HttpRequest()
        request.session = SessionStore(key_of(client))
        request.user = get_user(request)
        OTPMiddleware(lambda r: r)(request)
        return request.user

    client = half_way(ada)
    client.post("/sign-in/code/", {"code": ada.code()})

    assert seen(client).pk == ada.id
    assert seen(client).is_verified()
    assert not seen(browser(ben, factor="")).is_verified()
    assert [device.persistent_id for device in devices_for_user(ada.person)]
    assert not app_of(ada).verify_token(ada.code())


def test_the_picture_is_the_address_in_squares():
    import segno

    path, size = factors.qr("otpauth://totp/x?secret=ABC")
    grid = [[0] * size for _ in range(size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for at in range(int(x), int(x) + int(length)):
            grid[int(y)][at] = 1

    made = segno.make("otpauth://totp/x?secret=ABC", error="m", micro=False)
    assert grid == [list(row) for row in made.matrix_iter(border=4)]


def test_the_demo_tells_codes_that_work_at_once_and_again(ada: Someone):
    first, second = half_way(ada), half_way(ada)

    answers = [
        first.post("/sign-in/code/", {"code": ada.code()}),
        second.post("/sign-in/code/", {"code": ada.code()}),
    ]

    assert [answer.status_code for answer in answers] == [HTTPStatus.FOUND] * 2


def test_the_demo_says_how_much_too_early_its_third_code_is(ada: Someone):
    first, second, third = half_way(ada), half_way(ada), half_way(ada)
    for client in (first, second):
        assert selectors.seconds_until_accepted(ada.id) == 0
        client.post("/sign-in/code/", {"code": ada.code()})

    wait, code = selectors.seconds_until_accepted(ada.id), ada.code()

    assert wait == 20, "noon here is ten seconds into its step, and the code is two steps ahead"
    with later(seconds=wait - 1):
        assert third.post("/sign-in/code/", {"code": code}).status_code != HTTPStatus.FOUND
    with later(seconds=wait):
        assert third.post("/sign-in/code/", {"code": code}).status_code == HTTPStatus.FOUND


def test_outside_of_the_demo_nobody_tells_codes(ada: Someone, settings):
    settings.PROFILE = "production"

    with pytest.raises(NotInDemo):
        ada.code()
