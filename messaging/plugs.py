"""What messaging offers to the ground: a topic, commands, words, a card, its rows about people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging import actions, forms
from messaging.actions import Sent
from messaging.management.scene import play
from messaging.readings import ThreadTopic, exported, home_card
from messaging.vocabulary import SPECS
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.plugs import Command, NavItem, PeopleData, Ward


def thread_order(given: Mapping[str, Any]) -> str:
    """Commands of one thread run in order of arrival: they lock its row first."""
    return str(given["thread_id"].hex)


def told(sent: Sent) -> dict[str, Any]:
    """What the page is told of an item that it made."""
    return {
        "thread": str(sent.thread_id),
        "sequence": sent.sequence,
        "message": str(sent.message_id),
        "sent_at": clock.stamp(sent.sent_at),
    }


def told_nothing(_: None) -> dict[str, Any]:
    """Done is all there is to tell."""
    return {}


def places(actor: Actor) -> list[NavItem]:
    """Where threads are."""
    return [NavItem(_("Messages"), "messaging:threads", "chat", 10, under=("messaging:",))]


PLUGS = Ward(
    name="messaging",
    topics=(ThreadTopic(),),
    commands=(
        Command("messaging.open", forms.parse_open, actions.open_thread, told),
        Command("messaging.reply", forms.parse_reply, actions.reply, told, thread_order),
        Command("messaging.close", forms.parse_thread, actions.close_thread, told, thread_order),
        Command("messaging.reopen", forms.parse_thread, actions.reopen_thread, told, thread_order),
        Command(
            "messaging.mark_read", forms.parse_mark, actions.mark_read, told_nothing, thread_order
        ),
    ),
    vocabulary=SPECS,
    home_cards=(home_card,),
    navigation=(places,),
    demo_scenes=(play,),
    people_data=(
        PeopleData("messaging.Thread", "patient", "record", exporter=exported),
        PeopleData("messaging.Message", "thread__patient", "record"),
        PeopleData("messaging.ReadMark", "person_id", "account"),
    ),
)
