"""What the postman offers to the ground: nothing yet but its name."""

from portal.kernel.plugs import Ward

PLUGS = Ward(name="portal.notifications")
