"""Pages of visits: book, move and cancel by plain forms, and what is said when it fails."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from portal.kernel import clock, door
from portal.kernel.ids import new_id
from scheduling import actions
from scheduling.forms import SlotForm
from scheduling.models import Appointment, State
from tests.cast import Someone, browser
from tests.scheduling.desk import (
    COMMAND,
    SLOT,
    booked_for_ada,
    confirm,
    only,
    press,
    text,
    times_page,
)
from tests.scheduling.world import Times

pytestmark = pytest.mark.django_db


@pytest.mark.feature("S4", "S5")
def test_a_patient_books_in_three_steps(times: Times, ada: Someone):
    kind, who = times.open(), browser(ada)
    record = times.world.cast.ada_record

    first = who.get(reverse("scheduling:book"))
    assert "What kind of visit?" in text(first)
    assert "Video visit" in text(first)
    _given, kept = press(who, kind, record)
    assert kept.status_code == 303
    held = who.get(kept["Location"])
    assert "It is not booked yet." in text(held)
    assert "I need more time" in text(held)
    done = confirm(who, only(), times.world.words("It itches"))
    booked = who.get(done["Location"])

    assert "You are booked" in text(booked)
    assert "What happens next" in text(booked)
    assert only().state == State.BOOKED
    assert "Video visit with Dr Cara" in text(who.get(reverse("scheduling:visits")))


@pytest.mark.feature("S5")
def test_pressing_twice_keeps_one_time(times: Times, ada: Someone):
    kind, who = times.open(), browser(ada)

    given, first = press(who, kind, times.world.cast.ada_record)
    second = who.post(reverse("scheduling:hold"), given)

    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


@pytest.mark.feature("S5")
def test_going_back_and_pressing_another_time_gives_the_first_back(times: Times, ada: Someone):
    kind, who = times.open(), browser(ada)
    page = times_page(kind, who, times.world.cast.ada_record).content.decode()
    other = SLOT.findall(page)[3]

    given, _first = press(who, kind, times.world.cast.ada_record)
    answer = who.post(reverse("scheduling:hold"), given | {"slot": other})

    assert answer.status_code == 303
    assert Appointment.objects.filter(state=State.HELD).count() == 1
    assert Appointment.objects.filter(state=State.EXPIRED).count() == 1


def test_one_page_holds_one_command_for_each_of_its_times():
    page, who = new_id(), new_id().hex
    common = {"command_id": page, "patient": new_id(), "kind": new_id(), "mode": "video"}

    def command(slot: str) -> UUID:
        return SlotForm(common | {"slot": slot}).checked()["command_id"]

    assert command(f"{who}.1800000000") == command(f"{who}.1800000000")
    assert command(f"{who}.1800000000") != command(f"{who}.1800000900")
    assert command(f"{who}.1800000000").version == 7


@pytest.mark.feature("S4", "S5")
def test_somebody_was_faster_and_nothing_is_lost(times: Times, ada: Someone, ben: Someone):
    kind, who, other = times.open(), browser(ada), browser(ben)
    page = times_page(kind, who, times.world.cast.ada_record)
    slot, command = SLOT.findall(page.content.decode())[0], new_id()
    press(other, kind, times.world.cast.ben_record)
    words = times.world.words("My tooth")

    given = {
        "patient": times.world.cast.ada_record, "kind": kind.pk, "mode": "video",
        "command_id": command, "slot": slot, "reason": words,
    }  # fmt: skip
    lost = who.post(reverse("scheduling:hold"), given)

    assert lost.status_code == 409
    assert "This time has just gone" in text(lost)
    assert "Close to the time you wanted" in text(lost)
    assert words in text(lost)
    again = given | {"slot": SLOT.findall(lost.content.decode())[0], "command_id": new_id()}
    kept = who.post(reverse("scheduling:hold"), again)
    assert kept.status_code == 200
    assert words in text(kept)
    mine = Appointment.objects.get(patient=times.world.cast.ada_record, state=State.HELD)
    confirm(who, mine, words)
    mine.refresh_from_db()
    assert mine.state == State.BOOKED


@pytest.mark.feature("S5")
def test_a_hold_that_ended_offers_times_again_and_keeps_what_was_typed(times: Times, ada: Someone):
    kind, who = times.open(), browser(ada)
    press(who, kind, times.world.cast.ada_record)
    words = times.world.words("It itches")

    with clock.moved(by=timedelta(minutes=6)):
        page = who.get(reverse("scheduling:booking", args=[only().pk]))
        late = confirm(who, only(), words)

    assert "This time is no longer kept" in text(page)
    assert late.status_code == 409
    assert words in text(late)
    assert SLOT.findall(late.content.decode())


@pytest.mark.feature("S5")
def test_more_time_is_given_once(times: Times, ada: Someone):
    kind, who = times.open(), browser(ada)
    press(who, kind, times.world.cast.ada_record)
    where = reverse("scheduling:extend", args=[only().pk])

    who.post(where, {"command_id": new_id()})
    page = who.get(reverse("scheduling:booking", args=[only().pk]))
    again = who.post(where, {"command_id": new_id()}, follow=True)

    assert "You have more time." in text(page)
    assert "I need more time" not in text(page)
    assert "You had more time once already." in text(again)


@pytest.mark.feature("S7")
def test_a_visit_moves_in_one_step(times: Times, ada: Someone):
    row, who = booked_for_ada(times), browser(ada)
    where = reverse("scheduling:move", args=[row.pk])
    page = who.get(where).content.decode()
    chosen = SLOT.findall(page)[0]

    given = {
        "command_id": COMMAND.findall(page)[0], "patient": row.patient_id,
        "kind": row.visit_type_id, "mode": row.mode, "slot": chosen,
    }  # fmt: skip
    answer = who.post(where, given, follow=True)

    assert "The visit has moved." in text(answer)
    row.refresh_from_db()
    assert int(row.starts_at.timestamp()) == int(chosen.partition(".")[2])
    assert Appointment.objects.count() == 1


@pytest.mark.feature("S7")
def test_a_move_that_is_lost_leaves_the_visit_where_it_was(
    times: Times, ada: Someone, ben: Someone
):
    row, who = booked_for_ada(times), browser(ada)
    where = reverse("scheduling:move", args=[row.pk])
    page = who.get(where).content.decode()
    press(browser(ben), row.visit_type, times.world.cast.ben_record)

    given = {
        "command_id": new_id(), "patient": row.patient_id,
        "kind": row.visit_type_id, "mode": row.mode, "slot": SLOT.findall(page)[0],
    }  # fmt: skip
    answer = who.post(where, given)

    assert answer.status_code == 409
    assert "This time has just gone" in text(answer)
    assert "It stays yours until you have the new one." in text(answer)
    before = row.starts_at
    row.refresh_from_db()
    assert row.starts_at == before


@pytest.mark.feature("S7")
def test_a_clinician_moves_their_visit_with_somebody_whom_they_do_not_treat(
    times: Times, sam: Someone, cara: Someone
):
    ben = times.world.cast.ben_record
    row = times.book(times.open(), by=sam, patient=ben)
    who, where = browser(cara), reverse("scheduling:move", args=[row.pk])
    assert where in who.get(reverse("scheduling:booking", args=[row.pk])).content.decode()

    page = who.get(where).content.decode()
    chosen = SLOT.findall(page)[0]
    given = {
        "command_id": COMMAND.findall(page)[0], "patient": ben,
        "kind": row.visit_type_id, "mode": row.mode, "slot": chosen,
    }  # fmt: skip
    answer = who.post(where, given, follow=True)

    assert "The visit has moved." in text(answer)
    for other in (times.world.cast.dov, times.world.cast.pia):
        assert browser(other).get(where).status_code == 404


@pytest.mark.feature("S7")
@pytest.mark.parametrize("rules", [{"is_active": False}, {"bookable_by_patients": False}])
def test_a_visit_of_a_kind_that_patients_cannot_book_is_moved_by_the_clinic(
    times: Times, ada: Someone, rules: dict[str, bool], settings
):
    settings.CLINIC_PHONE = "+49 30 5550 0100"
    row, who = booked_for_ada(times), browser(ada)
    sam, kind = times.world.cast.sam.actor, row.visit_type
    given: dict[str, Any] = {"minutes": 30, "by_video": True, **rules}
    door.run(actions.define_visit_type, sam, kind.pk, name=kind.name, command_id=new_id(), **given)
    where = reverse("scheduling:move", args=[row.pk])

    assert where not in who.get(reverse("scheduling:booking", args=[row.pk])).content.decode()
    asked = who.get(where)
    assert asked.status_code == 200
    assert "+49 30 5550 0100" in text(asked)
    assert "Cancel the visit" not in text(asked)


@pytest.mark.feature("S7")
def test_a_visit_of_a_kind_that_nobody_offers_now_finds_no_time_to_move_to(
    times: Times, ada: Someone, cara: Someone, sam: Someone
):
    row, who = booked_for_ada(times), browser(ada)
    kind = row.visit_type_id
    door.run(actions.offer_type, sam.actor, cara.id, kind, is_offered=False, command_id=new_id())

    page = who.get(reverse("scheduling:move", args=[row.pk]))

    assert page.status_code == 200
    assert not SLOT.findall(page.content.decode())


@pytest.mark.feature("S7")
@pytest.mark.parametrize("name", ["move", "cancel"])
def test_close_to_the_visit_the_page_says_call_us(times: Times, ada: Someone, name: str, settings):
    settings.CLINIC_PHONE = "+49 30 5550 0100"
    row, who = booked_for_ada(times, days=1, cutoff_minutes=3 * 1440), browser(ada)

    page = who.get(reverse(f"scheduling:{name}", args=[row.pk]))

    assert "Please call us" in text(page)
    assert "+49 30 5550 0100" in text(page)
    assert "<textarea" not in page.content.decode()
    assert not SLOT.findall(page.content.decode())


@pytest.mark.feature("S7")
def test_a_visit_is_cancelled_with_a_reason_out_of_a_few(times: Times, ada: Someone):
    row, who = booked_for_ada(times), browser(ada)
    where = reverse("scheduling:cancel", args=[row.pk])

    without = who.post(where, {"command_id": new_id()})
    done = who.post(where, {"command_id": new_id(), "why": "ill"}, follow=True)

    assert without.status_code == 422
    assert "Please choose why." in text(without)
    assert "This visit was cancelled" in text(done)
    row.refresh_from_db()
    assert row.state == State.CANCELLED


def test_a_reason_is_read_by_the_care_team_and_not_by_the_front_desk(
    times: Times, ada: Someone, pia: Someone, cara: Someone, sam: Someone
):
    row = booked_for_ada(times)
    where = reverse("scheduling:booking", args=[row.pk])

    seen = {who.key: "It itches" in text(browser(who).get(where)) for who in (ada, pia, cara, sam)}

    assert seen == {"ada": True, "pia": True, "cara": True, "sam": False}


def test_a_proxy_sees_for_whom(times: Times, pia: Someone):
    booked_for_ada(times)

    assert "For Ada" in text(browser(pia).get(reverse("scheduling:visits")))
