"""What the command line says of the log."""

from collections.abc import Iterator

from portal.audit.readings.verdict import Finding, Verdict
from portal.audit.selectors.anchor import Standing
from portal.audit.selectors.compare import Comparison


def verdict_in_words(verdict: Verdict, standing: Standing) -> Iterator[str]:
    """The verdict for people, line by line; the last one says it all."""
    yield f"{verdict.size} entries, root {verdict.root.hex()}"
    yield f"{verdict.checkpoints} checkpoints, the newest sound one over {verdict.signed} entries"
    yield (
        f"details: {verdict.details} open and fit, {verdict.details_deleted} were deleted, "
        f"{verdict.details_closed} closed for good with their patients' keys"
    )
    yield f"{verdict.waiting} entries wait to be numbered"
    if standing.alarm:
        yield f"Signing is frozen: {standing.alarm}. See `manage.py audit new-epoch --help`."
    if verdict.first is not None:
        yield from _faults(verdict, verdict.first)
    elif not standing.is_fault:
        yield "The log holds."


def _faults(verdict: Verdict, first: Finding) -> Iterator[str]:
    for finding in verdict.findings:
        is_exact = finding.seq is not None and finding.last is None
        yield f"  entry {finding.seq}: {finding.what}" if is_exact else f"  {finding.what}"
    if verdict.wrong > len(verdict.findings):
        yield f"  and {verdict.wrong - len(verdict.findings)} more"
    where = "" if first.seq is None else f" at entry {first.seq}"
    where = f" from entry {first.seq} on" if first.last is not None else where
    yield f"The log does not hold. The first fault is{where}: {first.what}."


def compared_in_words(found: Comparison, epoch: int) -> str:
    """What the log is to a checkpoint that somebody kept."""
    old = f" It is of epoch {found.epoch}, which has ended." if found.epoch < epoch else ""
    if found.fault:
        hint = " The entry audit.epoch-begun says what was left behind." if old else ""
        return f"The log does not continue this checkpoint: {found.fault}.{old}{hint}"
    proof = f" The proof to the newest checkpoint has {len(found.steps)} steps."
    return (
        f"The log continues this checkpoint: its {found.kept.size} entries are the first of "
        f"{found.size}.{proof if found.note else ''}{old}"
    )
