"""Every address, topic and command has a row in docs/access.md, and every cell of it holds."""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.kernel.ids import new_id
from tests.architecture.access import SCENES, Ask, Row, frames, routes, table
from tests.cast import Someone
from tests.harness.contents import changed, contents
from tests.harness.live import Refused, knock, live
from tests.world import World

TABLE = table()
PAGES = [row for row in TABLE.values() if row.asked.startswith(("GET", "POST"))]
SOCKET = [row for row in TABLE.values() if row.asked.startswith(("follow", "do"))]
REFUSED = "access.refused"


def test_every_row_says_how_it_is_asked_for():
    assert TABLE.keys() == SCENES.keys()


def test_every_topic_and_command_has_a_row():
    assert {row.asked for row in SOCKET} == frames()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(routes()))
def test_every_address_has_a_row_for_each_way_of_asking(name, cast):
    arguments = [new_id() for _ in routes()[name]]

    answer = browser_of(cast.ada).options(reverse(name, args=arguments))

    assert answer.status_code == 405, f"{name} answers every method"
    allowed = {*answer["Allow"].split(", ")} - {"HEAD", "OPTIONS"}
    assert {f"{method} {name}" for method in allowed} == {
        row.asked for row in PAGES if row.asked.split()[1] == name
    }


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.asked)
def test_each_page_opens_to_whom_the_table_says(row, world):
    faults = []
    for someone in world.cast.people.values():
        with taken_back():
            faults += page_faults(row, world, someone)

    assert not faults, "\n".join(faults)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", SOCKET, ids=lambda row: row.asked)
async def test_each_frame_is_answered_as_the_table_says(row, world):
    faults = []
    for someone in world.cast.people.values():
        faults += await frame_faults(row, world, someone)

    assert not faults, "\n".join(faults)


WRONG = [
    ("GET messaging:thread", "ada", "no"),
    ("GET messaging:thread", "dov", "yes"),
    ("GET messaging:thread", "nobody", "no"),
    ("POST messaging:reply", "ben", "yes"),
    ("POST messaging:reply", "pia", "303"),
    ("POST accounts:sign-out", "max", "no"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "key", "cell"), WRONG)
def test_a_wrong_cell_of_a_page_is_noticed(asked, key, cell, world):
    row = replace(TABLE[asked], cells={key: cell})

    assert page_faults(row, world, world.cast.people[key])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("asked", "key", "cell"),
    [
        ("follow thread", "dov", "yes"),
        ("follow thread", "cara", "no"),
        ("do messaging.reply", "ben", "yes"),
        ("do messaging.close", "pia", "no"),
        ("do messaging.close", "nobody", "no"),
    ],
)
async def test_a_wrong_cell_of_the_socket_is_noticed(asked, key, cell, world):
    row = replace(TABLE[asked], cells={key: cell})

    assert await frame_faults(row, world, world.cast.people[key])


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["GET messaging:thread", "GET patients:chart"])
def test_not_yours_and_not_there_are_the_same_page(asked, world, dov):
    browser = browser_of(dov)
    theirs = SCENES[asked](world, dov, "").where
    nowhere = reverse(asked.split()[1], args=[new_id()])

    assert same_page(browser.get(theirs)) == same_page(browser.get(nowhere))


def same_page(answer: Any) -> str:
    """The page, without what is new each time."""
    assert answer.status_code == 404
    return re.sub(r'value="\w{64}"', "", answer.content.decode())


def page_faults(row: Row, world: World, someone: Someone) -> list[str]:
    """What differs from the cell of this row and person."""
    browser = browser_of(someone)
    method, cell = row.asked.split()[0], row.cells[someone.key]
    ask = SCENES[row.asked](world, someone, cookie_of(browser))
    before, entries = contents(), tried()

    send = browser.get if method == "GET" else browser.post
    answer = send(ask.where, ask.fields if method == "POST" else None)

    status = str(answer.status_code)
    fault = f"{row.asked}: {someone.key} should have {cell!r} and has {status}"
    if cell == "yes":
        right = status == row.answer and (method == "GET" or bool(changed(before)))
    elif cell == "no":
        right = status == "404" and not changed(before) and tried() == entries + 1
    elif cell == "sign in":
        right = status == "302" and "/sign-in/" in answer["Location"] and not changed(before)
    else:
        right = status == cell and not changed(before)
    return [] if right else [f"{fault}; changed: {changed(before)}; tried: {tried() - entries}"]


async def frame_faults(row: Row, world: World, someone: Someone) -> list[str]:
    """The same for a frame."""
    cell = row.cells[someone.key]
    if not someone.roles:
        let_in = await knock("") is not None
        return [f"{row.asked}: a stranger has a socket"] if let_in or cell != "no socket" else []
    ask = await asyncio.to_thread(SCENES[row.asked], world, someone, "")
    async with live(someone) as page:
        before = await asyncio.to_thread(contents)
        entries = await asyncio.to_thread(tried)
        word = await said(page, row.asked, ask)
        moved = await asyncio.to_thread(changed, before)
        entries = await asyncio.to_thread(tried) - entries
    if cell == "yes":
        right = word == row.answer and (row.answer == "items" or bool(moved))
    elif cell == "no":
        right = word == "not-found" and not moved and entries == 1
    else:
        right = word == cell and not moved
    fault = f"{row.asked}: {someone.key} should have {cell!r} and has {word}"
    return [] if right else [f"{fault}; changed: {moved}; tried: {entries}"]


async def said(page, asked: str, ask: Ask) -> str:
    """How the portal answers: items, done, or the code of a refusal."""
    kind, name = asked.split()
    try:
        if kind == "do":
            await page.do(name, **ask.fields)
            return "done"
        await page.follow(ask.where)
        await page.hear("items", topic=ask.where)
    except Refused as refusal:
        return refusal.code
    return "items"


def tried() -> int:
    """How many refused attempts are on record."""
    return Entry.objects.filter(event=REFUSED).count()


def browser_of(someone: Someone) -> Client:
    """A browser of theirs, signed in if they can sign in at all."""
    browser = Client()
    if someone.roles:
        browser.cookies[settings.SESSION_COOKIE_NAME] = someone.start_session()
    return browser


def cookie_of(browser: Client) -> str:
    """The value of the session's cookie."""
    morsel = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """What happens in the block is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
