"""Every kind of letter of the house: it can be written out, and it says nothing about anybody."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.template.loader import get_template

from portal.audit import notes
from portal.audit.selectors import log
from portal.kernel import plugs
from portal.kernel.ids import new_id
from portal.kernel.plugs import LetterSpec, ParamKind
from portal.notifications.selectors import written
from portal.outbox import vocabulary
from tests.harness.canary import is_in, scan
from tests.portal.notifications.conftest import TOKEN

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M21")]
AT = datetime(2031, 3, 30, 1, 30, tzinfo=UTC)
SIGNER = log.signer()
NOTE = notes.sign(notes.Checkpoint(SIGNER.verifier.name, 2, bytes(32)).text(), SIGNER)
FITTING: dict[ParamKind, Any] = {
    ParamKind.ID: new_id(),
    ParamKind.COUNT: 2,
    ParamKind.INSTANT: AT,
    ParamKind.ZONE: "America/New_York",
    ParamKind.SECRET: TOKEN,
    ParamKind.CHECKPOINT: NOTE,
}
KINDS = sorted(plugs.letters())


def fillings(spec: LetterSpec) -> list[dict[str, Any]]:
    """Parameters that fit, once for every combination of codes."""
    plain = {name: FITTING[kind] for name, kind in spec.params.items() if kind in FITTING}
    ways = product(*(sorted(codes) for codes in spec.codes.values()))
    return [plain | dict(zip(spec.codes, way, strict=True)) for way in ways]


@pytest.mark.parametrize("kind", KINDS)
def test_each_can_be_written_out_and_names_nobody(kind, post, ada):
    for params in fillings(plugs.letters()[kind]):
        letter = post(ada.id, kind, params=params, until=AT + timedelta(days=1))
        text = written(letter)

        assert text.address == ada.email
        assert 5 < len(text.subject) <= 78, text.subject
        assert len(text.body) > 40
        for said in (text.subject, text.body):
            assert not is_in(said)
            assert "{" not in said
            assert "None" not in said
            assert "\r" not in said
        assert "\n" not in text.subject
        if text.attachment:
            assert scan(text.attachment[2]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_carries_nothing_that_is_free_text(kind):
    spec = plugs.letters()[kind]

    assert [*vocabulary.faults_of(spec)] == []
    assert {*spec.params.values()} <= {*ParamKind}
    get_template(spec.template)


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_whom_to_call_and_that_it_holds_no_health(kind, post, ada):
    text = written(post(ada.id, kind, params=fillings(plugs.letters()[kind])[0]))

    assert "our e-mails never say anything about your health" in text.body
    assert "Lindenhof Family Clinic" in text.body
