#!/usr/bin/env python3
"""The command line of the portal."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not here. `make run` installs it; then: .venv/bin/python manage.py …")

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
