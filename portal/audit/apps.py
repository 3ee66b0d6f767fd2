"""Django's handle on the evidence."""

from django.apps import AppConfig
from django.core import checks


class AuditConfig(AppConfig):
    """The room of evidence as a Django app."""

    name = "portal.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """`check --deploy` looks whether the guards stand."""
        from portal.audit.checks import guards_stand

        checks.register(guards_stand, checks.Tags.security, deploy=True)
