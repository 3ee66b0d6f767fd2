"""Django's handle on rotations and erasures."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """The room of keys at work as a Django app."""

    name = "portal.custody"
    label = "custody"
    default_auto_field = "django.db.models.BigAutoField"
