"""What stands around every page: headers that browsers enforce, and who is asking."""

from portal.accounts.middleware.actor import ActorMiddleware
from portal.accounts.middleware.hardening import HardeningMiddleware

__all__ = ["ActorMiddleware", "HardeningMiddleware"]
