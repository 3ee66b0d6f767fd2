"""One id of another patient's at a time: what is mixed of two patients is refused everywhere.

Each form of docs/access.md is filled in twice, about Ada and about Ben. Then every part of the
one is exchanged for its counterpart in the other, and sent by somebody who may do the first.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest

from patients import actions as patients
from patients.models import Scope
from portal.kernel import door
from tests.architecture.access import SCENES, Ask, Row, table
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of, taken_back
from tests.cast import WORK, Cast, Someone
from tests.harness.contents import changed, contents
from tests.world import World

# An account is one's own: there is no id in it to exchange.
FORMS = [
    row
    for row in table().values()
    if row.asked.startswith("POST") and not row.asked.startswith("POST accounts:")
]
ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


@pytest.mark.django_db
@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.asked)
def test_what_is_mixed_of_two_patients_is_refused(row, world):
    faults = []
    for key in ("ada", "cara"):
        if row.cells[key] == "yes":
            faults += mixed_faults(row, world, world.cast.people[key])

    assert not faults, "\n".join(faults)


OPEN_TO_BOTH = {
    # A colleague may be asked, and a visit be with whoever offers its kind.
    "POST messaging:assign", "POST messaging:team-join", "POST scheduling:hold",
    # A visit that moves keeps its patient and its kind: of a form of times only the time is read.
    "POST scheduling:move",
    # An exception goes by its own id; the person beside it only leads back to the page.
    "POST scheduling:remove-exception",
}  # fmt: skip


def mixed_faults(row: Row, world: World, someone: Someone) -> list[str]:
    """What is carried out although one part of it belongs to somebody else's patient."""
    if row.asked in OPEN_TO_BOTH:
        return []
    faults = []
    for places in mixtures(row, world, someone):
        with taken_back():
            browser = browser_of(someone)
            ours, theirs = both(row, world, someone, cookie_of(browser))
            ask = mixed(ours, theirs, places)
            before = contents()
            answer = browser.post(ask.where, dict(ask.fields))
            moved = changed(before)
            if moved or (str(answer.status_code) == row.answer and answer.status_code < 300):
                faults.append(f"{someone.key}, {places}: {answer.status_code}, changed {moved}")
    return faults


def mixtures(row: Row, world: World, someone: Someone) -> Iterator[tuple[int, ...]]:
    """Every choice of ids to exchange, short of none and of all."""
    with taken_back():
        ours, theirs = both(row, world, someone, "")
    differing = [n for n, (a, b) in enumerate(pairs(ours, theirs)) if a != b]
    for many in range(1, len(differing)):
        yield from combinations(differing, many)


def both(row: Row, world: World, someone: Someone, key: str) -> tuple[Ask, Ask]:
    """The same thing asked about Ada, and about Ben, whose doctor is Dr Dov."""
    mirrored = World(mirror(world.cast))
    ben, pia = world.cast.ben_record, world.cast.pia.id
    door.run(patients.add_to_care_team, WORK, ben, world.cast.dov.id)
    door.run(patients.grant_proxy, WORK, ben, pia, scope=Scope.FULL, relation="parent")
    scene = SCENES[row.asked]
    ours = scene(world, someone, key)
    theirs = scene(mirrored, mirrored.cast.people[someone.key], key)
    return ours, replace(theirs, fields=kept_words(ours.fields, theirs.fields))


def mirror(cast: Cast) -> Cast:
    """Ben in Ada's place, Dr Dov in Dr Cara's."""
    people = dict(cast.people)
    people |= {"ada": cast.ben, "ben": cast.ada, "cara": cast.dov, "dov": cast.cara}
    return replace(cast, people=people, ada_record=cast.ben_record, ben_record=cast.ada_record)


def kept_words(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the one with the ids of the other: words and command ids stay."""
    return {
        name: theirs[name] if name != "command_id" and ID.search(str(value)) else value
        for name, value in ours.items()
    }


def pairs(ours: Ask, theirs: Ask) -> list[tuple[str, str]]:
    """The ids of both, by place."""
    first, second = (ID.findall(flat(ask)) for ask in (ours, theirs))
    assert len(first) == len(second)
    return list(zip(first, second, strict=True))


def mixed(ours: Ask, theirs: Ask, places: tuple[int, ...]) -> Ask:
    """Ours, with the ids at these places taken from theirs."""
    numbers = iter(range(10_000))
    others = [other for _, other in pairs(ours, theirs)]

    def chosen(found: re.Match[str]) -> str:
        number = next(numbers)
        return others[number] if number in places else found[0]

    where, _, fields = ID.sub(chosen, flat(ours)).partition(" ")
    return Ask(where, json.loads(fields))


def flat(ask: Ask) -> str:
    """An address and its fields as one text."""
    fields = {n: str(v) if isinstance(v, UUID) else v for n, v in ask.fields.items()}
    return f"{ask.where} {json.dumps(fields)}"
