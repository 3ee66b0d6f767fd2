"""Django's handle on the ward."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """The ward as a Django app."""

    name = "messaging"
    label = "messaging"
