"""The signed-in socket: who may open it, and what it leaves behind."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from portal.accounts import actions, selectors, sockets
from portal.kernel import door
from tests.portal.accounts.conftest import PASSWORD, WORK, Someone
from tests.portal.accounts.entries import last
from tests.portal.accounts.wires import ORIGIN, close_of, is_let_in, opened, session_for, wire

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("nobody_is_left_behind"),
    pytest.mark.feature("I8"),
]


async def test_only_a_page_of_ours_opens_it(ada: Someone):
    key = await session_for(ada)

    answers = [await is_let_in(wire(key, origin=origin)) for origin in (ORIGIN, b"null", b"")]

    assert answers == [True, False, False]
    assert not await is_let_in(wire(key, (b"origin", ORIGIN)))


async def test_a_stranger_and_an_ended_session_are_refused(ada: Someone):
    key = await session_for(ada)
    actor = (await asyncio.to_thread(selectors.standing_of_key, key)).actor
    await door.arun(actions.sign_out, actor)

    for cookie in ("", "z" * 40, key):
        assert not await is_let_in(wire(cookie))


async def test_a_second_cookie_header_is_refused(ada: Someone):
    key = await session_for(ada)

    assert not await is_let_in(wire(key, (b"cookie", b"portal=other")))


@pytest.mark.feature("I3")
async def test_half_way_is_not_in(ada: Someone):
    def begin() -> str:
        attempt = selectors.attempt_password(ada.email, PASSWORD, "test")
        return door.run(actions.begin_sign_in, WORK, attempt, device="/").key

    assert not await is_let_in(wire(await asyncio.to_thread(begin)))


@pytest.mark.feature("I3")
async def test_staff_without_their_factor_are_not_in(cara: Someone):
    assert not await is_let_in(wire(await session_for(cara, factor="")))
    assert await is_let_in(wire(await session_for(cara, factor="app")))


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
async def test_while_the_database_is_away_a_handshake_is_refused_quietly(
    ada: Someone,
    failure: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    key = await session_for(ada)

    def away(key: str) -> Any:
        raise failure("the server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(selectors, "standing_of_key", away)
        assert not await is_let_in(wire(key))

    (told,) = [row for row in caplog.records if row.name == "portal.accounts"]
    assert (told.levelname, told.exc_info) == ("WARNING", None)
    assert key not in told.getMessage()
    assert await is_let_in(wire(key))


Ending = Callable[[Someone, Any], Awaitable[Any]]


async def test_the_eleventh_socket_of_a_person_closes_the_first(ada: Someone, cara: Someone):
    other = await opened(cara)
    made = [await opened(ada) for _ in range(sockets.MOST_SOCKETS + 1)]

    assert (await close_of(made[0]))[0] == 4409
    for stays in (*made[1:], other):
        assert await stays.receive_nothing(timeout=0.02)
    for one in (*made, other):
        await one.disconnect()


async def test_what_a_page_tries_in_vain_is_on_record(ada: Someone):
    made = await opened(ada)

    await made.send_to(text_data=json.dumps({"kind": "follow", "topic": "thread.x", "after": 0}))
    answer = json.loads(await made.receive_from(timeout=2))
    entry = await asyncio.to_thread(last)

    assert answer["code"] == "not-found"
    assert (entry.event, entry.outcome) == ("access.refused", 8)
    await made.disconnect()
