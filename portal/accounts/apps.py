"""Django's handle on people, sessions and factors."""

from django.apps import AppConfig
from django.core import checks


class AccountsConfig(AppConfig):
    """The room of identity as a Django app."""

    name = "portal.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The checks of this room are registered."""
        from portal.accounts.checks import hosts_are_named

        checks.register(hosts_are_named, checks.Tags.security)
