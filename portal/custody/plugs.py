"""What custody offers to the ground: its words."""

from portal.custody.vocabulary import SPECS
from portal.kernel.plugs import Ward

PLUGS = Ward(name="portal.custody", vocabulary=SPECS)
