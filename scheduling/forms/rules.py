"""What pages of the clinic's rules send: weekly hours, times away, kinds of visits."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scheduling.forms.booking import CommandForm
from scheduling.models import VisitType
from scheduling.vocabulary import MODES, OCCASIONS

WINDOW = re.compile(r"(\d{1,2})[:.]?(\d{2})?\s*(?:-|–|to)\s*(\d{1,2})[:.]?(\d{2})?", re.IGNORECASE)
DAY = 1440
NOT_HOURS = _("Please write it like this: 09:00-12:00, 13:00-17:00")
Window = tuple[int, int]


class WindowsField(forms.Field):
    """The windows of one weekday, as one types them: "9-12, 13:00-17:00"."""

    def to_python(self, value: Any) -> Any:
        """Minutes from midnight, in pairs. Raises ValidationError."""
        parts = [part.strip() for part in str(value or "")[:200].split(",")]
        return sorted(self._window(part) for part in parts if part)

    def _window(self, text: str) -> Window:
        found = WINDOW.fullmatch(text)
        if not found:
            raise forms.ValidationError(NOT_HOURS)
        first, first_minute, last, last_minute = (int(part or 0) for part in found.groups())
        opens, closes = first * 60 + first_minute, last * 60 + last_minute
        if not opens < closes <= DAY or max(first_minute, last_minute) > 59:
            raise forms.ValidationError(NOT_HOURS)
        return opens, closes


def windows_text(windows: Iterable[Window]) -> str:
    """Windows as the field reads them."""
    return ", ".join(f"{clock_text(opens)}-{clock_text(closes)}" for opens, closes in windows)


def clock_text(minute: int) -> str:
    """Minutes from midnight as hours and minutes; the end of the day is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


class HoursForm(CommandForm):
    """A week, from a day on."""

    valid_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    zone = forms.CharField(max_length=48, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for n in range(7):
            self.fields[f"day{n}"] = WindowsField(
                required=False,
                label=WEEKDAYS[n],
                widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
            )

    @property
    def days(self) -> list[Any]:
        """The fields of the week."""
        return [self[f"day{n}"] for n in range(7)]

    def week(self) -> dict[str, Any]:
        """The week as the action takes it."""
        windows = [(n, *window) for n in range(7) for window in self.cleaned_data[f"day{n}"]]
        given = self.cleaned_data
        return {name: given[name] for name in ("zone", "valid_from", "command_id")} | {
            "windows": windows
        }


KINDS = {
    "away": _("Away"),
    "closed": _("The whole clinic is closed"),
    "opening": _("Here outside of the usual hours"),
}
WORDS = {
    "leave": pgettext_lazy("days off", "Leave"),
    "holiday": _("Public holiday"),
    "closed": _("Clinic closed"),
    "training": _("Training"),
    "ill": _("Ill"),
    "extra": _("Extra hours"),
    "other": _("Something else"),
}


class ExceptionForm(CommandForm):
    """A time in which the usual hours do not hold, on the clinic's clock."""

    person = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(widget=forms.RadioSelect, initial="away")
    occasion = forms.ChoiceField(choices=[(code, WORDS[code]) for code in OCCASIONS])
    first = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    first_time = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    last = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_time = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def offer(self, *, whole_clinic: bool) -> None:
        """Closing the clinic is for those who arrange everybody's time."""
        kinds = [(code, KINDS[code]) for code in KINDS if whole_clinic or code != "closed"]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    @property
    def is_opening(self) -> bool:
        """Somebody is here besides their hours."""
        return bool(self.cleaned_data["kind"] == "opening")

    def whose(self) -> UUID | None:
        """Whom it is about: nobody, where it is the whole clinic."""
        given = self.cleaned_data
        return None if given["kind"] == "closed" else given["person"]

    def times(self) -> dict[str, Any]:
        """Wall times as the action takes them."""
        given = self.cleaned_data
        return {
            "starts": datetime.combine(given["first"], given["first_time"]),
            "ends": datetime.combine(given["last"], given["last_time"]),
            "occasion": given["occasion"],
            "command_id": given["command_id"],
        }


MOST_DIGITS = 6


class Minutes(forms.IntegerField):
    """Whole minutes in steps. Far too many digits are refused before anybody divides them."""

    def to_python(self, value: Any) -> int | None:
        """The number, if it has no more digits than a number of minutes could need."""
        if len(str(value or "")) > MOST_DIGITS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class TypeForm(CommandForm):
    """A kind of visit."""

    type_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    minutes = Minutes(min_value=5, max_value=480, step_size=5)
    modes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    before_minutes = Minutes(min_value=0, max_value=240, step_size=5)
    after_minutes = Minutes(min_value=0, max_value=240, step_size=5)
    step_minutes = Minutes(min_value=5, max_value=480, step_size=5)
    notice_hours = forms.IntegerField(min_value=0, max_value=24 * 60)
    cutoff_hours = forms.IntegerField(min_value=0, max_value=24 * 60)
    horizon_days = forms.IntegerField(min_value=1, max_value=366)
    bookable_by_patients = forms.BooleanField(required=False)
    is_active = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        ways = {"video": _("Video"), "phone": _("Phone"), "in-person": _("At the clinic")}
        self.fields["modes"].choices = [(mode, ways[mode]) for mode in MODES]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The kind of visit as the action takes it."""
        told = {name: value for name, value in self.cleaned_data.items() if name in _AS_THEY_ARE}
        ways = self.cleaned_data["modes"]
        return told | {
            "visit_type_id": self.cleaned_data["type_id"],
            "by_video": "video" in ways,
            "by_phone": "phone" in ways,
            "in_person": "in-person" in ways,
            "notice_minutes": self.cleaned_data["notice_hours"] * 60,
            "cutoff_minutes": self.cleaned_data["cutoff_hours"] * 60,
        }


_AS_THEY_ARE = frozenset(
    {
        "name",
        "minutes",
        "before_minutes",
        "after_minutes",
        "step_minutes",
        "horizon_days",
        "bookable_by_patients",
        "is_active",
        "command_id",
    }
)


def told_of(row: VisitType | None) -> dict[str, Any]:
    """What a form about this kind of visit begins with, or about a new one."""
    kind = row or VisitType(minutes=20, by_video=True, bookable_by_patients=True)
    told = {name: getattr(kind, name) for name in _AS_THEY_ARE - {"command_id"}}
    return told | {
        "type_id": row.pk if row else None,
        "modes": list(kind.modes),
        "notice_hours": kind.notice_minutes // 60,
        "cutoff_hours": kind.cutoff_minutes // 60,
    }


class OfferForm(CommandForm):
    """Who offers a kind of visit, all of them at once."""

    clinicians = forms.TypedMultipleChoiceField(
        required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def offer(self, people: Iterable[tuple[UUID, str]]) -> None:
        """These may be chosen."""
        self.fields["clinicians"].choices = [(str(who), name) for who, name in people]  # type: ignore[attr-defined]
