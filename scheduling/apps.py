"""Django's handle on scheduling."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """The ward of time as a Django app."""

    name = "scheduling"
    label = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"
