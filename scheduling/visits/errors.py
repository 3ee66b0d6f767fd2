"""What a visit refuses, each with what to do next."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class NotOpenYet(Refusal):
    """The waiting room opens a while before the visit."""

    code = "not-open-yet"
    sentence = _("The waiting room is not open yet. It opens half an hour before the visit.")


class AlreadyOver(Refusal):
    """The visit has ended, was missed or was cancelled: nothing can be done in it."""

    code = "already-over"
    sentence = _("This visit is over. If you still need each other, please book another one.")


class NotNow(Refusal):
    """The state of the visit does not allow it."""

    code = "not-now"
    sentence = _("This cannot be done right now. Load the page again to see how the visit stands.")


class SeatIsTaken(Refusal):
    """Somebody else of the same side sits there."""

    code = "seat-taken"
    sentence = _("Somebody else is already in this visit for you. Only one of you can be in it.")


class StaleSeat(Refusal):
    """The seat or the epoch is not the one that counts."""

    code = "stale"
    sentence = _("This visit goes on in another place, or anew. Join it again from this page.")


class NobodyOpposite(Refusal):
    """There is nobody who could take it."""

    code = "nobody-there"
    sentence = _("The other person is not in the visit at the moment. Please stay on this page.")


class TooManyFrames(Refusal):
    """One seat sent more than any browser has to."""

    code = "too-many"
    status = 429
    sentence = _("The connection was tried too often. Please leave the visit and join it again.")


class CommandReused(Refusal):
    """The id of a command that was carried out came again, with other content."""

    code = "command-reused"
    sentence = _(
        "This page has already sent something else. Reload it to see what was sent,"
        " then send this once more if it is still needed."
    )


class WordsTooLong(Refusal):
    """A note is one short line."""

    code = "text-too-long"
    status = 400
    sentence = _("This is too long (200 characters at most). Please shorten it.")


class WordsMissing(Refusal):
    """A note without a ready-made sentence needs words of its own."""

    code = "text-missing"
    status = 400
    sentence = _("Please choose a note or write one.")


class RecordErased(Refusal):
    """The patient's keys are destroyed: nothing can be read or written any more."""

    code = "record-erased"
    status = 410
    sentence = _("The content of this record was erased for good. Nothing of it can be read.")
