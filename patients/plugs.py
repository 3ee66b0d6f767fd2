"""What patients offer to the ground: their words, a card of the first page, rows about people."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from patients.readings import exported, home_card
from patients.selectors import own_record
from patients.vocabulary import SPECS
from portal.kernel.actor import Actor
from portal.kernel.plugs import NavItem, PeopleData, Ward


def places(actor: Actor) -> list[NavItem]:
    """Where somebody with a record of their own finds it."""
    record = own_record(actor)
    if record is None:
        return []
    return [NavItem(_("My record"), reverse("patients:chart", args=[record]), "record", 30)]


PLUGS = Ward(
    name="patients",
    vocabulary=SPECS,
    home_cards=(home_card,),
    navigation=(places,),
    people_data=(
        PeopleData("patients.Patient", "pk", "record", exporter=exported),
        PeopleData("patients.Proxy", "patient", "record"),
        PeopleData("patients.CareTeamMember", "patient", "record"),
        PeopleData("patients.Encounter", "patient", "record"),
        PeopleData("patients.Clinician", "person", "account"),
    ),
)
