"""What custody offers to the ground: its words, and its rows about people."""

from portal.custody.vocabulary import SPECS
from portal.kernel.plugs import PeopleData, Ward

PLUGS = Ward(
    name="portal.custody",
    vocabulary=SPECS,
    people_data=(PeopleData("custody.Erasure", "patient_id", "record"),),
)
