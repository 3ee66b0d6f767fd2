"""What visits offer to the ground: two topics, commands, words, a card, rows about people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.actor import Actor
from portal.kernel.plugs import Command, FormPage, NavItem, PeopleData, Ward
from scheduling.visits import actions, forms, selectors
from scheduling.visits.actions.erasing import erase_visits
from scheduling.visits.management.scene import play
from scheduling.visits.readings import exported, home_card
from scheduling.visits.sockets import ArrivalsTopic, VisitTopic, WaitingTopic
from scheduling.visits.vocabulary import SPECS


def visit_order(given: Mapping[str, Any]) -> str:
    """Frames of one visit run in order of arrival: they lock its row first."""
    return str(given["appointment_id"].hex)


def told(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the page is told of a step: what is kept of it."""
    return result


def told_nothing(_: Any) -> dict[str, Any]:
    """Done is all there is to tell."""
    return {}


def told_number(number: int) -> dict[str, Any]:
    """Which frame is on its way."""
    return {"n": number}


def places(actor: Actor) -> list[NavItem]:
    """Where those who have a waiting room keep an eye on it."""
    if not selectors.may_watch(actor):
        return []
    count = selectors.n_waiting(actor)
    return [NavItem(_("Waiting room"), "visits:arrivals", "video", 25, count=count)]


def bell(actor: Actor) -> list[str]:
    """Those who have a waiting room are told on every page who came into it."""
    return ["visits/_bell.html"] if selectors.may_watch(actor) else []


PLUGS = Ward(
    name="scheduling.visits",
    topics=(VisitTopic(), ArrivalsTopic(), WaitingTopic()),
    commands=(
        Command("visits.arrive", forms.parse_visit, actions.arrive, told),
        Command("visits.admit", forms.parse_visit, actions.admit, told),
        Command("visits.decline", forms.parse_decline, actions.decline, told),
        Command("visits.back", forms.parse_visit, actions.send_back, told),
        Command("visits.note", forms.parse_note, actions.note, told_nothing),
        Command("visits.join", forms.parse_join, actions.join, told),
        Command("visits.leave", forms.parse_visit, actions.leave, told),
        Command("visits.end", forms.parse_visit, actions.end, told),
        Command("visits.confirm", forms.parse_confirm, actions.confirm, told_nothing),
        Command(
            "visits.signal",
            forms.parse_signal,
            actions.signal,
            told_number,
            visit_order,
            is_light=True,
        ),
    ),
    form_pages=(FormPage("POST visits:confirm", ("place", "phone", "others"), "visits:room"),),
    vocabulary=SPECS,
    home_cards=(home_card,),
    navigation=(places,),
    beside=(bell,),
    demo_scenes=(play,),
    people_data=(
        PeopleData(
            "visits.Visit",
            "appointment__patient",
            "record",
            exporter=exported,
            eraser=erase_visits,
        ),
        PeopleData("visits.Seat", "visit__appointment__patient", "record"),
        PeopleData("visits.Attendance", "visit__appointment__patient", "record"),
        PeopleData("visits.Confirmation", "visit__appointment__patient", "record"),
        PeopleData("visits.Frame", "visit__appointment__patient", "days-1"),
        PeopleData("visits.Carried", "visit__appointment__patient", "days-1"),
    ),
    about=_("Video visits"),
    reason=_("takes part in your video visit, or prepares it"),
)
