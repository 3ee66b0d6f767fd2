"""What scheduling offers to the ground: its words, letters and demo, and its rows about people."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.actor import Actor
from portal.kernel.plugs import FormPage, LetterSpec, NavItem, ParamKind, PeopleData, Ward
from scheduling import policy
from scheduling.actions.erasing import erase_appointments
from scheduling.management.scene import play
from scheduling.readings import enclosed, home_card, is_staff
from scheduling.selectors import is_told_of
from scheduling.selectors.belongings import belongings
from scheduling.vocabulary import CANCELLED, CONFIRMED, MODES, MOVED, REMINDER, SPECS

TOLD = {
    "appointment": ParamKind.ID,
    "starts_at": ParamKind.INSTANT,
    "mode": ParamKind.CODE,
}
CODES = {"mode": frozenset(MODES)}
LETTERS = (
    LetterSpec(CONFIRMED, "scheduling/letters/confirmed.txt", TOLD, CODES, enclosed, is_told_of),
    LetterSpec(
        MOVED,
        "scheduling/letters/moved.txt",
        {**TOLD, "before_at": ParamKind.INSTANT},
        CODES,
        enclosed,
        is_told_of,
    ),
    LetterSpec(CANCELLED, "scheduling/letters/cancelled.txt", TOLD, CODES, enclosed, is_told_of),
    LetterSpec(REMINDER, "scheduling/letters/reminder.txt", TOLD, CODES, concerns=is_told_of),
)


def places(actor: Actor) -> list[NavItem]:
    """The calendar for those who keep it, one's own visits for everybody else."""
    if policy.sees_calendars(actor):
        under = ("scheduling:",)
        return [NavItem(_("Calendar"), "scheduling:day", "calendar", 20, under=under)]
    if is_staff(actor):
        return []
    return [
        NavItem(_("Visits"), "scheduling:visits", "calendar", 20, under=("scheduling:", "visits:"))
    ]


PLUGS = Ward(
    name="scheduling",
    form_pages=(FormPage("POST scheduling:confirm", ("reason",), "scheduling:booking"),),
    vocabulary=SPECS,
    home_cards=(home_card,),
    navigation=(places,),
    letters=LETTERS,
    belongings=(belongings,),
    demo_scenes=(play,),
    people_data=(
        PeopleData("scheduling.Appointment", "patient", "record", eraser=erase_appointments),
        PeopleData("scheduling.Change", "appointment__patient", "record"),
        PeopleData("scheduling.Claim", "appointment__patient", "record"),
        PeopleData("scheduling.Calendar", "resource_id", "record"),
        PeopleData("scheduling.Receipt", "person_id", "account"),
        PeopleData("scheduling.Offering", "clinician", "account"),
        PeopleData("scheduling.Hours", "person", "account"),
        PeopleData("scheduling.TimeException", "person", "account"),
    ),
    about=_("Appointments"),
    reason=_("arranges or holds your appointments"),
)
