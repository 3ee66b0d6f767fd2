"""What changes about patients and the links around them, each with its entry."""

from patients.actions.imports import Engaged, Imported, import_people
from patients.actions.links import add_to_care_team, end_care_team, end_proxy, grant_proxy
from patients.actions.marks import mark_unmarked
from patients.actions.offers import (
    accept_offer,
    decline_offer,
    enrolled,
    invite_patient,
    offer_proxy,
    withdraw_offer,
)
from patients.actions.questions import answer_question, ask_question
from patients.actions.records import change_chart, link_account, register_patient

__all__ = [
    "Engaged",
    "Imported",
    "accept_offer",
    "add_to_care_team",
    "answer_question",
    "ask_question",
    "change_chart",
    "decline_offer",
    "end_care_team",
    "end_proxy",
    "enrolled",
    "grant_proxy",
    "import_people",
    "invite_patient",
    "link_account",
    "mark_unmarked",
    "offer_proxy",
    "register_patient",
    "withdraw_offer",
]
