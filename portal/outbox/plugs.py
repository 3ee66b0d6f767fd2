"""What the outbox offers to the ground: its words, and its rows about people."""

from portal.kernel.plugs import PeopleData, Ward
from portal.outbox import selectors
from portal.outbox.actions import erase_letters
from portal.outbox.vocabulary import SPECS

PLUGS = Ward(
    name="portal.outbox",
    vocabulary=SPECS,
    people_data=(
        PeopleData(
            "outbox.Letter",
            "to_person",
            "days-90",
            exporter=selectors.letters_to,
            eraser=erase_letters,
        ),
    ),
)
