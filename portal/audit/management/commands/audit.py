"""`manage.py audit verify | proof N | checkpoint`: the evidence from the command line."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import actions, notes
from portal.audit.errors import SigningFrozen
from portal.audit.readings.verdict import Verdict
from portal.audit.readings.verify import verify
from portal.audit.selectors import anchor, entries, log
from portal.kernel import door
from portal.kernel.actor import system_actor

SIGNER = system_actor("signer")


class Command(BaseCommand):
    """Verify the log, prove one entry, or sign what there is."""

    help = "The audit log: verify | proof N | checkpoint"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        whole = verbs.add_parser("verify", help="exit 0 only if the whole log holds")
        whole.add_argument("--quiet", action="store_true", help="no progress on a terminal")
        proof = verbs.add_parser("proof", help="the proof that entry N is in the log")
        proof.add_argument("index", type=int, metavar="N", help="the entry's place, from 0")
        proof.add_argument("--out", type=Path, help="write a .tlog-proof file instead of printing")
        checkpoint = verbs.add_parser("checkpoint", help="sign now and print the note")
        checkpoint.add_argument("--vkey", action="store_true", help="print the verifier key, too")
        for verb in (whole, proof, checkpoint):
            verb.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        finally:
            door.close()

    def _verify(self, options: dict[str, Any]) -> None:
        watched = sys.stderr.isatty() and not (options["quiet"] or options["json"])
        verdict = verify(self._progress if watched else lambda size: None)
        alarm = anchor.standing().alarm
        if options["json"]:
            self.stdout.write(json.dumps({**verdict.as_json(), "signing_frozen": alarm}, indent=1))
        else:
            self._tell(verdict, alarm)
        if alarm or not verdict.holds:
            sys.exit(1)

    def _tell(self, verdict: Verdict, alarm: str) -> None:
        say = self.stdout.write
        say(f"{verdict.size} entries, root {verdict.root.hex()}")
        say(
            f"{verdict.checkpoints} checkpoints, the newest sound one over {verdict.signed} entries"
        )
        say(
            f"details: {verdict.details} open and fit, {verdict.details_deleted} were deleted, "
            f"{verdict.details_closed} closed for good with their patients' keys"
        )
        say(f"{verdict.waiting} entries wait to be numbered")
        if alarm:
            say(f"Signing is frozen: {alarm}.")
        if verdict.first is None:
            say("The log holds." if not alarm else "")
            return
        for finding in verdict.findings:
            exact = finding.seq is not None and finding.last is None
            say(f"  entry {finding.seq}: {finding.what}" if exact else f"  {finding.what}")
        if verdict.wrong > len(verdict.findings):
            say(f"  and {verdict.wrong - len(verdict.findings)} more")
        first = verdict.first
        where = "" if first.seq is None else f" at entry {first.seq}"
        where = f" from entry {first.seq} on" if first.last is not None else where
        say(f"The log does not hold. The first fault is{where}: {first.what}.")

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
        try:
            kept = actions.sign_checkpoint(SIGNER)
        except SigningFrozen as frozen:
            raise CommandError(f"signing is frozen: {frozen}") from None
        if kept is None:
            raise CommandError("the log is empty: there is nothing to sign yet")
        vkey = log.signer().verifier.vkey
        if options["json"]:
            self.stdout.write(json.dumps({"note": kept.note, "size": kept.size, "vkey": vkey}))
            return
        self.stdout.write(kept.note, ending="")
        if options["vkey"]:
            self.stdout.write(vkey)
