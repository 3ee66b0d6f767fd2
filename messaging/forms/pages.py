"""The forms of threads. Who may do what, and which texts, is decided later."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.errors import TextMissing, TextTooLong, TopicMissing, TopicTooLong
from messaging.models.teams import MOST_HOURS_TEXT, MOST_NAME, MOST_PURPOSE, MOST_REPLY_HOURS
from messaging.readings import Words
from messaging.selectors import Seen
from messaging.texts import MOST_REASON, MOST_TOPIC
from portal.kernel.errors import BadInput, Refusal

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


class DraftField(forms.CharField):
    """Which draft the page has seen; none if it is empty."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, max_length=60)

    def clean(self, value: Any) -> Seen | None:
        """The version seen. Only a form that somebody changed fails here."""
        text = super().clean(value)
        try:
            return Seen.parse(text) if text else None
        except BadInput:
            raise forms.ValidationError("no draft") from None


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
    draft = DraftField()


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
    team = forms.UUIDField(required=False, widget=forms.HiddenInput)
    draft = DraftField()

    @property
    def words(self) -> Words:
        """What of it is kept as a draft."""
        given = self.cleaned_data
        return Words(given["body"], given["topic"], str(given["team"] or ""))

    @property
    def asked(self) -> dict[str, Any]:
        """What the action takes."""
        given = self.cleaned_data
        return {
            "patient_id": given["patient"],
            "topic": given["topic"],
            "text": given["body"],
            "team_id": given["team"],
            "command_id": given["command_id"],
            "draft": given["draft"],
        }

    def offer(self, patients: Sequence[tuple[UUID, str]], teams: Sequence[str]) -> None:
        """One patient is set, several are to choose from; the first team is chosen already."""
        if self.initial.get("team") not in teams:
            self.initial["team"] = teams[0] if teams else ""
        if len(patients) == 1:
            self.initial["patient"] = patients[0][0]
            return
        self.fields["patient"] = forms.ChoiceField(choices=[("", ""), *patients])


class NoteForm(CommandForm):
    """An internal note, and whom it asks. It stands on one page with the form of a reply."""

    body = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"maxlength": MOST_TYPED, "autocomplete": "off"}),
    )
    asks = forms.UUIDField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **given: Any) -> None:
        super().__init__(data, auto_id="note_%s", **given)

    def offer(self, colleagues: Sequence[tuple[UUID, str]]) -> None:
        """Whom one can ask, nobody first."""
        self.fields["asks"].widget = forms.Select(
            choices=[("", _("Nobody in particular")), *colleagues]
        )


class AssignForm(CommandForm):
    """Who gets a thread: `p.` and a colleague's id, or `t.` and a team's, or `t.care`."""

    to = forms.RegexField(r"\A(?:[pt]\.[0-9a-f-]{32,36}|t\.care)\Z")
    reason = forms.CharField(
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"maxlength": MOST_REASON, "autocomplete": "off"}),
    )


class TeamForm(forms.Form):
    """A team as an administrator describes it."""

    name = forms.CharField(required=False, max_length=MOST_NAME)
    purpose = forms.CharField(required=False, max_length=MOST_PURPOSE)
    reply_hours = forms.IntegerField(required=False, min_value=1, max_value=MOST_REPLY_HOURS)
    hours_text = forms.CharField(required=False, max_length=MOST_HOURS_TEXT)
    is_open = forms.BooleanField(required=False)
    is_default = forms.BooleanField(required=False)

    def refuse(self, refusal: Refusal) -> None:
        """The refusal stands above the form; what is not there stays a 404."""
        if refusal.status == 404:
            raise refusal
        self.add_error("name" if refusal.code == "team-name-missing" else None, refusal.sentence)


class NewTeamForm(TeamForm):
    """A team that is not there yet: its id comes with the form, so that twice is once."""

    team = forms.UUIDField(widget=forms.HiddenInput)
    is_care = forms.BooleanField(required=False, widget=forms.HiddenInput)


class MemberForm(forms.Form):
    """Who joins a team."""

    person = forms.UUIDField()
