"""Every address and command of docs/access.md: its headers, and fields that nobody asked for."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from portal.audit.models import Entry
from tests.architecture.access import SCENES, Row, table
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of, said, taken_back
from tests.cast import Cast, Someone
from tests.harness.contents import changed, contents
from tests.harness.live import live
from tests.world import World

TABLE = table()
PAGES = [row for row in TABLE.values() if row.asked.startswith(("GET", "POST"))]
POSTS = [row for row in PAGES if row.asked.startswith("POST")]
COMMANDS = [row for row in TABLE.values() if row.asked.startswith("do")]
WITH_CAMERA = {"visits:room", "visits:check"}
LOOKERS = ("ada", "cara", "max", "nobody")

# The headers of every answer ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.asked)
def test_no_answer_is_kept_framed_or_run(row, world):
    faults = []
    for someone in (world.cast.people[key] for key in LOOKERS):
        with taken_back():
            answer = asked(row, world, someone)
            faults += [f"{someone.key}: {fault}" for fault in loose(answer, row.asked.split()[1])]

    assert not faults, "\n".join(faults)


def loose(answer: HttpResponse, name: str) -> list[str]:
    """What the headers of an answer leave open."""
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )
    features = answer["Permissions-Policy"]
    camera = "(self)" if name in WITH_CAMERA and answer.status_code == 200 else "()"
    wanted = {
        "nothing by default": policy.get("default-src") == "'none'",
        "own scripts alone": policy.get("script-src") == "'self'",
        "own styles alone": policy.get("style-src") == "'self'",
        "no page as text": policy.get("require-trusted-types-for") == "'script'",
        "nobody's frame": policy.get("frame-ancestors") == "'none'",
        "no other base": policy.get("base-uri") == "'none'",
        "forms to us": policy.get("form-action") == "'self'",
        "nothing unsafe": "unsafe" not in answer["Content-Security-Policy"],
        "kept by nobody": answer["Cache-Control"] == "no-store",
        "different for everybody": "Cookie" in answer["Vary"],
        "without a tag": not {"ETag", "Last-Modified", "Expires"} & {*answer.headers},
        "not guessed at": answer["X-Content-Type-Options"] == "nosniff",
        "not told to others": answer["Referrer-Policy"] in {"same-origin", "no-referrer"},
        "apart from its opener": answer["Cross-Origin-Opener-Policy"] == "same-origin",
        "not read from elsewhere": answer["Cross-Origin-Resource-Policy"] == "same-origin",
        "camera": f"camera={camera}" in features,
        "microphone": f"microphone={camera}" in features,
        "no place": "geolocation=()" in features,
    }
    crumbs = [
        f"cookie {crumb.key} is open to scripts or other sites"
        for crumb in answer.cookies.values()
        if crumb["max-age"] != 0 and not (crumb["httponly"] and crumb["samesite"])
    ]
    return [what for what, holds in wanted.items() if not holds] + crumbs


def asked(row: Row, world: World, someone: Someone) -> Any:
    """The answer to what this row asks for."""
    browser: Client = browser_of(someone)
    ask = SCENES[row.asked](world, someone, cookie_of(browser))
    if row.asked.startswith("GET"):
        return browser.get(ask.where)
    return browser.post(ask.where, dict(ask.fields))


def test_loose_headers_are_found():
    answer = HttpResponse("x")
    answer.set_cookie("who", "ada")
    answer["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline'"
    answer["Permissions-Policy"] = "camera=(self)"
    for name in ("Cache-Control", "Vary", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
        answer[name] = "*"
    for name in ("X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
        answer[name] = "*"
    answer["ETag"] = "x"

    assert len(loose(answer, "home")) == 19


# Fields that nobody asked for -----------------------------------------------------------------


def identities(someone: Someone, cast: Cast) -> dict[str, Any]:
    """What a client might say of itself, or would like to be."""
    return {
        **dict.fromkeys(("actor", "actor_id", "user", "user_id", "sender", "author"), someone.id),
        **dict.fromkeys(("owner", "by", "made_by", "person_id", "session"), someone.id),
        **dict.fromkeys(("patient_id", "on_behalf_of", "for"), cast.ada_record),
        **dict.fromkeys(("role", "roles", "label"), "administrator"),
        **dict.fromkeys(("is_staff", "is_superuser", "is_active", "verified", "is_fresh"), "1"),
        **dict.fromkeys(("factor", "scope", "state", "status"), "full"),
        **dict.fromkeys(("id", "pk", "sequence", "created_at", "retention", "sealed"), "1"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.asked)
def test_what_is_added_to_a_form_does_nothing(row, world):
    faults = []
    for someone in one_of_each(row, world):
        plain, laden = (outcome(row, world, someone, added=added) for added in (False, True))
        if plain != laden:
            faults.append(f"{someone.key}: {plain} became {laden}")

    assert not faults, "\n".join(faults)


@pytest.mark.django_db
def test_a_field_that_did_something_would_be_noticed(world):
    row, ben = TABLE["POST messaging:reply"], world.cast.ben

    with taken_back():
        mine = outcome(row, world, world.cast.ada, added=False)
    with taken_back():
        others = outcome(row, world, ben, added=False)

    assert mine != others


def one_of_each(row: Row, world: World) -> list[Someone]:
    """The first of the cast for each answer that the row has."""
    firsts = {cell: key for key, cell in reversed([*row.cells.items()])}
    return [world.cast.people[key] for key in firsts.values()]


@dataclass(frozen=True)
class Outcome:
    """What a request did: its status, the tables it changed, and who is on record for what."""

    status: int
    moved: tuple[str, ...]
    entries: Mapping[tuple[str, int, str], int]


def outcome(row: Row, world: World, someone: Someone, *, added: bool) -> Outcome:
    """The same request, with or without what nobody asked for; undone afterwards."""
    with taken_back():
        browser = browser_of(someone)
        ask = SCENES[row.asked](world, someone, cookie_of(browser))
        fields = {**identities(world.cast.max, world.cast), **ask.fields} if added else ask.fields
        where = ask.where
        if added:
            joint = "&" if "?" in where else "?"
            where = f"{where}{joint}user={world.cast.max.id}&is_staff=1&role=administrator"
        before, known = contents(), set(Entry.objects.values_list("id", flat=True))
        answer = browser.post(where, dict(fields))
        new = Entry.objects.exclude(id__in=known).values_list("event", "outcome", "actor")
        return Outcome(answer.status_code, tuple(changed(before)), Counter(new))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.asked)
async def test_what_is_added_to_a_command_refuses_it(row, world):
    may = (key for key, cell in row.cells.items() if not cell.startswith("no"))
    someone = world.cast.people[next(may)]
    ask = await asyncio.to_thread(SCENES[row.asked], world, someone, "")
    for name in ("actor", "is_staff", "author"):
        async with live(someone) as page:
            before = await asyncio.to_thread(contents)
            laden = replace(ask, fields={**ask.fields, name: str(world.cast.max.id)})

            assert await said(page, row.asked, laden) == "bad-input"
            assert await asyncio.to_thread(changed, before) == []


def test_cookies_of_a_real_clinic_are_for_its_own_encrypted_pages():
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
