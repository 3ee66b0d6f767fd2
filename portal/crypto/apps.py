"""Django's handle on the tables of wrapped keys."""

from django.apps import AppConfig
from django.core import checks


class CryptoConfig(AppConfig):
    """The room of sealing as a Django app."""

    name = "portal.crypto"
    label = "crypto"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The check that the keyring fits the database is registered."""
        from portal.crypto.checks import keyring_fits

        checks.register(keyring_fits, checks.Tags.database)
