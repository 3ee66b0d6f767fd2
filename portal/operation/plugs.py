"""What operation offers to the ground: nothing but its name. It knows nothing about people."""

from portal.kernel.plugs import Ward

PLUGS = Ward(name="portal.operation")
