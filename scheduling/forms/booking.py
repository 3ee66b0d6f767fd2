"""What pages of visits send: a time, a reason, why not, on which clock."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import BadInput, Refusal
from scheduling.texts import MOST_REASON
from scheduling.vocabulary import MODES

Choices = Iterable[tuple[str, str | Promise]]
_LOW = (1 << 62) - 1
_LAST = 1 << 36
"""Some second far beyond all calendars, around which there are days on either side."""
_AREAS: dict[str, str | Promise] = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic Ocean"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}
"""What the first part of a zone's name means; one that is not here stands as it is."""


class CommandForm(forms.Form):
    """A form that carries the id of its command: posted twice, it is carried out once."""

    command_id = forms.UUIDField(widget=forms.HiddenInput)

    def refuse(self, refusal: Refusal) -> None:
        """The refusal stands in the form; what is not there stays a 404."""
        if refusal.status == 404:
            raise refusal
        self.add_error(None, str(refusal.sentence))

    def checked(self) -> dict[str, Any]:
        """What was sent. Refuses BadInput: only a form that somebody changed fails here."""
        if not self.is_valid():
            raise BadInput
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class Picked:
    """A time that somebody pressed: with whom, and when."""

    clinician_id: UUID
    starts_at: datetime

    def __str__(self) -> str:
        return f"{self.clinician_id.hex}.{int(self.starts_at.timestamp())}"


class SlotField(forms.Field):
    """A time as a button names it. It is offered anew before it is held."""

    def to_python(self, value: Any) -> Any:
        """The clinician and the instant. Raises ValidationError."""
        who, _dot, when = str(value or "")[:64].partition(".")
        with suppress(ValueError):
            second = int(when)
            if 0 <= second < _LAST:
                return Picked(UUID(hex=who), datetime.fromtimestamp(second, UTC))
        raise forms.ValidationError(_("Please choose a time."))


class SlotForm(CommandForm):
    """A time out of the picker. One page holds one command for each of its times."""

    patient = forms.UUIDField()
    kind = forms.UUIDField()
    mode = forms.ChoiceField(choices=[(mode, mode) for mode in MODES])
    slot = SlotField()
    reason = forms.CharField(required=False, strip=False, max_length=2 * MOST_REASON)

    def clean(self) -> dict[str, Any]:
        """The command of the page becomes that of the pressed time.

        Whoever goes back and presses another time asks for something else; whoever presses the
        same twice does not.
        """
        given: dict[str, Any] = super().clean() or {}
        if given.get("slot") and given.get("command_id"):
            given["command_id"] = command_of(given["command_id"], str(given["slot"]))
        return given


def command_of(page: UUID, button: str) -> UUID:
    """The command of one button of a page, in the shape of the page's own id."""
    drawn = int.from_bytes(sha256(f"{page.hex}|{button}".encode()).digest()[:8]) & _LOW
    return UUID(int=page.int & ~_LOW | drawn)


class ReasonForm(CommandForm):
    """What the visit is about, if somebody likes to say it."""

    reason = forms.CharField(
        required=False,
        strip=False,
        max_length=2 * MOST_REASON,
        widget=forms.Textarea(attrs={"autocomplete": "off", "maxlength": MOST_REASON}),
        error_messages={
            "max_length": _("Please say it in fewer words. You can write more in a message.")
        },
    )


class CancelForm(CommandForm):
    """Why a visit is cancelled, by code."""

    why = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": _("Please choose why.")}
    )

    def offer(self, whys: Choices) -> None:
        """These may be chosen."""
        self.fields["why"].choices = [*whys]  # type: ignore[attr-defined]


class ZoneForm(forms.Form):
    """The clock that somebody lives by, and where to go on."""

    zone = forms.ChoiceField(error_messages={"invalid_choice": _("Please choose a city.")})
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=500)

    def __init__(self, *args: Any, names: Sequence[str], **given: Any) -> None:
        super().__init__(*args, **given)
        areas: dict[str, list[tuple[str, str]]] = {}
        for name in sorted(names):
            area, _slash, city = name.partition("/")
            shown = (city or area).replace("_", " ").replace("/", ", ")
            areas.setdefault(area if city else "", []).append((name, shown))
        loose = areas.pop("", [])
        grouped = [(_AREAS.get(area, area), cities) for area, cities in areas.items()]
        self.fields["zone"].choices = [*loose, *grouped]  # type: ignore[attr-defined]


class FindForm(forms.Form):
    """A part of a name."""

    text = forms.CharField(
        min_length=2,
        max_length=80,
        error_messages={
            "required": _("Please type a part of the name."),
            "min_length": _("Please type two letters or more."),
        },
    )
