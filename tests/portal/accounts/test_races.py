"""Many at once: one code lets in once, and a thousand guesses are as good as ten. Both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from portal.accounts import actions, policy, selectors
from portal.accounts.actions import addresses, proofs, signing_in
from portal.accounts.errors import SignInExpired, SignInTaken
from portal.accounts.models import Session, Stage, Throttle, TotpDevice
from portal.accounts.selectors import ways_back
from portal.accounts.selectors.factors import matching_step
from portal.accounts.selectors.passwords import ticket_key
from portal.kernel import clock, door
from tests.portal.accounts.conftest import NOON, PASSWORD, WORK, Someone, browser, make
from tests.portal.accounts.entries import events
from tests.portal.accounts.letters import last_of
from tests.portal.accounts.ways_back import NEW, ask_address, email_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.races,
    pytest.mark.feature("I7"),
]


def at_once(work: Callable[[Any], Any], items: Any, *, threads: int = 16) -> list[Any]:
    """The results of the work on each item, many at a time, each thread with its connection."""

    def one(item: Any) -> Any:
        try:
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, items))


def half_way(someone: Someone) -> Any:
    """A session that waits for the code."""
    attempt = selectors.attempt_password(someone.email, PASSWORD, "10.1.1.1")
    key = door.run(actions.begin_sign_in, WORK, attempt, device="/").key
    return selectors.standing_of_key(key).session_id


def test_fifty_posts_of_one_code_let_in_once(ada: Someone):
    def browser(n: int) -> Client:
        made = Client(REMOTE_ADDR=f"10.0.0.{n}")
        made.post("/sign-in/", {"username": ada.email, "password": PASSWORD})
        return made

    with clock.frozen(NOON):
        browsers = [browser(n) for n in range(50)]
        code = ada.code()
        answers = at_once(lambda one: one.post("/sign-in/code/", {"code": code}), browsers)

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(HTTPStatus.FOUND) == 1
    assert statuses.count(HTTPStatus.UNPROCESSABLE_ENTITY) == 49
    assert Session.objects.filter(stage=Stage.FULL).count() == 1
    assert events().count("person.signed-in") == 1


def test_fifty_posts_of_one_code_from_one_browser_let_in_once(ada: Someone):
    with clock.frozen(NOON):
        pending, code = half_way(ada), ada.code()

        def post(_: int) -> str:
            try:
                step = door.run(
                    actions.confirm_code, WORK, pending, code=code, way="app", source="x"
                )
            except SignInExpired:
                return "expired"
            return str(step.outcome)

        outcomes = at_once(post, range(50))

    assert outcomes.count("done") == 1


def test_one_recovery_code_lets_in_once(ada: Someone):
    with clock.frozen(NOON):
        key = door.run(actions.start_session, WORK, ada.id, factor="app")
        code = door.run(actions.renew_recovery_codes, ada.acts(key))[0]
        pending = [half_way(ada) for _ in range(20)]

        def post(session: Any) -> str:
            given: dict[str, Any] = {"code": code, "way": "recovery", "source": "x"}
            return str(door.run(actions.confirm_code, WORK, session, **given).outcome)

        outcomes = at_once(post, pending)

    assert outcomes.count("done") == 1
    assert selectors.remaining_codes(ada.id) == 9


@pytest.mark.feature("I12")
def test_of_two_who_prove_one_new_address_at_once_one_has_it(
    ada: Someone, root: Someone, monkeypatch: pytest.MonkeyPatch
):
    presses: list[tuple[Client, str]] = []
    for someone in (ada, root):
        ask_address(someone, NEW)
        link = str(last_of("accounts.address-proof")["link"])
        presses.append((browser(someone), link))
    gate, real = Barrier(2, timeout=30), ways_back.is_taken

    def looked(*given: Any, **more: Any) -> bool:
        found = real(*given, **more)
        if connection.vendor == "postgresql":
            # Both have looked before one of them writes. On SQLite one writes after the other.
            gate.wait()
        return found

    monkeypatch.setattr(addresses, "is_taken", looked)

    answers = at_once(lambda press: press[0].post(f"/address/{press[1]}/"), presses)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [HTTPStatus.FOUND, HTTPStatus.GONE]
    now = [email_of(someone) for someone in (ada, root)]
    assert now.count(NEW) == 1
    assert events().count("address.changed") == 1


def guesses_evaluated(someone: Someone, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of a thousand wrong codes, sent by a hundred sessions, were looked at."""
    looked_at = count()
    real = matching_step

    def counted(device: TotpDevice, code: str, at: Any) -> int | None:
        next(looked_at)
        return real(device, code, at)

    monkeypatch.setattr(proofs, "matching_step", counted)
    with clock.frozen(NOON):
        sessions = [half_way(someone) for _ in range(100)]

        def guess(n: int) -> str:
            source = f"10.0.{n % 100}.1"
            given: dict[str, Any] = {"code": f"{n:06d}", "way": "app", "source": source}
            return str(door.run(actions.confirm_code, WORK, sessions[n % 100], **given).outcome)

        outcomes = at_once(guess, range(1000))
    assert set(outcomes) == {"refused"}
    return next(looked_at)


@pytest.mark.slow
def test_of_a_thousand_guesses_at_once_ten_count(ada: Someone, monkeypatch: pytest.MonkeyPatch):
    assert guesses_evaluated(ada, monkeypatch) == policy.CODE_BY_ACCOUNT.tickets


@pytest.mark.slow
@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="SQLite's one writer is a guard of its own")
def test_without_the_conditional_update_more_of_them_count(
    ada: Someone, monkeypatch: pytest.MonkeyPatch
):
    """The twin: a count that is read, compared and written back lets many through at once."""

    def naive(actor: Any, limit: policy.Limit, value: bytes) -> bool:
        key = ticket_key(limit, value)
        row, _ = Throttle.objects.get_or_create(key=key, defaults={"window_at": clock.now()})
        if row.used >= limit.tickets:
            return False
        Throttle.objects.filter(key=key).update(used=row.used + 1)
        return True

    monkeypatch.setattr(signing_in, "take_ticket", naive)

    assert guesses_evaluated(ada, monkeypatch) > policy.CODE_BY_ACCOUNT.tickets


def test_parallel_wrong_passwords_are_counted_each(ada: Someone):
    def guess(n: int) -> int:
        client = Client(REMOTE_ADDR=f"10.0.1.{n}")
        given = {"username": ada.email, "password": f"wrong {n}"}
        return client.post("/sign-in/", given).status_code

    statuses = at_once(guess, range(40))
    right = Client().post("/sign-in/", {"username": ada.email, "password": PASSWORD})

    assert set(statuses) == {HTTPStatus.UNPROCESSABLE_ENTITY}
    assert right.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    row = Throttle.objects.get(
        key=ticket_key(policy.PASSWORD_BY_ACCOUNT, bytes(ada.person.sign_in_index))
    )
    assert row.used == policy.PASSWORD_BY_ACCOUNT.tickets


def test_two_administrators_make_the_same_person_once(transactional_db: None):
    def create(_: int) -> bool:
        try:
            make("Ada Byron", factor=False)
        except SignInTaken:
            return False
        return True

    assert at_once(create, range(8)).count(True) == 1


def test_ending_sessions_from_all_sides_does_not_deadlock(ada: Someone):
    keys = [door.run(actions.start_session, WORK, ada.id, factor="app") for _ in range(12)]
    actors = [ada.acts(key) for key in keys]

    def end(n: int) -> None:
        door.run(actions.sign_out if n % 2 else actions.end_other_sessions, actors[n])

    at_once(end, range(12), threads=12)

    assert Session.objects.filter(ended_at=None).count() <= 1
