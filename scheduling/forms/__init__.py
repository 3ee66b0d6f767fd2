"""The shape of what pages of the calendar send. Who may do what, and when, is decided later."""

from scheduling.forms.booking import (
    CancelForm,
    CommandForm,
    FindForm,
    Picked,
    ReasonForm,
    SlotForm,
    ZoneForm,
    command_of,
)
from scheduling.forms.rules import (
    ExceptionForm,
    HoursForm,
    OfferForm,
    TypeForm,
    told_of,
    windows_text,
)

__all__ = [
    "CancelForm",
    "CommandForm",
    "ExceptionForm",
    "FindForm",
    "HoursForm",
    "OfferForm",
    "Picked",
    "ReasonForm",
    "SlotForm",
    "TypeForm",
    "ZoneForm",
    "command_of",
    "told_of",
    "windows_text",
]
