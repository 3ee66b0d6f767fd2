"""`manage.py settings`: what may be set in the environment, and what is set."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import env


class Command(BaseCommand):
    """Lists every name that the portal reads; addresses are shown without what they carry."""

    help = "List the settings that the environment may hold."

    def handle(self, *args: Any, **options: Any) -> None:
        values = env.read().values
        for name, meaning in env.KNOWN.items():
            mark = "set" if values.get(name) else "   "
            self.stdout.write(f"{mark}  {name}\n     {meaning}")
