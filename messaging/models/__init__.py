"""The tables of messages. Order and exactly-once are constraints; topics and texts are sealed."""

from messaging.models.asides import Aside, AsideKind, aside_place
from messaging.models.drafts import DRAFT_PURPOSE, Draft, draft_place
from messaging.models.teams import Team, TeamKind, TeamMember
from messaging.models.threads import (
    KEY_PURPOSE,
    Kind,
    Message,
    ReadMark,
    State,
    Thread,
    body_place,
    topic_place,
)

__all__ = [
    "DRAFT_PURPOSE",
    "KEY_PURPOSE",
    "Aside",
    "AsideKind",
    "Draft",
    "Kind",
    "Message",
    "ReadMark",
    "State",
    "Team",
    "TeamKind",
    "TeamMember",
    "Thread",
    "aside_place",
    "body_place",
    "draft_place",
    "topic_place",
]
