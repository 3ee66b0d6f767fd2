"""The shape of what people type to sign in. Who may is not decided here."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

MOST = 256
JOINERS, FILLERS = "\u200c\u200d", "\u115f\u1160\u3164\uffa0"
"""Marks without which some languages are misspelt; letters that are blanks."""
STAFF_ROLES = (
    ("clinician", _("Clinician: sees patients")),
    ("coordinator", _("Coordinator: arranges records and calendars")),
    ("supervisor", _("Supervisor: leads a team")),
    ("privacy-officer", _("Privacy officer: looks at who looked")),
    ("administrator", _("Administrator: runs the place")),
)
CALL_CHOICES = (
    ("in-person", _("They stood before me")),
    ("call-back", _("I called them back on the number in their record")),
)
PROOF_CHOICES = (
    ("in-person", _("They stood before me")),
    ("document", _("They showed a document with a picture")),
    ("known-contact", _("I called them on a number that I knew")),
    ("none", _("Not yet")),
)


class NameField(forms.CharField):
    """A name that others read: on one line, in one direction, with a letter that is seen."""

    def to_python(self, value: Any) -> str:
        """The name without what is not seen; empty if nothing is left to be called by."""
        given = super().to_python(value) or ""
        seen = (char for char in given if char.isspace() or char.isprintable() or char in JOINERS)
        name = " ".join("".join(seen).split())
        return name if any(char.isalpha() and char not in FILLERS for char in name) else ""


class SignInForm(forms.Form):
    """The first step."""

    username = forms.CharField(
        max_length=MOST,
        error_messages={"required": _("Please type your e-mail or sign-in name.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        max_length=MOST,
        error_messages={"required": _("Please type your password.")},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AppCodeForm(forms.Form):
    """A code that an app shows."""

    code = forms.CharField(
        max_length=7,
        error_messages={"required": _("Please type the six digits that your app shows.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class RecoveryCodeForm(forms.Form):
    """A code that was kept on paper."""

    code = forms.CharField(
        max_length=32,
        error_messages={"required": _("Please type one of your recovery codes.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class PasswordAgainForm(forms.Form):
    """The password, from somebody who is signed in."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=MOST,
        error_messages={"required": _("Please type your password.")},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


WAYS: dict[str, type[forms.Form]] = {
    "app": AppCodeForm,
    "recovery": RecoveryCodeForm,
    "password": PasswordAgainForm,
}
"""By what somebody shows who they are."""


class JoinForm(forms.Form):
    """What somebody without a sign-in chooses."""

    name = NameField(
        label=_("Your name"),
        help_text=_("As the people at the clinic should read it."),
        error_messages={"required": _("Please type your name.")},
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least twelve characters. A few words in a row are easy to remember."),
        error_messages={"required": _("Please type the password that you want.")},
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, known_name: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known_name:
            del self.fields["name"]

    def clean_password(self) -> str:
        """The password, long enough and not one that everybody has."""
        chosen: str = self.cleaned_data["password"]
        validate_password(chosen)
        return chosen


class InviteForm(forms.Form):
    """Whom an administrator invites to work here."""

    name = NameField(
        label=_("Name"),
        help_text=_("With the title, if there is one: Dr Cara Winter."),
        error_messages={"required": _("Please type the name.")},
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The e-mail with the link goes there, and they sign in with it."),
        error_messages={
            "required": _("Please type the e-mail address."),
            "invalid": _("This does not look like an e-mail address. Please check it."),
        },
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label=_("What they do here"),
        error_messages={"required": _("Please choose a role.")},
        choices=STAFF_ROLES,
        widget=forms.RadioSelect,
    )
    proofing = forms.ChoiceField(
        label=_("How did they show who they are?"),
        error_messages={"required": _("Please say how they showed who they are.")},
        choices=PROOF_CHOICES,
        widget=forms.RadioSelect,
    )


class ForgottenForm(forms.Form):
    """With which address somebody signs in."""

    email = forms.CharField(
        label=_("E-mail or sign-in name"),
        max_length=MOST,
        error_messages={"required": _("Please type your e-mail or sign-in name.")},
        widget=forms.TextInput(attrs={"inputmode": "email"}),
    )


class ResetForm(forms.Form):
    """A new password, by a link."""

    chosen = forms.CharField(
        label=_("Your new password"),
        help_text=_("At least twelve characters. A few words in a row are easy to remember."),
        error_messages={"required": _("Please type the password that you want.")},
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_chosen(self) -> str:
        """The new password, long enough and not one that everybody has."""
        chosen: str = self.cleaned_data["chosen"]
        validate_password(chosen)
        return chosen


class AddressForm(forms.Form):
    """Another address, and the password to show who asks."""

    address = forms.EmailField(
        label=_("Your new e-mail address"),
        max_length=254,
        error_messages={
            "required": _("Please type the new address."),
            "invalid": _("This does not look like an e-mail address. Please check it."),
        },
    )
    current = forms.CharField(
        label=_("Your password"),
        error_messages={"required": _("Please type the password that you have now.")},
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class LostPhoneForm(forms.Form):
    """Who lost a phone, and how they showed who they are."""

    address = forms.CharField(
        label=_("With which address do they sign in?"),
        error_messages={"required": _("Please type their e-mail address.")},
        max_length=MOST,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
    )
    proof = forms.ChoiceField(
        label=_("How did they show who they are?"),
        error_messages={"required": _("Please say how they showed who they are.")},
        choices=CALL_CHOICES,
        widget=forms.RadioSelect,
    )


class PasswordForm(forms.Form):
    """A new password, and the old one to show who asks."""

    current = forms.CharField(
        label=_("Your password now"),
        error_messages={"required": _("Please type the password that you have now.")},
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    chosen = forms.CharField(
        label=_("Your new password"),
        help_text=_("At least twelve characters. A few words in a row are easy to remember."),
        error_messages={"required": _("Please type the password that you want.")},
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_chosen(self) -> str:
        """The new password, long enough and not one that everybody has."""
        chosen: str = self.cleaned_data["chosen"]
        validate_password(chosen)
        return chosen
