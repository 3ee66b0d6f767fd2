"""What a page may be refused over its socket, and how it is told."""

from typing import Any

from portal.kernel.errors import Refusal
from portal.kernel.wording import said


class SocketRefused(Exception):
    """The handshake is refused; nothing is told."""


class NoSuchCommand(Refusal):
    """The page asked for a command that nobody offers."""

    code = "no-such-command"
    status = 404


class TooManyTopics(Refusal):
    """One page follows more than it can show."""

    code = "too-many-topics"
    status = 429


class Busy(Refusal):
    """Something the portal leans on does not answer."""

    code = "unavailable"
    status = 503
    again = True


def told(refusal: Refusal) -> dict[str, Any]:
    """What a page is told of a refusal."""
    return {"code": refusal.code, "sentence": said(refusal.sentence), "again": refusal.again}
