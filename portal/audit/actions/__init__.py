"""What may be done to the log: add to it, number it, sign it, begin another epoch."""

from portal.audit.actions.checkpoints import sign_checkpoint, write_anchor
from portal.audit.actions.entries import record, record_alone
from portal.audit.actions.epochs import begin_epoch
from portal.audit.actions.sequence import sequence_all, sequence_once
from portal.audit.vocabulary import Outcome

__all__ = [
    "Outcome",
    "begin_epoch",
    "record",
    "record_alone",
    "sequence_all",
    "sequence_once",
    "sign_checkpoint",
    "write_anchor",
]
