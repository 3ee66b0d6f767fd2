"""An old key is destroyed on a word, and only when nothing that is kept needs it."""

from datetime import timedelta
from typing import Any

import pytest

from portal.crypto.keyring import keyring
from portal.crypto.models import PatientKey
from portal.custody import actions
from portal.custody.errors import BackupsNeedKek, KekActive, KekInUse, UnknownKek
from portal.kernel import clock
from tests.harness.write_guard import guard
from tests.portal.custody.scenes import (
    KEEPER,
    all_open,
    committed,
    events,
    patients,
    refused,
    said,
)

pytestmark = [pytest.mark.feature("M25")]


@committed
def test_an_old_key_goes_only_when_nothing_needs_it(monkeypatch: pytest.MonkeyPatch, settings: Any):
    settings.BACKUP_DAYS = 90
    made, old = patients(3), keyring().active_kek.id
    with pytest.raises(KekActive):
        actions.retire(KEEPER, old, before_horizon=True)
    with pytest.raises(UnknownKek):
        actions.retire(KEEPER, "nothing", before_horizon=True)
    done = actions.rotate(KEEPER)
    row = PatientKey.objects.first()
    assert row is not None
    with guard.off("a row that was put back"):
        PatientKey.objects.filter(pk=row.pk).update(kek_id=old)
    with pytest.raises(KekInUse):
        actions.retire(KEEPER, old, before_horizon=True)
    with guard.off("as it was"):
        PatientKey.objects.filter(pk=row.pk).update(kek_id=done.new_kek)

    with pytest.raises(BackupsNeedKek) as caught:
        actions.retire(KEEPER, old, before_horizon=False)
    assert "kept until" in str(caught.value.sentence)
    assert keyring().kek(old).state == "decrypt-only"
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    actions.retire(KEEPER, old, before_horizon=False)

    assert [key.id for key in keyring().keys if key.purpose == "kek"] == [done.new_kek]
    assert all_open(made)
    assert events("key.retired") == ["key.retired"]


@committed
def test_an_old_key_goes_before_the_horizon_only_on_the_word():
    patients(1)
    old = keyring().active_kek.id
    said("rotate")

    assert "--before-horizon" in refused("rotate", "--retire", old)
    assert "is destroyed" in said("rotate", "--retire", old, "--before-horizon")
    assert old not in said("status")
