"""Nobody's name is shown, and nothing is changed, without an entry: every row of docs/access.md.

Whoever is not the patient and gets a page or frame on which Ada is named has left an entry that
names her record, in the request that showed it. Whoever changes something has left an entry, too.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Q

from portal.audit.models import Entry
from portal.audit.selectors.entries import pseudonym_of_patient
from tests.architecture.access import SCENES, Ask, Row, table
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of, taken_back
from tests.cast import Someone
from tests.harness.canary import STEM
from tests.harness.contents import changed, contents
from tests.harness.live import live
from tests.world import World

pytestmark = pytest.mark.feature("A1")

TABLE = table()
PAGES = [row for row in TABLE.values() if row.asked.startswith(("GET", "POST"))]
SOCKET = [row for row in TABLE.values() if row.asked.startswith(("follow", "do"))]
NAMED = (f"Ada {STEM.capitalize()}", f"ada {STEM}", f"{STEM}-ada")
"""What Ada's record is called by. Her account, which others manage, is called by its address."""
QUIET = {
    # What was looked at has its entry already, and how long somebody stays is no act.
    "POST messaging:mark-read",
    "do messaging.mark_read",
    "POST accounts:stay",
    # A stranger asks; whoever uses the link is recorded.
    "POST accounts:forgotten",
    # How pages look to oneself.
    "POST scheduling:zone",
    "POST accounts:language",
}


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.asked)
def test_who_is_shown_or_changed_is_written_down(row, world):
    faults = []
    for someone in others(row, world):
        with taken_back():
            faults += page_faults(row, world, someone)

    assert not faults, "\n".join(faults)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", SOCKET, ids=lambda row: row.asked)
async def test_the_same_over_the_socket(row, world):
    faults = []
    for someone in others(row, world):
        ask = await asyncio.to_thread(SCENES[row.asked], world, someone, "")
        rows, before = await asyncio.to_thread(contents), await asyncio.to_thread(newest)
        async with live(someone) as page:
            told = await heard(page, row, ask)
        faults += await asyncio.to_thread(faults_of, row, world, someone, told, rows, before)

    assert not faults, "\n".join(faults)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "key"),
    [("GET patients:chart", "cara"), ("GET messaging:thread", "cara"), ("GET home", "pia")],
)
def test_a_name_without_an_entry_is_noticed(asked, key, world, monkeypatch):
    monkeypatch.setattr(f"{__name__}.pseudonym_of_patient", lambda _: "p_nobody")

    assert page_faults(TABLE[asked], world, world.cast.people[key])


def others(row: Row, world: World) -> Iterator[Someone]:
    """Whoever may, one of each kind. Ada's own looks are told in her report as her own."""
    for key in ("pia", "cara", "sam", "ivy", "max"):
        if row.cells[key] == "yes":
            yield world.cast.people[key]


def page_faults(row: Row, world: World, someone: Someone) -> list[str]:
    """What was shown or changed and has no entry."""
    browser = browser_of(someone)
    ask = SCENES[row.asked](world, someone, cookie_of(browser))
    rows, before = contents(), newest()
    if row.asked.startswith("GET"):
        answer = browser.get(ask.where)
    else:
        answer = browser.post(ask.where, dict(ask.fields))
    return faults_of(row, world, someone, text_of(answer), rows, before)


def faults_of(
    row: Row, world: World, someone: Someone, told: str, rows: Any, before: Any
) -> list[str]:
    """What the answer shows, and what is different now, without an entry."""
    faults = []
    if names_ada(told) and not naming_ada(world, before):
        faults.append(f"{row.asked}: {someone.key} was shown her name, and no entry says so")
    moved = changed(rows)
    is_act = row.asked.startswith(("POST", "do")) and row.asked not in QUIET
    if is_act and moved and not since(before).exists():
        faults.append(f"{row.asked}: {someone.key} changed {moved}, and no entry says so")
    return faults


async def heard(page: Any, row: Row, ask: Ask) -> str:
    """What the socket says."""
    kind, name = row.asked.split()
    if kind == "do":
        return json.dumps(await page.do(name, **ask.fields), ensure_ascii=False)
    await page.follow(ask.where)
    return json.dumps(await page.hear("items", topic=ask.where), ensure_ascii=False)


def text_of(answer: Any) -> str:
    """What the answer says."""
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode()


def names_ada(text: str) -> bool:
    """True if Ada's record is named in it."""
    return any(name in text for name in NAMED)


def newest() -> Any:
    """The newest entry so far; ids grow with time."""
    return Entry.objects.order_by("-id").values_list("id", flat=True).first()


def since(before: Any) -> Any:
    """The entries that came after it."""
    return Entry.objects.filter(id__gt=before) if before else Entry.objects.all()


def naming_ada(world: World, before: Any) -> bool:
    """True if one of them names Ada's record."""
    hers = pseudonym_of_patient(world.cast.ada_record)
    return bool(since(before).filter(Q(patient=hers) | Q(mentions__patient=hers)).exists())
