"""What scheduling refuses, each with what to do next."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class SlotTaken(Refusal):
    """Somebody was faster, or the patient has another appointment then."""

    code = "slot-taken"
    sentence = _("Somebody else has just taken this time. Please choose another one.")


class NotOffered(Refusal):
    """The time is not, or no longer, one that is offered for this kind of visit."""

    code = "not-offered"
    sentence = _("This time cannot be booked. Please choose one of the times that are shown.")


class HoldOver(Refusal):
    """The time was held too long ago."""

    code = "hold-over"
    sentence = _(
        "The time was kept for you for a few minutes, and these are over."
        " Please choose a time once more."
    )


class ExtendedAlready(Refusal):
    """A hold is extended once."""

    code = "extended-already"
    sentence = _("You had more time once already. Please confirm now, or choose again.")


class TooManyHolds(Refusal):
    """More times are held than one person can decide about."""

    code = "too-many-holds"
    sentence = _(
        "You are keeping several times already. Confirm one or give one back, then choose the next."
    )


class TooLate(Refusal):
    """Closer to the appointment than patients may change it."""

    code = "too-late"
    sentence = _(
        "It is too close to the appointment to change it here."
        " Please call us: we will find a way together."
    )


class NotBooked(Refusal):
    """The appointment is over, cancelled, or was never confirmed."""

    code = "not-booked"
    sentence = _("This appointment cannot be changed any more. Please look at its page again.")


class CommandReused(Refusal):
    """The id of a command that was carried out came again, with other content."""

    code = "command-reused"
    sentence = _(
        "This page has already sent something else. Reload it to see where things stand,"
        " then try once more if it is still needed."
    )


class RecordErased(Refusal):
    """The patient's keys are destroyed: nothing can be written any more."""

    code = "record-erased"
    status = 410
    sentence = _("The content of this record was erased for good. Nothing can be added to it.")


class ReasonTooLong(Refusal):
    """A reason is a few lines."""

    code = "reason-too-long"
    status = 400
    sentence = _("This is too long (400 characters at most). You can say more during the visit.")


class HoursRefused(Refusal):
    """Hours that cannot be kept: they end before they begin, or are off the grid."""

    code = "hours-refused"
    status = 400
    sentence = _(
        "Please check the hours: each window ends after it begins, in steps of five minutes."
    )


class ZoneUnknown(Refusal):
    """No such time zone."""

    code = "zone-unknown"
    status = 400
    sentence = _("We do not know this time zone. Please choose one from the list.")


class VisitTypeRefused(Refusal):
    """A kind of visit that makes no sense."""

    code = "visit-type-refused"
    status = 400
    sentence = _(
        "Please check this kind of visit: it needs a name, a length in steps of five minutes,"
        " and at least one way to meet."
    )
