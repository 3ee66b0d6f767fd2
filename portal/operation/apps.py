"""Django's handle on the room of operation."""

from django.apps import AppConfig
from django.core import checks


class OperationConfig(AppConfig):
    """The room of operation as a Django app."""

    name = "portal.operation"
    label = "operation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """`check --deploy` refuses what would be unsafe with patients."""
        from portal.operation.checks import safe_for_patients

        checks.register(safe_for_patients, checks.Tags.security, deploy=True)
