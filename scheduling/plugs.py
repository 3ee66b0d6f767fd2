"""What scheduling offers to the ground: its words, and its rows about people."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.plugs import PeopleData, Ward
from scheduling.vocabulary import SPECS

PLUGS = Ward(
    name="scheduling",
    vocabulary=SPECS,
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
