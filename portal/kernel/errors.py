"""Refusals: the expected no. Django-free, so that pure modules may raise them.

A refusal has a code for programs, a status for HTTP, and a sentence for the person, never
health data. One translator at each edge turns it into a page, a socket frame or an outcome.
"""

from typing import Any, ClassVar


def to_translate(words: str) -> str:
    """The words themselves, marked for translators; `wording.said` looks them up at the edge."""
    return words


class Refusal(Exception):
    """An expected no. Nothing was changed."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    sentence: Any = to_translate("This cannot be done right now.")
    again: ClassVar[bool] = False

    def __init__(self, sentence: Any = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(self.code)


class NotFound(Refusal):
    """Not there, or not yours: from outside the two are one.

    What was asked for, and whose it is, is for the entry alone, and only if it is there.
    """

    code = "not-found"
    status = 404
    sentence = to_translate("We could not find this, or it is not open to you.")

    def __init__(
        self, sentence: Any = None, *, kind: str = "", subject: Any = None, patient: Any = None
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.subject = subject
        self.patient = patient


class BadInput(Refusal):
    """The shape of what was sent is wrong."""

    code = "bad-input"
    status = 400
    sentence = to_translate(
        "Something in what was sent could not be read. Please check it and try again."
    )


class TooMany(Refusal):
    """More than the limit allows, for now."""

    code = "too-many"
    status = 429
    sentence = to_translate("That was too many tries. Please wait a little and try again.")
    again = True


class Unavailable(Exception):
    """A part that the portal leans on does not answer; nothing was changed."""

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 503
