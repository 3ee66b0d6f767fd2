"""`manage.py audit …`: the evidence from the command line.

Every verb exits 0 if all is well, 1 if the log does not hold what it should, 2 for wrong words.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import actions, notes
from portal.audit.errors import EpochRefused, NoteRefused, ProofRefused, SigningFrozen
from portal.audit.management.exports import NothingSigned, export
from portal.audit.management.words import compared_in_words, verdict_in_words
from portal.audit.readings.verify import verify
from portal.audit.selectors import anchor, entries, log
from portal.audit.selectors.compare import compared
from portal.audit.vocabulary import REASONS
from portal.kernel import door
from portal.kernel.actor import system_actor

SEQUENCER, SIGNER = system_actor("sequencer"), system_actor("signer")
OPERATOR = system_actor("operator")


class Command(BaseCommand):
    """Verify the log, prove one entry, sign or compare a checkpoint, begin another epoch."""

    help = "The audit log: verify | proof N | checkpoint | export | new-epoch"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        whole = verbs.add_parser("verify", help="exit 0 only if the whole log holds")
        whole.add_argument("--quiet", action="store_true", help="no progress on a terminal")
        proof = verbs.add_parser("proof", help="the proof that entry N is in the log")
        proof.add_argument("index", type=int, metavar="N", help="the entry's place, from 0")
        proof.add_argument("--out", type=Path, help="write a .tlog-proof file instead of printing")
        checkpoint = verbs.add_parser("checkpoint", help="sign now and print the note")
        checkpoint.add_argument("--vkey", action="store_true", help="print the verifier key, too")
        checkpoint.add_argument(
            "--compare",
            type=Path,
            metavar="FILE",
            help="instead: does the log continue the checkpoint in this file or letter?",
        )
        epoch = verbs.add_parser("new-epoch", help="the way out of a frozen log: see docs/audit.md")
        epoch.add_argument("--reason", required=True, choices=REASONS)
        export = verbs.add_parser("export", help="write the signed log to files, for outsiders")
        form = export.add_mutually_exclusive_group(required=True)
        form.add_argument("--tiles", type=Path, metavar="DIR", help="as c2sp.org/tlog-tiles")
        form.add_argument("--ndjson", type=Path, metavar="FILE", help="an entry a line")
        for verb in (whole, proof, checkpoint, epoch, export):
            verb.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb'].replace('-', '_')}")(options)
        finally:
            door.close()

    def _verify(self, options: dict[str, Any]) -> None:
        watched = sys.stderr.isatty() and not (options["quiet"] or options["json"])
        verdict = verify(self._progress if watched else lambda size: None, self._settle)
        standing = anchor.standing()
        if options["json"]:
            frozen = {"signing_frozen": standing.alarm, "why": standing.why}
            self.stdout.write(json.dumps({**verdict.as_json(), **frozen}, indent=1))
        else:
            self.stdout.write("\n".join(verdict_in_words(verdict, standing)))
        if standing.is_fault or not verdict.holds:
            sys.exit(1)

    def _settle(self) -> None:
        """What is final is numbered, unless this role or this log forbids it; the verdict says."""
        try:
            actions.sequence_all(SEQUENCER)
        except Exception as error:
            self.stderr.write(f"What waits for a place could not be given one here: {error}")

    def _progress(self, size: int) -> None:
        self.stderr.write(f"\r{size} entries", ending="")

    def _proof(self, options: dict[str, Any]) -> None:
        proof = entries.proof_of(options["index"])
        if proof is None:
            raise CommandError("the log has no such entry, or no checkpoint covers it yet")
        text = notes.write_proof(proof)
        if options["json"]:
            text = json.dumps(
                {
                    "index": proof.index,
                    "leaf": proof.extra.decode(),
                    "steps": [step.hex() for step in proof.steps],
                    "checkpoint": proof.checkpoint,
                },
                indent=1,
            )
        if options["out"]:
            options["out"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")

    def _checkpoint(self, options: dict[str, Any]) -> None:
        if options["compare"]:
            self._compare(options)
            return
        if not anchor.standing().is_frozen:
            self._settle()
        try:
            kept = actions.sign_checkpoint(SIGNER)
        except SigningFrozen as frozen:
            raise CommandError(f"signing is frozen: {frozen}") from None
        if kept is None:
            raise CommandError("the log is empty: there is nothing to sign yet")
        vkey = log.verifier_in(kept.note).vkey
        if options["json"]:
            self.stdout.write(json.dumps({"note": kept.note, "size": kept.size, "vkey": vkey}))
            return
        self.stdout.write(kept.note, ending="")
        if options["vkey"]:
            self.stdout.write(vkey)

    def _compare(self, options: dict[str, Any]) -> None:
        try:
            found = compared(options["compare"].read_text(encoding="utf-8", errors="replace"))
        except OSError as error:
            raise CommandError(f"{options['compare']}: {error.strerror}", returncode=2) from None
        except (NoteRefused, ProofRefused) as refused:
            raise CommandError(f"{options['compare']}: {refused}") from None
        if options["json"]:
            told = {
                "continues": found.continues,
                "fault": found.fault,
                "kept": {"size": found.kept.size, "epoch": found.epoch},
                "size": found.size,
                "steps": [step.hex() for step in found.steps],
                "checkpoint": found.note,
            }
            self.stdout.write(json.dumps(told, indent=1))
        else:
            self.stdout.write(compared_in_words(found, log.epoch()))
        if not found.continues:
            sys.exit(1)

    def _new_epoch(self, options: dict[str, Any]) -> None:
        try:
            kept = actions.begin_epoch(OPERATOR, reason=options["reason"])
        except EpochRefused as refused:
            raise CommandError(str(refused)) from None
        vkey = log.verifier_in(kept.note).vkey
        if options["json"]:
            told = {"epoch": kept.epoch, "size": kept.size, "note": kept.note, "vkey": vkey}
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(
            f"Epoch {kept.epoch} has begun over {kept.size} entries. Give out its verifier key, "
            f"and keep this checkpoint elsewhere:\n\n{vkey}\n\n{kept.note}"
        )

    def _export(self, options: dict[str, Any]) -> None:
        form, target = (
            ("tiles", options["tiles"]) if options["tiles"] else ("ndjson", options["ndjson"])
        )
        try:
            kept = export(OPERATOR, form, target)
        except (NothingSigned, OSError, LookupError) as refused:
            raise CommandError(f"{target}: {refused}") from None
        vkey = log.verifier_in(kept.note).vkey
        if options["json"]:
            self.stdout.write(json.dumps({"size": kept.size, "note": kept.note, "vkey": vkey}))
        else:
            self.stdout.write(f"{kept.size} entries in {target}; the key of their log:\n\n{vkey}")
