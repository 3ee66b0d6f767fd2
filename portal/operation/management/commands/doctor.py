"""`manage.py doctor`: in plain words what is wrong and what to do; 0 only if all is well."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.operation.selectors.diagnosis import diagnosis


class Command(BaseCommand):
    """Looks at everything, says what is wrong and what to do about it, and changes nothing."""

    help = "Say what is wrong with this installation, and what to do."
    # What they would refuse is what it tells of.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = diagnosis()
        wrong = [finding for finding in findings if not finding.is_well]
        if options["json"]:
            self.stdout.write(json.dumps([finding.as_json() for finding in findings], indent=1))
        else:
            for finding in findings:
                mark = "well " if finding.is_well else "WRONG"
                told = f": {finding.sentence}" if finding.sentence else ""
                self.stdout.write(f"{mark}  {finding.part}{told}")
                if finding.advice:
                    self.stdout.write(f"       {finding.advice}")
            count = {0: "all is well", 1: "one thing is wrong"}.get(
                len(wrong), f"{len(wrong)} things are wrong"
            )
            self.stdout.write(f"\n{len(findings)} things looked at; {count}.")
        if wrong:
            sys.exit(1)
