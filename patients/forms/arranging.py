"""The shape of what is typed to find and arrange patients, and to let somebody act."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.bundles.shapes import cleaned
from patients.errors import (
    AlreadyInvited,
    AlreadyOnTeam,
    AlreadyProxy,
    BirthDateMissing,
    EndBeforeStart,
    NotForOneself,
    NothingLeft,
    ProofMissing,
)
from patients.ports import SEXES, Chart, ContactPoint, PersonName
from patients.readings import Asked
from portal.kernel import clock
from portal.kernel.errors import BadInput, Refusal

MOST_NAME, MOST_LINE, MOST_ADDRESS = 80, 120, 254
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2999, 12, 31)
PROOFS = (
    ("in-person", _("I saw the person and a photo card, here at the clinic")),
    ("known-contact", _("I called or wrote to a number or address that we knew before")),
    ("document", _("I was shown or sent a document that proves it")),
)
SCOPES = (
    ("read", _("Read only: the record and all messages")),
    ("correspond", _("Read, and write messages to the clinic")),
    ("full", _("Everything the patient may do, but not let others act")),
)
RELATIONS = (
    ("parent", _("Parent")),
    ("child", _("Son or daughter")),
    ("partner", _("Husband, wife or partner")),
    ("guardian", _("Legal guardian")),
    ("carer", _("Carer")),
    ("other", _("Somebody else in the family, or a friend")),
)
TEAM = (
    ("clinician", _("Doctor or clinician")),
    ("nurse", _("Nurse")),
    ("therapist", _("Therapist")),
    ("pharmacist", _("Pharmacist")),
    ("coordinator", _("Coordinator")),
)
SEX_CHOICES = (
    ("unknown", _("Not said")),
    ("female", _("Female")),
    ("male", _("Male")),
    ("other", _("Other")),
)
_WHERE: dict[type[Refusal], tuple[str, ...]] = {
    AlreadyInvited: ("address",),
    AlreadyProxy: ("address",),
    NotForOneself: ("address", "person"),
    AlreadyOnTeam: ("person",),
    EndBeforeStart: ("valid_to",),
    ProofMissing: ("proofing",),
    NothingLeft: ("relation",),
    BirthDateMissing: ("relation",),
}


def a_line(most: int, *, required: Any = "", **attrs: str) -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        required=bool(required),
        max_length=most,
        error_messages={"required": required},
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


def _in_reach(day: date) -> None:
    """A day that has a day before and after it, in every zone."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(_("Please give the day like this: 1988-04-17."))


def a_day(*, required: Any = "") -> forms.DateField:
    """A day of the calendar."""
    return forms.DateField(
        required=bool(required),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": required,
            "invalid": _("Please give the day like this: 1988-04-17."),
        },
        validators=[_in_reach],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
    )


def _choice(choices: Iterable[tuple[str, Any]], required: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=list(choices),
        error_messages={"required": required, "invalid_choice": required},
        widget=forms.RadioSelect,
    )


def _address() -> forms.EmailField:
    return forms.EmailField(
        max_length=MOST_ADDRESS,
        error_messages={
            "required": _("Please type the e-mail address."),
            "invalid": _("This does not look like an e-mail address."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CommandForm(forms.Form):
    """A form that carries the id of its command: posted twice, it is carried out once."""

    command_id = forms.UUIDField(widget=forms.HiddenInput)

    def refuse(self, refusal: Refusal) -> None:
        """The refusal stands in the form, beside its field; what is not there stays a 404."""
        if refusal.status == 404:
            raise refusal
        fields = [name for name in _WHERE.get(type(refusal), ()) if name in self.fields]
        self.add_error(fields[0] if fields else None, str(refusal.sentence))

    def checked(self) -> dict[str, Any]:
        """What was sent. Refuses BadInput: only a form that somebody changed fails here."""
        if not self.is_valid():
            raise BadInput
        return self.cleaned_data


class LookForm(forms.Form):
    """Whom somebody looks for."""

    text = a_line(MOST_LINE, spellcheck="false", autocapitalize="none")
    born = a_day()

    def clean(self) -> dict[str, Any]:
        """Something was asked for."""
        found = super().clean() or {}
        if not self.errors and self.asked(found).is_nothing:
            self.add_error("text", _("Please type a name, a record number or a date of birth."))
        return found

    def asked(self, found: dict[str, Any] | None = None) -> Asked:
        """The question."""
        given = self.cleaned_data if found is None else found
        return Asked(cleaned(given.get("text") or ""), given.get("born"))


class RegisterForm(CommandForm):
    """The facts of a new record."""

    given = a_line(MOST_NAME, required=_("Please type the first name."))
    family = a_line(MOST_NAME, required=_("Please type the family name."))
    preferred_name = a_line(MOST_NAME)
    pronouns = a_line(40)
    born = a_day(required=_("Please give the date of birth."))
    sex = forms.ChoiceField(choices=SEX_CHOICES, required=False)
    mrn = a_line(40, spellcheck="false")
    phone = a_line(40, inputmode="tel")
    email = forms.EmailField(
        required=False,
        max_length=MOST_ADDRESS,
        error_messages={"invalid": _("This does not look like an e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    seen = forms.BooleanField(required=False)
    """The clinic has looked at records of the same name and birth date: this is somebody else."""

    def clean_born(self) -> date:
        """A day that has been."""
        born: date = self.cleaned_data["born"]
        if not date(1890, 1, 1) <= born <= clock.now().date():
            raise forms.ValidationError(_("The date of birth must lie in the past."))
        return born

    def chart(self) -> Chart:
        """The record that the form describes."""
        told: dict[str, Any] = {
            name: cleaned(value) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        ways = (("phone", told["phone"]), ("email", told["email"]))
        return Chart(
            name=PersonName(told["family"], (told["given"],)),
            preferred_name=told["preferred_name"],
            pronouns=told["pronouns"],
            born=told["born"].isoformat(),
            sex=told["sex"] if told["sex"] in SEXES else "unknown",
            mrn=told["mrn"],
            contacts=tuple(ContactPoint(kind, value) for kind, value in ways if value),
        )


class TeamForm(CommandForm):
    """Somebody joins the care team."""

    person = forms.ChoiceField(error_messages={"required": _("Please choose who it is.")})
    role = forms.ChoiceField(choices=TEAM)
    valid_from = a_day()
    valid_to = a_day()

    def offer(self, staff: Sequence[tuple[UUID, str]]) -> None:
        """Who can be chosen."""
        known = [(str(person_id), name) for person_id, name in staff]
        self.fields["person"] = forms.ChoiceField(
            choices=[("", _("Choose somebody")), *known],
            error_messages={
                "required": _("Please choose who it is."),
                "invalid_choice": _("Please choose who it is."),
            },
        )


class InviteForm(CommandForm):
    """The patient is invited to the portal."""

    address = _address()
    proofing = _choice(PROOFS, _("Please say how you made sure who this is."))


class ProxyForm(CommandForm):
    """Somebody is asked to act for the patient."""

    address = _address()
    relation = forms.ChoiceField(
        choices=[("", _("Please choose")), *RELATIONS],
        error_messages={"required": _("Please say who this is to the patient.")},
    )
    scope = _choice(SCOPES, _("Please choose what they may do."))
    valid_to = a_day()


class ProvenProxyForm(ProxyForm):
    """The same, by the clinic, which has to make sure of the person."""

    proofing = _choice(PROOFS, _("Please say how you made sure who this is."))
