"""Letters about appointments reach those whose business they are when they leave, no one else."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from patients import actions as patients
from patients.models import Proxy, Scope
from portal.kernel import clock, door
from portal.notifications import tasks
from portal.outbox.models import Letter, State
from tests.cast import WORK
from tests.patients.evidence import BOTH
from tests.scheduling.world import at, tomorrow

pytestmark = [
    pytest.mark.django_db(databases=BOTH),
    pytest.mark.feature("S12"),
    pytest.mark.feature("I9"),
]


def letters(someone):
    """What has become of the letters to somebody, by kind, in order of time."""
    rows = Letter.objects.filter(to_person=someone.id).order_by("due_at", "kind")
    return [(row.kind, row.state, row.last_error) for row in rows]


def grant_of(someone):
    return Proxy.objects.get(person=someone.id, ended_by=None)


@pytest.fixture
def booked(times, kind):
    """Ada's appointment in four days: two have their confirmation, and two reminders wait."""
    starts_at = at(9, day=tomorrow() + timedelta(days=3))
    row = times.book(kind, starts_at)
    tasks.deliver()
    cast = times.world.cast
    for reader in (cast.ada, cast.pia):
        assert [state for _, state, _ in letters(reader)] == ["sent", "queued", "queued"]
    mail.outbox.clear()
    return row


def test_a_proxy_who_acts_no_more_is_not_reminded(times, booked):
    cast = times.world.cast

    door.run(patients.end_proxy, cast.ada.actor, grant_of(cast.pia).pk)

    assert [state for _, state, _ in letters(cast.pia)] == ["sent", "withdrawn", "withdrawn"]
    assert [state for _, state, _ in letters(cast.ada)] == ["sent", "queued", "queued"]
    with clock.frozen(booked.starts_at - timedelta(minutes=59)):
        tasks.deliver()
    assert {reader for letter in mail.outbox for reader in letter.to} == {cast.ada.email}


def test_what_waits_about_another_patient_goes_out(times, kind, booked):
    cast = times.world.cast
    given: dict[str, Any] = {"scope": Scope.CORRESPOND, "relation": "carer"}
    door.run(patients.grant_proxy, WORK, cast.ben_record, cast.pia.id, **given)
    other = times.book(kind, at(11, day=tomorrow() + timedelta(days=3)), cast.sam,
                       patient=cast.ben_record)  # fmt: skip
    mine = Proxy.objects.get(patient=cast.ada_record, person=cast.pia.id)

    door.run(patients.end_proxy, cast.ada.actor, mine.pk)

    waiting = Letter.objects.filter(to_person=cast.pia.id, state=State.QUEUED)
    assert {*waiting.values_list("about", flat=True)} == {other.pk}


def test_a_grant_that_has_run_out_by_then_is_noticed_when_the_letter_leaves(times, kind):
    cast = times.world.cast
    door.run(patients.end_proxy, cast.ada.actor, grant_of(cast.pia).pk)
    given: dict[str, Any] = {"scope": Scope.FULL, "relation": "carer", "valid_to": tomorrow()}
    door.run(patients.grant_proxy, WORK, cast.ada_record, cast.pia.id, **given)
    starts_at = at(9, day=tomorrow() + timedelta(days=3))
    times.book(kind, starts_at)
    tasks.deliver()
    mail.outbox.clear()

    with clock.frozen(starts_at - timedelta(hours=23)):
        tasks.deliver()

    assert [letter.to for letter in mail.outbox] == [[cast.ada.email]]
    assert letters(cast.pia)[1] == ("scheduling.reminder", "failed", "not-theirs")


def test_a_proxy_who_may_only_read_by_then_is_not_reminded(times, booked):
    cast = times.world.cast
    door.run(patients.end_proxy, cast.ada.actor, grant_of(cast.pia).pk)
    given: dict[str, Any] = {"scope": Scope.READ, "relation": "carer"}
    door.run(patients.grant_proxy, WORK, cast.ada_record, cast.pia.id, **given)

    with clock.frozen(booked.starts_at - timedelta(minutes=59)):
        tasks.deliver()

    assert [letter.to for letter in mail.outbox] == [[cast.ada.email]] * 2
