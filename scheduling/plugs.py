"""What scheduling offers to the ground: its words and letters, and its rows about people."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.plugs import LetterSpec, ParamKind, PeopleData, Ward
from scheduling.readings import enclosed
from scheduling.vocabulary import CANCELLED, CONFIRMED, MODES, MOVED, REMINDER, SPECS

TOLD = {
    "appointment": ParamKind.ID,
    "starts_at": ParamKind.INSTANT,
    "mode": ParamKind.CODE,
}
CODES = {"mode": frozenset(MODES)}
LETTERS = (
    LetterSpec(CONFIRMED, "scheduling/letters/confirmed.txt", TOLD, CODES, enclosed),
    LetterSpec(
        MOVED,
        "scheduling/letters/moved.txt",
        {**TOLD, "before_at": ParamKind.INSTANT},
        CODES,
        enclosed,
    ),
    LetterSpec(CANCELLED, "scheduling/letters/cancelled.txt", TOLD, CODES, enclosed),
    LetterSpec(REMINDER, "scheduling/letters/reminder.txt", TOLD, CODES),
)

PLUGS = Ward(
    name="scheduling",
    vocabulary=SPECS,
    letters=LETTERS,
    people_data=(
        PeopleData("scheduling.Appointment", "patient", "record"),
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
