"""How fast a page may talk: what is light has a wider measure, and does not use up the other's."""

import time

import pytest

from portal.kernel import plugs
from portal.kernel.ids import new_id
from portal.realtime import pace as pace_module
from portal.realtime.frames import Do, Follow, Ping
from portal.realtime.pace import Pace, Paces

pytestmark = pytest.mark.pure


@pytest.fixture
def two_commands(monkeypatch):
    """One command is light, the other is not."""

    def made(name: str, *, is_light: bool) -> plugs.Command:
        return plugs.Command(name, dict, print, dict, is_light=is_light)

    found = {"say": made("say", is_light=True), "write": made("write", is_light=False)}
    monkeypatch.setattr(plugs, "commands", lambda: found)


def allowed(pace: Pace, name: str, times: int) -> int:
    """How many of these commands in a row are allowed."""
    return sum(pace.allows(Do(name, new_id(), {})) for _ in range(times))


def test_a_light_command_has_four_times_the_room(two_commands):
    pace = Pace((5, 5))

    assert allowed(pace, "say", 100) == 20
    assert allowed(pace, "write", 100) == 5


def test_neither_uses_up_the_others_room(two_commands):
    pace = Pace((5, 5))
    assert allowed(pace, "write", 5) == 5
    assert allowed(pace, "say", 20) == 20

    assert not pace.allows(Follow("thread.x", 0))
    assert pace.allows(Ping())


def test_an_unknown_command_is_none_of_the_light_ones(two_commands):
    assert allowed(Pace((5, 5)), "unknown", 100) == 5


def test_who_asks_too_often_for_what_is_not_there_is_stopped(two_commands):
    pace = Pace((5, 5))
    for _ in range(5):
        assert allowed(pace, "say", 1) == 1
        pace.charge()

    assert allowed(pace, "say", 1) == 0
    assert allowed(pace, "write", 1) == 1


def test_a_flood_of_light_commands_is_a_flood(two_commands):
    pace = Pace((5, 5))
    allowed(pace, "say", 200)

    assert pace.is_flood


def test_pages_of_one_person_share_what_is_light_and_what_was_not_there(two_commands):
    paces, person = Paces(), new_id()
    first = paces.of(person, (5, 5))
    assert allowed(first, "say", 15) == 15

    again = paces.of(person, (5, 5))
    assert allowed(again, "say", 100) == 5
    assert allowed(again, "write", 5) == 5

    for _ in range(5):
        first.charge()
    assert allowed(paces.of(person, (5, 5)), "say", 1) == 0
    assert allowed(paces.of(new_id(), (5, 5)), "say", 100) == 20


def test_after_a_flood_the_next_page_begins_with_nothing(two_commands, monkeypatch):
    paces, person = Paces(), new_id()
    first = paces.of(person, (5, 60))
    allowed(first, "say", 200)
    assert first.is_flood

    again = paces.of(person, (5, 60))

    assert not again.allows(Follow("thread.x", 0))
    assert allowed(again, "say", 10) == 0
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert allowed(paces.of(person, (5, 60)), "write", 10) == 5


def test_people_who_have_long_been_calm_are_forgotten_and_floods_are_not(two_commands, monkeypatch):
    monkeypatch.setattr(pace_module, "MOST_PEOPLE", 3)
    paces, loud = Paces(), new_id()
    allowed(paces.of(loud, (5, 5)), "say", 200)
    for _ in range(10):
        paces.of(new_id(), (5, 5))

    assert len(paces) <= 3
    assert allowed(paces.of(loud, (5, 5)), "say", 1) == 0
