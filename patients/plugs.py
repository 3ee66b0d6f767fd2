"""What patients offer to the ground: their words, a card of the first page, rows about people."""

from patients.readings import exported, home_card
from patients.vocabulary import SPECS
from portal.kernel.plugs import PeopleData, Ward

PLUGS = Ward(
    name="patients",
    vocabulary=SPECS,
    home_cards=(home_card,),
    people_data=(
        PeopleData("patients.Patient", "pk", "record", exporter=exported),
        PeopleData("patients.Proxy", "patient", "record"),
        PeopleData("patients.CareTeamMember", "patient", "record"),
        PeopleData("patients.Encounter", "patient", "record"),
        PeopleData("patients.Clinician", "person", "account"),
    ),
)
