"""What patients offer to the ground: their words, a card of the first page, rows about people."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from patients.actions import enrolled
from patients.actions.erasing import erase_record
from patients.policy import may_look_for_patients, may_review
from patients.readings import (
    exported,
    exported_offers,
    exported_questions,
    home_card,
    questions_card,
    review_card,
)
from patients.selectors import account_of, acts_for_somebody, count_waiting, lapsed, own_record
from patients.vocabulary import ANSWERED, SPECS, WAITS
from portal.kernel.actor import Actor
from portal.kernel.plugs import FormPage, FreshAct, LetterSpec, NavItem, ParamKind, PeopleData, Ward

ABOUT = {"question": ParamKind.ID, "patient": ParamKind.ID}
UNDER_REVIEW = ("patients:review",)


def places(actor: Actor) -> list[NavItem]:
    """Where one's own record is, or the directory, and who acts for whom."""
    found = []
    if may_review(actor):
        waiting = count_waiting(actor)
        found += [
            NavItem(_("Review"), "patients:review", "eye", 20, under=UNDER_REVIEW, count=waiting)
        ]
    if may_look_for_patients(actor):
        under = ("patients:",) if not found else ("patients:directory", "patients:arrange")
        return [*found, NavItem(_("Patients"), "patients:directory", "people", 40, under=under)]
    record = own_record(actor)
    if record is not None:
        chart = reverse("patients:chart", args=[record])
        found.append(NavItem(_("My record"), chart, "record", 30))
    if record is not None or acts_for_somebody(actor):
        words = _("Who can act for me") if record is not None else _("For whom I act")
        found.append(NavItem(words, "patients:proxies", "people", 82, is_account=True))
    return found


_LET_ACT = _("let somebody act for a patient")
FRESH_ACTS = (
    FreshAct("POST patients:proxies", _LET_ACT),
    FreshAct("POST patients:appoint", _LET_ACT, page="patients:arrange"),
    FreshAct("POST patients:invite", _("let somebody into a record"), page="patients:arrange"),
    FreshAct(
        "GET patients:report-file",
        _("take away who looked at a record"),
        page="patients:report",
        is_file=True,
    ),
)

PLUGS = Ward(
    name="patients",
    form_pages=(
        FormPage("POST patients:ask", ("text",)),
        FormPage("POST patients:review-question", ("text",)),
        FormPage("POST patients:register", ("given", "family", "born")),
    ),
    fresh_acts=FRESH_ACTS,
    vocabulary=SPECS,
    home_cards=(home_card, questions_card, review_card),
    letters=(
        LetterSpec(ANSWERED, "patients/letters/question_answered.txt", ABOUT),
        LetterSpec(WAITS, "patients/letters/question_waits.txt", ABOUT),
    ),
    navigation=(places,),
    people_data=(
        PeopleData("patients.Patient", "pk", "record", exporter=exported, eraser=erase_record),
        PeopleData("patients.Mark", "patient", "record"),
        PeopleData("patients.Proxy", "patient", "record"),
        PeopleData("patients.Offer", "patient", "record", exporter=exported_offers),
        PeopleData("patients.AccessQuestion", "patient", "record", exporter=exported_questions),
        PeopleData("patients.Receipt", "person_id", "account"),
        PeopleData("patients.CareTeamMember", "patient", "record"),
        PeopleData("patients.Encounter", "patient", "record"),
        PeopleData("patients.Clinician", "person", "account"),
    ),
    enrolled=(enrolled,),
    account_of=account_of,
    lapsed=(lapsed,),
    about=_("Record and contacts"),
)
