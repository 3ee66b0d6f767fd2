"""The shape of what pages and sockets send. Who may do what, and when, is decided later."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import BadInput, Refusal
from portal.kernel.ids import parse_id
from scheduling.visits import frames
from scheduling.visits.errors import WordsMissing, WordsTooLong

MOST_TYPED = 200
DECLINED_WORDS = [
    ("wrong-time", _("It is the wrong time")),
    ("other-channel", _("We speak in another way")),
    ("not-needed", _("It is not needed any more")),
    ("other", _("Another reason")),
]
NOTE_WORDS = [
    ("ten-minutes-late", _("About ten minutes late")),
    ("twenty-minutes-late", _("About twenty minutes late")),
    ("nearly-there", _("Nearly there")),
    ("please-phone", _("Please call the clinic")),
    ("other", _("Something else")),
]
SAFE_WORDS = [
    ("yes", _("Yes")),
    ("no", _("No")),
    ("unsure", _("Not sure")),
]


class CommandForm(forms.Form):
    """A form that carries the id of its command: posted twice, it is carried out once."""

    command_id = forms.UUIDField(widget=forms.HiddenInput)
    back_to = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def refuse(self, refusal: Refusal) -> None:
        """The refusal stands in the form; what is not there stays a 404."""
        if refusal.status == 404:
            raise refusal
        where = "text" if isinstance(refusal, WordsMissing | WordsTooLong) else None
        self.add_error(where if where in self.fields else None, str(refusal.sentence))

    def checked(self) -> dict[str, Any]:
        """What was sent. Refuses BadInput: only a form that somebody changed fails here."""
        if not self.is_valid():
            raise BadInput
        return self.cleaned_data


class DeclineForm(CommandForm):
    """Why a visit is not held."""

    why = forms.ChoiceField(choices=DECLINED_WORDS)


class NoteForm(CommandForm):
    """A note to whoever waits."""

    code = forms.ChoiceField(choices=NOTE_WORDS)
    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"maxlength": MOST_TYPED, "autocomplete": "off"}),
    )


class ConfirmForm(CommandForm):
    """The opening questions."""

    name = forms.BooleanField(required=False)
    birth = forms.BooleanField(required=False)
    place = forms.CharField(required=False, max_length=MOST_TYPED)
    phone = forms.CharField(required=False, max_length=MOST_TYPED)
    others = forms.CharField(required=False, max_length=MOST_TYPED)
    safe = forms.ChoiceField(choices=SAFE_WORDS, widget=forms.RadioSelect)

    def answers(self) -> dict[str, Any]:
        """The answers alone."""
        given = self.cleaned_data
        return {name: given[name] for name in ("name", "birth", "place", "phone", "others", "safe")}


def parse_visit(body: Mapping[str, Any]) -> dict[str, Any]:
    """visit. Refuses BadInput."""
    (visit,) = _fields(body, "visit")
    return {"appointment_id": _id(visit)}


def parse_decline(body: Mapping[str, Any]) -> dict[str, Any]:
    """visit, why. Refuses BadInput."""
    visit, why = _fields(body, "visit", "why")
    return {"appointment_id": _id(visit), "why": _text(why)}


def parse_note(body: Mapping[str, Any]) -> dict[str, Any]:
    """visit, code, text. Refuses BadInput."""
    visit, code, text = _fields(body, "visit", "code", "text")
    return {"appointment_id": _id(visit), "code": _text(code), "text": _text(text)}


def parse_confirm(body: Mapping[str, Any]) -> dict[str, Any]:
    """visit, and the six answers. Refuses BadInput."""
    answers = dict(body)
    visit = answers.pop("visit", None)
    return {"appointment_id": _id(visit), "answers": answers}


def parse_join(body: Mapping[str, Any]) -> dict[str, Any]:
    """visit, device, epoch. Refuses BadInput."""
    visit, device, epoch = _fields(body, "visit", "device", "epoch")
    return {"appointment_id": _id(visit), "device": _id(device), "epoch": _count(epoch, 0)}


def parse_signal(body: Mapping[str, Any]) -> dict[str, Any]:
    """visit, seat, epoch, n, signal. Refuses BadInput."""
    visit, seat, epoch, number, signal = _fields(body, "visit", "seat", "epoch", "n", "signal")
    try:
        frame = frames.parse(signal)
    except frames.FrameRefused:
        raise BadInput from None
    return {
        "appointment_id": _id(visit),
        "seat": _id(seat),
        "epoch": _count(epoch, 1),
        "number": _count(number, 1),
        "frame": frame,
    }


def _fields(body: Mapping[str, Any], *names: str) -> Sequence[Any]:
    """The values of these fields, of which none is missing and none unknown."""
    if body.keys() != {*names}:
        raise BadInput
    return [body[name] for name in names]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput
    return value


def _count(value: Any, least: int) -> int:
    if type(value) is not int or not least <= value <= frames.MOST_NUMBER:  # bool is an int, too
        raise BadInput
    return value


def _id(value: Any) -> UUID:
    try:
        return parse_id(value)
    except ValueError:
        raise BadInput from None
