"""Forms of booking that come again from a tab left open, or with what no page ever offered."""

import pytest
from django.urls import reverse

from portal.crypto import keys
from portal.kernel.ids import new_id
from scheduling.errors import RecordErased
from scheduling.models import Appointment, State
from tests.cast import Someone, browser
from tests.scheduling.desk import booked_for_ada, confirm, only, press
from tests.scheduling.world import Times

pytestmark = pytest.mark.django_db


@pytest.mark.feature("S5")
def test_pressing_what_is_booked_already_gives_nothing_else_back(times: Times, ada: Someone):
    """In a tab that was left open; in the other one a second visit is looked over."""
    kind, who = times.open(), browser(ada)
    given, _kept = press(who, kind, times.world.cast.ada_record)
    booked = only()
    confirm(who, booked)
    press(who, kind, times.world.cast.ada_record, n=3)
    held = Appointment.objects.get(state=State.HELD)

    answer = who.post(reverse("scheduling:hold"), given)

    held.refresh_from_db()
    assert answer["Location"] == reverse("scheduling:booking", args=[booked.pk])
    assert held.state == State.HELD
    assert confirm(who, held).status_code == 303


@pytest.mark.feature("S5", "M25")
def test_nothing_is_held_or_booked_for_somebody_who_is_erased(times: Times):
    """From a page that a coordinator has open still."""
    kind, sam = times.open(), times.world.cast.sam
    slot = times.slots(kind, sam)[0].starts_at
    keys.destroy_shred_key(times.world.cast.ada_record)

    with pytest.raises(RecordErased):
        times.hold(kind, slot, sam)

    form = {
        "patient": times.world.cast.ada_record, "kind": kind.pk, "mode": "video",
        "command_id": new_id(), "slot": f"{times.world.cast.cara.id.hex}.{int(slot.timestamp())}",
    }  # fmt: skip
    assert browser(sam).post(reverse("scheduling:hold"), form).status_code in {404, 409}
    assert not Appointment.objects.exists()


@pytest.mark.feature("S5")
@pytest.mark.parametrize("second", [-62_135_596_800, -1, 253_402_214_400, 253_402_300_799])
def test_a_time_at_the_end_of_the_world_is_no_time(second: int, times: Times, ada: Someone):
    row, who = booked_for_ada(times), browser(ada)
    given = {
        "patient": row.patient_id, "kind": row.visit_type_id, "mode": "video",
        "command_id": new_id(), "slot": f"{row.clinician_id.hex}.{second}",
    }  # fmt: skip

    for where in (reverse("scheduling:hold"), reverse("scheduling:move", args=[row.pk])):
        assert who.post(where, given).status_code == 400
