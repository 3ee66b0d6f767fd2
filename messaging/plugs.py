"""What messaging offers to the ground: topics, commands, words, cards, its rows about people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging import actions, forms
from messaging.actions import Noted, Sent
from messaging.actions.drafts import erase_drafts
from messaging.actions.erasing import erase_threads
from messaging.management.scene import play
from messaging.management.teams import furnish
from messaging.readings import (
    InboxTopic,
    NotesTopic,
    ThreadTopic,
    exported,
    exported_drafts,
    home_card,
    teams_card,
)
from messaging.selectors.belongings import belongings
from messaging.selectors.notices import may_be_told
from messaging.vocabulary import SPECS
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.plugs import Command, FormPage, LetterSpec, NavItem, ParamKind, PeopleData, Ward


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


def told_beside(noted: Noted) -> dict[str, Any]:
    """What the page is told of an item beside a thread that it made."""
    return {
        "thread": str(noted.thread_id),
        "sequence": noted.sequence,
        "written_at": clock.stamp(noted.written_at),
    }


def told_nothing(_: None) -> dict[str, Any]:
    """Done is all there is to tell."""
    return {}


def places(actor: Actor) -> list[NavItem]:
    """Where threads are, and for administrators where teams are set up."""
    ours = ("thread", "write", "reply", "reopen", "note", "keep", "keep-new")
    threads = tuple(f"messaging:{name}" for name in ours)
    items = [NavItem(_("Messages"), "messaging:threads", "chat", 10, under=threads)]
    if actor.has_role("administrator"):
        under = ("messaging:team",)
        items.append(
            NavItem(_("Teams"), "messaging:teams", "people", 85, under=under, is_account=True)
        )
    return items


THREAD, TEXT, NEW = "messaging:thread", ("body",), ("topic", "body")

PLUGS = Ward(
    name="messaging",
    topics=(ThreadTopic(), NotesTopic(), InboxTopic()),
    commands=(
        Command("messaging.open", forms.parse_open, actions.open_thread, told),
        Command("messaging.reply", forms.parse_reply, actions.reply, told, thread_order),
        Command("messaging.close", forms.parse_thread, actions.close_thread, told, thread_order),
        Command("messaging.reopen", forms.parse_thread, actions.reopen_thread, told, thread_order),
        Command(
            "messaging.mark_read", forms.parse_mark, actions.mark_read, told_nothing, thread_order
        ),
        Command("messaging.claim", forms.parse_thread, actions.claim, told_beside, thread_order),
        Command(
            "messaging.release", forms.parse_thread, actions.release, told_beside, thread_order
        ),
        Command("messaging.assign", forms.parse_assign, actions.assign, told_beside, thread_order),
        Command(
            "messaging.hand_on", forms.parse_hand_on, actions.hand_on, told_beside, thread_order
        ),
        Command(
            "messaging.resolve", forms.parse_thread, actions.resolve, told_beside, thread_order
        ),
        Command("messaging.note", forms.parse_note, actions.write_note, told_beside, thread_order),
    ),
    form_pages=(
        FormPage("POST messaging:write", NEW),
        FormPage("POST messaging:keep-new", NEW, "messaging:write", "messaging:write"),
        FormPage("POST messaging:reply", TEXT, THREAD),
        FormPage("POST messaging:keep", TEXT, THREAD, "messaging:reply"),
        FormPage("POST messaging:reopen", TEXT, THREAD, "messaging:reply"),
        FormPage("POST messaging:note", TEXT, THREAD),
    ),
    vocabulary=SPECS,
    belongings=(belongings,),
    letters=(
        LetterSpec(
            "messaging.new-message",
            "messaging/letters/new_message.txt",
            params={"again": ParamKind.CODE},
            codes={"again": frozenset({"new", "again"})},
            concerns=may_be_told,
        ),
    ),
    home_cards=(home_card, teams_card),
    navigation=(places,),
    demo_scenes=(play, furnish),
    people_data=(
        PeopleData(
            "messaging.Thread", "patient", "record", exporter=exported, eraser=erase_threads
        ),
        PeopleData("messaging.Message", "thread__patient", "record"),
        PeopleData("messaging.ReadMark", "person_id", "account"),
        PeopleData(
            "messaging.Draft", "patient", "record", exporter=exported_drafts, eraser=erase_drafts
        ),
        # Internal: kept with the record, and in nothing that is handed to the patient.
        PeopleData("messaging.Aside", "thread__patient", "record"),
        PeopleData("messaging.TeamMember", "person_id", "account"),
    ),
    about=_("Messages"),
    reason=_("answers messages for the clinic"),
)
