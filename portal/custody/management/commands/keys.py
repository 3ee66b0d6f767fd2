"""`manage.py keys`: how they stand, another one, on paper and back, and erasing a person."""

import getpass
import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.audit import actions as audit
from portal.audit.errors import SigningFrozen
from portal.crypto import sheets
from portal.crypto.checks import keyring_fits
from portal.crypto.keyring import Keyring, KeyringRefused, keyring, reread
from portal.crypto.rings import packed, unpacked
from portal.crypto.shares import SharesRefused
from portal.custody import actions, readings, selectors
from portal.custody.actions.rotation import PIECE
from portal.custody.management.words import erased, sheet, told, waiting
from portal.custody.models import Erasure, Rotation
from portal.custody.vocabulary import PROOFS, REASONS
from portal.kernel import clock, door, plugs
from portal.kernel.actor import Actor, system_actor
from portal.kernel.errors import Refusal

KEEPER = system_actor("keys")


class Command(BaseCommand):
    """Keys: how they stand, another one, on paper, from paper; and a person's, for good."""

    help = "The keys: status | rotate | recovery | restore | shred | erasures | receipt"
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own form; restore comes first

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A verb, and what belongs to it."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="which keys there are, and what is to be done")
        rotate = verbs.add_parser("rotate", help="a new key wraps the keys of all patients")
        rotate.add_argument("--piece", type=int, default=PIECE, help="rows in one transaction")
        rotate.add_argument(
            "--prepare", action="store_true", help="only put the new key into the keyring"
        )
        rotate.add_argument("--retire", metavar="KEY", help="destroy this old key instead")
        rotate.add_argument(
            "--before-horizon",
            action="store_true",
            help="with --retire: although backups that need the key are still kept",
        )
        recovery = verbs.add_parser("recovery", help="print the keyring as three sheets")
        recovery.add_argument("--out", type=Path, metavar="DIR", help="three files instead")
        restore = verbs.add_parser("restore", help="make the keyring from two of the sheets")
        restore.add_argument("sheet", type=Path, nargs="+", help="files with what the sheets say")
        self._add_erasing(verbs)

    def _add_erasing(self, verbs: Any) -> None:
        shred = verbs.add_parser("shred", help="erase a patient for good; two people, each proven")
        shred.add_argument("patient", type=UUID, help="the patient's id, from the record's address")
        shred.add_argument(
            "--proof", choices=PROOFS, required=True, help="how it is sure who asked for it"
        )
        shred.add_argument("--reason", choices=REASONS, default="asked", help="why it is granted")
        shred.add_argument("--receipt", type=Path, default=Path(), metavar="DIR")
        verbs.add_parser("erasures", help="every erasure that was asked for")
        again = verbs.add_parser("receipt", help="write the receipt of an erasure again")
        again.add_argument("erasure", type=UUID)
        again.add_argument("--receipt", type=Path, default=Path(), metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """What the verb asks for. A refusal is a sentence and exit code 1."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except (Refusal, KeyringRefused, SharesRefused) as refused:
            raise CommandError(str(getattr(refused, "sentence", refused))) from None
        finally:
            door.close()

    def _status(self, options: dict[str, Any]) -> None:
        for line in told(selectors.standing(), clock.now()):
            self.stdout.write(line)

    def _rotate(self, options: dict[str, Any]) -> None:
        if kek_id := options["retire"]:
            actions.retire(KEEPER, kek_id, before_horizon=options["before_horizon"])
            self.stdout.write(f"Key {kek_id} is destroyed. Print new recovery sheets.")
            return
        if options["prepare"]:
            rotation = actions.prepare(KEEPER)
            self.stdout.write(
                f"Key {rotation.new_kek} is in the keyring and wraps nothing yet. Carry the "
                "keyring to every machine, then run `keys rotate`."
            )
            return
        rotation = actions.rotate(KEEPER, piece=options["piece"], progress=self._progress)
        self.stdout.write(
            f"{rotation.moved} patient keys are wrapped by key {rotation.new_kek} now, in "
            f"{rotation.passes} passes. Print new recovery sheets: `keys recovery`."
        )
        if rotation.left or rotation.broken:
            raise CommandError(
                f"{rotation.left} have no shred key and {rotation.broken} are damaged; they stayed "
                "as they were. `keys status` says more."
            )

    def _progress(self, rotation: Rotation) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{rotation.moved} moved", ending="")

    def _recovery(self, options: dict[str, Any]) -> None:
        ring = keyring()
        parts = sheets.parts_of(packed(ring), os.urandom)
        for pair in ((0, 1), (0, 2), (1, 2)):
            found = unpacked(
                sheets.secret_of([sheets.read(sheets.written(parts[n])) for n in pair])
            )
            if found.keys != ring.keys and packed(found) != packed(ring):
                raise CommandError("the sheets do not give the keyring back; nothing was printed")
        door.run(actions.note_sheets, KEEPER)
        texts = [sheet(part, ring, clock.now()) for part in parts]
        if folder := options["out"]:
            for part, text in zip(parts, texts, strict=True):
                _write(folder / f"recovery-{part.set}-{part.number}-of-{sheets.OF}.txt", text)
            self.stdout.write(f"Three sheets are in {folder}. Print them, then delete the files.")
            return
        self.stdout.write("\f".join(texts), ending="")

    def _restore(self, options: dict[str, Any]) -> None:
        ring = unpacked(sheets.secret_of([_read(path) for path in options["sheet"]]))
        kept = actions.restore_keyring(KEEPER, ring)
        reread()
        self.stdout.write(
            f"The keyring of installation {ring.installation} is in {settings.KEY_DIR}."
        )
        if kept:
            self.stdout.write(f"The one that was there is kept as {kept.name}.")
        self._after_restoring(ring)

    def _shred(self, options: dict[str, Any]) -> None:
        first = _prove("First person: who asks, on the patient's behalf.")
        asked = door.run(actions.ask_erasure, first, options["patient"], proof=options["proof"])
        second = _prove("Second person: who decides.")
        door.run(actions.decide_erasure, second, asked.pk, grant=True, reason=options["reason"])
        if _asked("Type the patient's id once more to erase for good: ") != str(asked.patient_id):
            raise CommandError(
                f"Nothing is erased. The decision stands: `keys receipt {asked.pk}` carries it out."
            )
        self._done(actions.carry_out(KEEPER, asked.pk), options["receipt"])

    def _erasures(self, options: dict[str, Any]) -> None:
        for erasure in selectors.erasures():
            self.stdout.write(waiting(erasure))

    def _receipt(self, options: dict[str, Any]) -> None:
        self._done(actions.carry_out(KEEPER, options["erasure"]), options["receipt"])

    def _done(self, erasure: Erasure, folder: Path) -> None:
        """The receipt is on disk, with its proof if the log may be signed."""
        audit.sequence_all(KEEPER)
        try:
            audit.sign_checkpoint(KEEPER)
        except SigningFrozen as frozen:
            self.stderr.write(f"The log is not signed now: {frozen}")
        made = readings.receipt(KEEPER, erasure.pk)
        name = f"receipt-{erasure.pk}"
        _write(folder / f"{name}.json", json.dumps(made, indent=1) + "\n")
        _write(folder / f"{name}.txt", erased(made))
        self.stdout.write(erased(made))
        self.stdout.write(f"The receipt is {name}.txt and {name}.json in {folder.resolve()}.")
        if made["entry"]["index"] is None:
            self.stdout.write(
                "Its entry is not signed yet: write the receipt again in a minute with "
                f"`keys receipt {erasure.pk} --receipt ANOTHER-DIR`."
            )

    def _after_restoring(self, ring: Keyring) -> None:
        faults = keyring_fits(databases=["default"])
        if faults:
            raise CommandError(
                "; ".join(str(fault.msg) for fault in faults)
                + ". There are newer sheets than these: the key was rotated since."
            )
        if selectors.opens(ring):
            door.run(actions.note_restored, KEEPER)
            self.stdout.write("It opens what the database holds.")
        else:
            self.stdout.write(
                "Put the databases back now; `keys status` then says if it opens them."
            )


def _prove(whose: str) -> Actor:
    """The person at the terminal, proven by address, password and code."""
    sys.stderr.write(f"{whose}\n")
    return plugs.prove(_asked("E-mail: "), _asked("Password: ", secret=True), _asked("Code: "))


def _asked(prompt: str, *, secret: bool = False) -> str:
    if secret and sys.stdin.isatty():
        return getpass.getpass(prompt)
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _read(path: Path) -> sheets.Part:
    try:
        return sheets.read(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
    except (SharesRefused, UnicodeDecodeError) as refused:
        raise CommandError(f"{path}: {refused}") from None
