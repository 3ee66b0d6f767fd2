"""What the evidence offers to the ground: its own words, and that its rows are about people."""

from portal.audit.vocabulary import SPECS
from portal.kernel.plugs import PeopleData, Ward

PLUGS = Ward(
    name="portal.audit",
    vocabulary=SPECS,
    people_data=(
        PeopleData("audit.Entry", "patient", "evidence"),
        PeopleData("audit.Mention", "patient", "evidence"),
        PeopleData("audit.EntryDetail", "entry__patient", "evidence-detail"),
    ),
)
