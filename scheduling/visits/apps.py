"""Django's handle on the room."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """The room as a Django app."""

    name = "scheduling.visits"
    label = "visits"
