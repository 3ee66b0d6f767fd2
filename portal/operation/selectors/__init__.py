"""What can be known of how the portal does, without changing anything."""

from portal.operation.selectors.jobs import PULSE

__all__ = ["PULSE"]
