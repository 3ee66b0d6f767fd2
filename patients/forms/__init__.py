"""The shape of what people type about patients. Who may do what is decided later."""

from patients.forms.arranging import (
    CommandForm,
    InviteForm,
    LookForm,
    ProvenProxyForm,
    ProxyForm,
    RegisterForm,
    TeamForm,
)
from patients.forms.reviewing import SieveForm, SomebodyForm, WordsForm

__all__ = [
    "CommandForm",
    "InviteForm",
    "LookForm",
    "ProvenProxyForm",
    "ProxyForm",
    "RegisterForm",
    "SieveForm",
    "SomebodyForm",
    "TeamForm",
    "WordsForm",
]
