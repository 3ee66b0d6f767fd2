"""The shape of what people type to sign in. Who may is not decided here."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

MOST = 256


class SignInForm(forms.Form):
    """The first step."""

    username = forms.CharField(
        max_length=MOST,
        error_messages={"required": _("Please type your e-mail.")},
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
