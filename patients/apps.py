"""Django's handle on patients."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """The ward of patients as a Django app."""

    name = "patients"
    label = "patients"
    default_auto_field = "django.db.models.BigAutoField"
