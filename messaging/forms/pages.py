"""The shape of what pages and sockets send. Who may do what, and which texts, is decided later."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.errors import TextMissing, TextTooLong, TopicMissing, TopicTooLong
from messaging.texts import MOST_TOPIC
from portal.kernel.errors import BadInput, Refusal
from portal.kernel.ids import parse_id

# Browsers count otherwise than we do (an emoji is two), so they stop a good deal earlier.
MOST_TYPED = 8_000
_WHERE: dict[type[Refusal], str] = {
    TextMissing: "body",
    TextTooLong: "body",
    TopicMissing: "topic",
    TopicTooLong: "topic",
}


class CommandForm(forms.Form):
    """A form that carries the id of its command: posted twice, it is carried out once."""

    command_id = forms.UUIDField(widget=forms.HiddenInput)

    def refuse(self, refusal: Refusal) -> None:
        """The refusal stands in the form, beside its field; what is not there stays a 404."""
        if refusal.status == 404:
            raise refusal
        field = _WHERE.get(type(refusal))
        self.add_error(field if field in self.fields else None, str(refusal.sentence))

    def checked(self) -> dict[str, Any]:
        """What was sent. Refuses BadInput: only a form that somebody changed fails here."""
        if not self.is_valid():
            raise BadInput
        return self.cleaned_data


class MarkForm(CommandForm):
    """Read up to here."""

    sequence = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class ReplyForm(CommandForm):
    """A message. `seen` is the last item of the page that it was written on."""

    body = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"maxlength": MOST_TYPED, "autocomplete": "off"}),
    )
    seen = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )


class WriteForm(CommandForm):
    """A new thread."""

    patient = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": _("Please choose whom it is about.")},
    )
    topic = forms.CharField(
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"maxlength": MOST_TOPIC, "autocomplete": "off"}),
    )
    body = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"maxlength": MOST_TYPED, "autocomplete": "off"}),
    )

    def offer(self, patients: Sequence[tuple[UUID, str]]) -> None:
        """One patient is set, several are to choose from."""
        if len(patients) == 1:
            self.initial["patient"] = patients[0][0]
            return
        self.fields["patient"] = forms.ChoiceField(choices=[("", ""), *patients])


def parse_open(body: Mapping[str, Any]) -> dict[str, Any]:
    """patient, topic, text. Refuses BadInput."""
    patient, topic, text = _fields(body, "patient", "topic", "text")
    return {"patient_id": _id(patient), "topic": _text(topic), "text": _text(text)}


def parse_reply(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, text. Refuses BadInput."""
    thread, text = _fields(body, "thread", "text")
    return {"thread_id": _id(thread), "text": _text(text)}


def parse_thread(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread. Refuses BadInput."""
    (thread,) = _fields(body, "thread")
    return {"thread_id": _id(thread)}


def parse_mark(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, upto. Refuses BadInput."""
    thread, upto = _fields(body, "thread", "upto")
    if type(upto) is not int or not 0 <= upto < 2**31:  # bool is an int, too
        raise BadInput
    return {"thread_id": _id(thread), "upto": upto}


def _fields(body: Mapping[str, Any], *names: str) -> list[Any]:
    """The values of these fields, of which none is missing and none unknown."""
    if body.keys() != {*names}:
        raise BadInput
    return [body[name] for name in names]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput
    return value


def _id(value: Any) -> UUID:
    try:
        return parse_id(value)
    except ValueError:
        raise BadInput from None
