"""The shape of what is asked about accesses, and of what the log is searched for."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.arranging import MOST_LINE, CommandForm, a_day, a_line
from patients.models import MOST_WORDS
from patients.readings import OUTCOMES, Sieve
from patients.texts import words
from portal.audit.selectors.search import WAYS
from portal.audit.vocabulary import events

LEAST_LETTERS = 2


class WordsForm(CommandForm):
    """A question, or an answer to one."""

    text = forms.CharField(
        max_length=MOST_WORDS,
        error_messages={"required": _("Please write something first.")},
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )

    def command(self) -> dict[str, Any]:
        """What an action is given."""
        # A browser sends two marks for a line's end, and counts one.
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        return {"text": text, "command_id": self.cleaned_data["command_id"]}


class SomebodyForm(forms.Form):
    """Whose entries somebody looks for, by name or record number."""

    text = a_line(
        MOST_LINE,
        required=_("Please type a name or a record number."),
        spellcheck="false",
        autocapitalize="none",
    )

    def clean_text(self) -> str:
        """Enough of a name to look for."""
        text: str = self.cleaned_data["text"]
        if sum(map(len, words(text))) < LEAST_LETTERS:
            raise forms.ValidationError(_("Please type a name or a record number."))
        return text


class SieveForm(forms.Form):
    """What the log is narrowed to: ids, codes and days, so that an address may carry them."""

    who = forms.UUIDField(required=False, widget=forms.HiddenInput)
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    act = forms.CharField(required=False, max_length=64)
    way = forms.ChoiceField(required=False, choices=[(way, way) for way in WAYS])
    outcome = forms.ChoiceField(required=False, choices=[(name, name) for name in OUTCOMES])
    since = a_day()
    until = a_day()
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_act(self) -> str:
        """An act that there is."""
        act: str = self.cleaned_data["act"]
        if act and act not in events():
            raise forms.ValidationError(_("Please choose an act from the list."))
        return act

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        found = super().clean() or {}
        first, last = found.get("since"), found.get("until")
        if first and last and first > last:
            self.add_error("until", _("The last day must not lie before the first."))
        return found

    def sieve(self) -> Sieve:
        """What is looked for."""
        found: dict[str, Any] = {name: value or None for name, value in self._ids_and_days()}
        return Sieve(**found | self._codes())

    def kept(self) -> str:
        """The same as part of an address, without the place in the list."""
        told = {name: value for name, value in self.cleaned_data.items() if value}
        told.pop("before", None)
        return urlencode({name: str(value) for name, value in told.items()})

    def _ids_and_days(self) -> list[tuple[str, Any]]:
        names = ("who", "patient", "since", "until", "before")
        return [(name, self.cleaned_data[name]) for name in names]

    def _codes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("act", "way", "outcome")}
