"""Django's handle on the evidence."""

from django.apps import AppConfig
from django.core import checks


class AuditConfig(AppConfig):
    """The room of evidence as a Django app."""

    name = "portal.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """`check --deploy` looks whether the guards stand, and who could take them down."""
        from portal.audit.checks import guards_stand, roles_are_apart

        for check in (guards_stand, roles_are_apart):
            checks.register(check, checks.Tags.security, deploy=True)
