"""Django's handle on letters."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The room of letters as a Django app."""

    name = "portal.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
