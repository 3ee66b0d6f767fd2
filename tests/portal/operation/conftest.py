"""What tests of operation begin with: nothing remembered, and perhaps a portal that works."""

import pytest

from portal.audit import actions as audit
from portal.audit.tasks import SEQUENCER, SIGNER
from portal.operation import tasks
from portal.operation.selectors import PULSE, readiness


@pytest.fixture(autouse=True)
def asked_anew():
    """No answer of another test is remembered."""
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def working(cast, settings, tmp_path):
    """A worker has just run the pulse, and the log is numbered and signed."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"
    tasks._runs.clear()
    tasks.note_run(PULSE, failed=False)
    audit.sequence_once(SEQUENCER)
    audit.sign_checkpoint(SIGNER)
