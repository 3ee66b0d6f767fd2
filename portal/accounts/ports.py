"""What identity hands to pages and sockets: who asks, and how far they have come."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, QueryDict

from portal.kernel.actor import STRANGER, Actor

if TYPE_CHECKING:
    from portal.accounts.middleware.tempo import Tempo
    from portal.accounts.selectors.people import Profile


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session stands for at this instant."""

    actor: Actor = STRANGER
    session_id: UUID | None = None
    cookie: bytes = field(default=b"", repr=False)
    """What is kept of the value under which the session goes on."""
    person_id: UUID | None = None
    profile: "Profile | None" = None
    """The reader, if signed in."""
    waits_for_code: bool = False
    """The password was right, the second step is to come."""
    must_enrol: bool = False
    """Signed in, but the roles ask for a second factor that is not there."""
    is_fresh: bool = False
    """Proved lately who they are."""
    lapsed: str = ""
    """idle or limit: the session is to be ended now."""
    reason: str = ""
    """Why a session that this browser held is no more: ended or idle."""
    was: UUID | None = None
    """The session that this browser held, if it idled out or reached its limit."""
    is_stale: bool = False
    """Being here is to be noted, so that the session does not idle out."""
    revocation: int = 0
    """The person's counter when this was read."""
    stays_until: datetime | None = None
    """When the session ends if nothing is done: by lying idle, or at its limit."""
    is_at_limit: bool = False
    """That is the limit: nothing that is done makes it last longer."""
    look_again_at: datetime | None = None
    """When this may change although nothing is written."""


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What was typed into a form and not carried out; `name` is the view that would have."""

    name: str
    fields: QueryDict


class Request(HttpRequest):
    """A request after the middleware of this room."""

    actor: Actor
    standing: Standing
    request_id: str
    source: str
    """Where it comes from, as throttles count."""
    tempo: "Tempo"
    """How fast forms may come."""
    typed: Typed | None
    holds: str | None
    """The secret of a form that is held for this browser; empty once it has none any more."""


def typed_into(request: HttpRequest, name: str) -> QueryDict | None:
    """What the reader typed for the view of this name before they were asked who they are.

    Asked in the middle of a session, or after they were signed out.

    It goes into the form as it was sent, and nothing of it has been carried out.
    """
    typed: Typed | None = getattr(request, "typed", None)
    return typed.fields if typed is not None and typed.name == name else None
