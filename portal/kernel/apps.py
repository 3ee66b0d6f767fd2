"""Django's handle on the kernel: it has no tables, only commands."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The kernel as a Django app, so that its commands are found."""

    name = "portal.kernel"
    label = "kernel"
