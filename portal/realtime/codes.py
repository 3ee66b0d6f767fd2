"""Why a socket closes, and what a client then does. Every code has exactly one answer.

An application may send 1000 and 3000 to 4999 only (RFC 6455, 7.4); lower ones come from servers
and lines, and mean: retry.
"""

from enum import Enum, IntEnum


class Then(Enum):
    """What a client does after a close."""

    RETRY = "retry"
    RETRY_LATER = "retry-later"
    SIGN_IN = "sign-in"
    STOP = "stop"


class Close(IntEnum):
    """Why the socket was closed."""

    LEFT = 1000
    FAULT = 4500
    UNREADABLE = 4400
    SIGNED_OUT = 4401
    TOO_SLOW = 4408
    TOO_MANY_SOCKETS = 4409
    OTHER_COOKIE = 4410
    TOO_LARGE = 4413
    TOO_MANY_FRAMES = 4429


THEN: dict[Close, Then] = {
    Close.LEFT: Then.STOP,
    Close.FAULT: Then.RETRY,
    Close.UNREADABLE: Then.STOP,
    Close.SIGNED_OUT: Then.SIGN_IN,
    Close.TOO_SLOW: Then.RETRY,
    Close.TOO_MANY_SOCKETS: Then.STOP,
    Close.OTHER_COOKIE: Then.RETRY,
    Close.TOO_LARGE: Then.STOP,
    Close.TOO_MANY_FRAMES: Then.RETRY_LATER,
}
