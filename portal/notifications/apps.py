"""Django's handle on the postman."""

from django.apps import AppConfig
from django.core import checks


class NotificationsConfig(AppConfig):
    """The room of letters on their way as a Django app."""

    name = "portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        """`check --deploy` looks whether letters can leave."""
        from portal.notifications.checks import letters_can_leave

        checks.register(letters_can_leave, checks.Tags.security, deploy=True)
