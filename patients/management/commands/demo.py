"""`manage.py demo`: a small clinic to look at, with sign-ins that work without a phone."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from patients.management.clinic.building import build
from patients.management.clinic.loading import (
    FileRefused,
    Loaded,
    load_conversations,
    load_patients,
)
from patients.management.clinic.sign_ins import SignIn, SignIns
from portal.accounts.selectors import code_now, find_person, seconds_until_accepted
from portal.kernel import door


def _python() -> str:
    """This Python, as somebody in the project's folder would call it."""
    ours = Path(sys.executable)
    return str(
        ours.relative_to(settings.BASE_DIR) if ours.is_relative_to(settings.BASE_DIR) else ours
    )


class Command(BaseCommand):
    """The demo clinic: built once, shown as often as asked."""

    help = (
        "Build the demo clinic, once, and print its sign-ins. `demo people` prints them again; "
        "`demo code NAME` prints the one-time code that lets somebody in now."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two words, or none, and where more people and conversations come from."""
        parser.add_argument("word", nargs="?", choices=("people", "code"))
        parser.add_argument("name", nargs="?", help="a key, a name or an e-mail address")
        parser.add_argument(
            "--patients", type=Path, metavar="DIR", help="load people from FHIR R4 bundles"
        )
        parser.add_argument(
            "--link-all", action="store_true", help="finished encounters make a care team, too"
        )
        parser.add_argument(
            "--conversations",
            type=Path,
            metavar="FILE",
            help="open a thread for each line {Question, Free_form_answer} of a JSON lines file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """What the words ask for."""
        if settings.PROFILE != "demo":
            raise CommandError("The demo clinic is for the demo profile; this is production.")
        sign_ins = SignIns.load(settings.DATA_DIR / "demo")
        try:
            match options["word"]:
                case "code":
                    self._code(sign_ins, options["name"] or "")
                case "people":
                    self._people(sign_ins)
                case _:
                    self._build(sign_ins, options)
        finally:
            door.close()

    def _build(self, sign_ins: SignIns, options: dict[str, Any]) -> None:
        build(sign_ins)
        loaded = Loaded()
        if folder := options["patients"]:
            if not folder.is_dir():
                raise CommandError(f"{folder} is not a folder")
            loaded = load_patients(
                folder, sign_ins, link_all=options["link_all"], say=self.stderr.write
            )
            self._tell(loaded)
        if path := options["conversations"]:
            self._converse(path)
        self._people(sign_ins)
        if loaded.refused:
            raise CommandError(f"{len(loaded.refused)} files were refused; the rest is here.")

    def _converse(self, path: Path) -> None:
        try:
            self.stdout.write(f"{load_conversations(path)} conversations are here.")
        except (FileRefused, OSError) as refused:
            raise CommandError(f"{path.name}: {refused}") from None

    def _tell(self, loaded: Loaded) -> None:
        self.stdout.write(
            f"{len(loaded.patients)} patients ({loaded.registered} new, {loaded.changed} changed), "
            f"{len(loaded.clinicians)} clinicians, {loaded.encounters} encounters and "
            f"{loaded.links} care-team links new or changed."
        )
        if loaded.registered and not loaded.links:
            self.stdout.write("No encounter is open, so nobody was linked: --link-all does.")

    def _people(self, sign_ins: SignIns) -> None:
        rows = [(each.name, each.about, each.email, each.password) for each in sign_ins]
        if not rows:
            raise CommandError("There is nobody yet: `manage.py demo` builds the clinic.")
        widths = [max(len(row[n]) for row in rows) for n in range(4)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  " + "  ".join(cells).rstrip())
        self.stdout.write(
            "\nSign in with address and password. The code for the second step:\n"
            f"  {_python()} manage.py demo code NAME\n"
            f"The passwords were made here and are kept in {sign_ins.path}.\n"
            f"Letters that the portal writes are files in {settings.LETTERS_DIR}."
        )

    def _code(self, sign_ins: SignIns, name: str) -> None:
        found = sign_ins.meant_by(name) if name else []
        if len(found) != 1:
            known = ", ".join(each.name for each in found) or "nobody"
            raise CommandError(f"NAME must mean one person of `demo people`; here it is {known}.")
        self.stdout.write(self._code_of(found[0]))

    def _code_of(self, sign_in: SignIn) -> str:
        person = find_person(sign_in.email)
        code = code_now(person.pk) if person else ""
        if person is None or not code:
            raise CommandError(f"{sign_in.name} has no second factor.")
        # Whoever signs in three times in half a minute is ahead of what their app may show.
        if seconds := seconds_until_accepted(person.pk):
            self.stderr.write(f"Just used: the next code is taken in {seconds:.0f} s.")
            time.sleep(seconds)
        return code
