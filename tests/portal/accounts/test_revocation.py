"""How soon a socket closes once its person has lost the right to it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts import actions, selectors, sockets
from portal.accounts.selectors.factors import _code, secret_of, step_of
from portal.kernel import clock, door
from portal.realtime.nudge import hub
from tests.portal.accounts.conftest import PASSWORD, WORK, Someone, make
from tests.portal.accounts.wires import close_of, is_let_in, opened, session_for, wire

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("nobody_is_left_behind"),
    pytest.mark.feature("I8"),
]


async def signed_out(someone: Someone, actor: Any) -> None:
    await door.arun(actions.sign_out, actor)


async def session_ended_elsewhere(someone: Someone, actor: Any) -> None:
    elsewhere = await session_for(someone)
    other = (await asyncio.to_thread(selectors.standing_of_key, elsewhere)).actor
    await door.arun(actions.end_other_sessions, other)


async def closed(someone: Someone, actor: Any) -> None:
    await door.arun(actions.close_person, WORK, someone.id)


async def role_ended(someone: Someone, actor: Any) -> None:
    await door.arun(actions.end_role, WORK, someone.id, "patient")


async def password_changed_elsewhere(someone: Someone, actor: Any) -> None:
    elsewhere = await session_for(someone)

    def change() -> None:
        other = selectors.standing_of_key(elsewhere).actor
        attempt = selectors.attempt_own_password(someone.id, PASSWORD, "test")
        hashed = selectors.hashed_password("another long sentence")
        door.run(actions.change_password, other, attempt, password_hash=hashed)

    await asyncio.to_thread(change)


async def became_staff(someone: Someone, actor: Any) -> None:
    await door.arun(actions.grant_role, WORK, someone.id, "clinician")


ENDINGS: list[Callable[[Someone, Any], Awaitable[None]]] = [
    signed_out,
    session_ended_elsewhere,
    closed,
    role_ended,
    password_changed_elsewhere,
]


@pytest.mark.parametrize("nudged", [True, False], ids=["nudged", "redis-down"])
@pytest.mark.usefixtures("transactional_db")
async def test_it_closes_within_a_second(nudged: bool, monkeypatch: pytest.MonkeyPatch):
    if not nudged:
        monkeypatch.setattr(hub(), "publish", lambda nudge: None)
    outcomes = {}
    for ending in ENDINGS:
        someone = await asyncio.to_thread(make, f"A {ending.__name__}", "patient")
        key = await session_for(someone)
        actor = (await asyncio.to_thread(selectors.standing_of_key, key)).actor
        made = await opened(someone, key)
        await ending(someone, actor)
        outcomes[ending.__name__] = await close_of(made)
        await made.disconnect()

    assert {name: code for name, (code, _) in outcomes.items()} == {
        ending.__name__: 4401 for ending in ENDINGS
    }
    assert max(took for _, took in outcomes.values()) < 1


async def test_without_the_question_nothing_closes_when_the_nudge_is_lost(
    ada: Someone, monkeypatch: pytest.MonkeyPatch
):
    """The twin: without the poll a lost nudge leaves the socket open."""
    monkeypatch.setattr(hub(), "publish", lambda nudge: None)
    monkeypatch.setattr(sockets.watch, "_ask", lambda: asyncio.sleep(0))
    made = await opened(ada)

    await door.arun(actions.close_person, WORK, ada.id)

    assert await made.receive_nothing(timeout=1.2)
    await made.disconnect()


async def test_a_new_role_without_its_factor_closes_a_session_that_lacks_it(ada: Someone):
    made = await opened(ada, await session_for(ada, factor=""))

    await became_staff(ada, None)

    assert (await close_of(made))[0] == 4401
    await made.disconnect()


async def test_what_does_not_touch_the_session_leaves_it_open_with_fresh_roles(ada: Someone):
    made = await opened(ada)
    (socket,) = sockets.watch._open[ada.id]

    await became_staff(ada, None)

    assert await made.receive_nothing(timeout=0.7)
    assert socket.actor.roles == {"patient", "clinician"}
    assert socket.actor.source == "socket"
    await made.disconnect()


async def password_changed_here(someone: Someone, key: str) -> str:
    def change() -> str:
        actor = someone.acts(key)
        attempt = selectors.attempt_own_password(someone.id, PASSWORD, "test")
        hashed = selectors.hashed_password("another long sentence")
        return door.run(actions.change_password, actor, attempt, password_hash=hashed).key

    return await asyncio.to_thread(change)


async def stepped_up_by_password(someone: Someone, key: str) -> str:
    def prove() -> str:
        attempt = selectors.attempt_own_password(someone.id, PASSWORD, "test")
        return door.run(actions.step_up_by_password, someone.acts(key), attempt).key

    return await asyncio.to_thread(prove)


async def stepped_up_by_code(someone: Someone, key: str) -> str:
    def prove() -> str:
        door.run(actions.add_totp, WORK, someone.id)
        given = {"code": someone.code(), "way": "app", "source": "test"}
        return door.run(actions.step_up_by_code, someone.acts(key), **given).key

    return await asyncio.to_thread(prove)


async def factor_set_up(someone: Someone, key: str) -> str:
    def enrol() -> str:
        actor = someone.acts(key)
        device = door.run(actions.begin_factor, actor)
        code = _code(secret_of(device), step_of(clock.now()))
        enrolled = door.run(actions.confirm_factor, actor, code)
        assert enrolled
        return enrolled.key

    return await asyncio.to_thread(enrol)


RENEWALS = [password_changed_here, stepped_up_by_password, stepped_up_by_code, factor_set_up]


@pytest.mark.feature("I5")
@pytest.mark.parametrize("renewal", RENEWALS)
async def test_a_socket_under_a_cookie_that_was_replaced_closes(
    renewal: Callable[[Someone, str], Awaitable[str]], ben: Someone
):
    """Whoever stole the cookie may have opened a socket with it, too."""
    old = await session_for(ben, factor="")
    stolen = await opened(ben, old)

    new = await renewal(ben, old)

    assert (await close_of(stolen))[0] == 4410
    assert not await is_let_in(wire(old))
    mine = await opened(ben, new)
    assert await mine.receive_nothing(timeout=0.7)
    for one in (stolen, mine):
        await one.disconnect()


async def test_other_people_stay(ada: Someone, cara: Someone):
    hers, theirs = await opened(ada), await opened(cara)

    await door.arun(actions.close_person, WORK, ada.id)

    assert (await close_of(hers))[0] == 4401
    assert await theirs.receive_nothing(timeout=0.7)
    await hers.disconnect()
    await theirs.disconnect()


async def test_a_session_that_idles_out_closes_although_it_pings(ada: Someone):
    made = await opened(ada)
    with clock.moved(by=timedelta(minutes=29)):
        await made.send_to(text_data='{"kind":"ping"}')
        assert json.loads(await made.receive_from(timeout=2))["kind"] == "pong"
        assert await made.receive_nothing(timeout=0.7)

    with clock.moved(by=timedelta(minutes=30, seconds=1)):
        code, _ = await close_of(made, within=2)

    assert code == 4401
    await made.disconnect()


async def test_a_page_that_is_used_meanwhile_keeps_its_socket(ada: Someone):
    key = await session_for(ada)
    made = await opened(ada, key)
    (socket,) = sockets.watch._open[ada.id]
    with clock.moved(by=timedelta(minutes=20)):
        await door.arun(actions.note_presence, socket.actor, socket.session_id)

    with clock.moved(by=timedelta(minutes=31)):
        assert await made.receive_nothing(timeout=1.2)

    await made.disconnect()


async def test_a_role_that_runs_out_closes_without_anything_being_written(ada: Someone):
    await door.arun(actions.end_role, WORK, ada.id, "patient")
    until = clock.now() + timedelta(minutes=5)
    await door.arun(actions.grant_role, WORK, ada.id, "patient", until=until)
    made = await opened(ada)

    with clock.moved(by=timedelta(minutes=5, seconds=1)):
        code, _ = await close_of(made, within=2)

    assert code == 4401
    await made.disconnect()


async def test_an_outage_of_the_database_is_outlived(ada: Someone, monkeypatch: pytest.MonkeyPatch):
    made = await opened(ada)
    real = selectors.revoked_since

    def away(*_: Any) -> Any:
        raise OSError("away")

    monkeypatch.setattr(hub(), "publish", lambda nudge: None)
    monkeypatch.setattr(selectors, "revoked_since", away)
    await door.arun(actions.close_person, WORK, ada.id)
    await asyncio.sleep(1.2)
    monkeypatch.setattr(selectors, "revoked_since", real)

    assert (await close_of(made))[0] == 4401
    await made.disconnect()
