"""What the outbox refuses. Neither repeats what it was given."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import BadInput


class LetterRefused(ValueError):
    """A letter was to carry something that its kind does not declare, or has no known kind."""


class NoAddress(BadInput):
    """What should be an e-mail address is none."""

    code = "no-address"
    sentence: Any = _("This does not look like an e-mail address. Please check it.")
