"""Who reaches whom, and from which instant to which."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients import actions, policy, selectors
from patients.models import Patient, Scope
from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER, Actor, system_actor
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, Someone, engage
from tests.harness.write_guard import guard
from tests.patients.evidence import refusal_of

pytestmark = pytest.mark.feature("I1", "I9")
FIRST = datetime(2023, 12, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def reached(actor: Actor) -> set[UUID]:
    return {patient.pk for patient in policy.reachable_patients(actor)}


def joined(cast: Any, someone: Someone, **dates: Any) -> Any:
    return door.run(actions.add_to_care_team, WORK, cast.ben_record, someone.id, **dates)


def granted(cast: Any, someone: Someone, **terms: Any) -> Any:
    terms = {"scope": Scope.READ} | terms
    return door.run(actions.grant_proxy, WORK, cast.ben_record, someone.id, **terms)


@pytest.mark.parametrize(
    ("scope", "may_write"), [(Scope.READ, False), (Scope.CORRESPOND, True), (Scope.FULL, True)]
)
def test_a_proxy_reads_and_writes_as_far_as_granted(cast, pia, scope, may_write):
    granted(cast, pia, scope=scope)

    assert cast.ben_record in reached(pia.actor)
    writable = policy.correspondable_patients(pia.actor).filter(pk=cast.ben_record)
    assert writable.exists() is may_write


def test_a_link_holds_from_the_first_minute_of_its_first_day_to_the_last_of_its_last(cast, dov):
    # Berlin puts its clocks forward on 28 March 2027: that day has 23 hours.
    with clock.frozen(at("2027-03-20 12:00")):
        joined(cast, dov, valid_from=date(2027, 3, 27), valid_to=date(2027, 3, 28))

    edges = {
        "2027-03-26 22:59:59.999999": False,
        "2027-03-26 23:00": True,
        "2027-03-28 21:59:59.999999": True,
        "2027-03-28 22:00": False,
    }
    for instant, holds in edges.items():
        with clock.frozen(at(instant)):
            assert reached(dov.actor) == ({cast.ben_record} if holds else set()), instant


def test_a_proxy_ends_at_midnight_of_the_clinic_on_the_birthday_before(cast, dov):
    with clock.frozen(at("2027-10-01 12:00")):
        granted(cast, dov, valid_to=date(2027, 10, 31))

    # The night in which Berlin puts its clocks back: that day has 25 hours.
    with clock.frozen(at("2027-10-31 22:59:59.999999")):
        assert reached(dov.actor) == {cast.ben_record}
    with clock.frozen(at("2027-10-31 23:00")):
        assert reached(dov.actor) == set()


@pytest.mark.pure
@settings(max_examples=30, deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.integers(0, 400),
    st.integers(0, 6 * 366 * 24 * 60).map(lambda n: FIRST + timedelta(minutes=n)),
)
def test_days_become_instants_that_agree_with_the_calendar(first, length, instant):
    begins_at, ends_at = selectors.clinic_days(first, last := first + timedelta(days=length))

    assert ends_at is not None
    assert (begins_at <= instant < ends_at) is (first <= selectors.clinic_day(instant) <= last)


def test_a_link_that_is_ended_holds_no_longer(cast, cara):
    link = selectors.careteam_of(cast.ada_record)[0]

    door.run(actions.end_care_team, WORK, link.pk)

    assert reached(cara.actor) == set()
    assert not policy.correspondable_patients(cara.actor).exists()


def test_a_link_ended_before_its_first_day_never_begins(cast, dov):
    begins_on = date(2099, 1, 1)
    link = joined(cast, dov, valid_from=begins_on)
    door.run(actions.end_care_team, WORK, link.pk)

    with clock.frozen(at("2099-06-01 12:00")):
        assert reached(dov.actor) == set()


def test_a_care_team_link_lies_idle_without_a_role_that_treats(cast, cara):
    door.run(accounts.end_role, WORK, cara.id, "clinician")

    assert reached(Actor(cara.actor.kind, cara.id, "person")) == set()
    assert reached(Actor(cara.actor.kind, cara.id, "person", frozenset({"patient"}))) == set()


def test_no_role_alone_opens_a_record(cast):
    roles = frozenset({"administrator", "privacy-officer", "supervisor", "coordinator"})
    everything = Actor(cast.max.actor.kind, cast.max.id, "person", roles)

    assert reached(everything) == set()


def test_neither_strangers_nor_the_portal_itself_read(cast):
    for actor in (STRANGER, system_actor("demo")):
        assert reached(actor) == set()
        assert not policy.correspondable_patients(actor).exists()
    assert not policy.arrangeable_patients(STRANGER).exists()
    assert not policy.endable_proxies(STRANGER).exists()


def test_a_merged_record_is_reached_by_nobody(cast, ada):
    with guard.off("merging is an action of a later day"):
        Patient.objects.filter(pk=cast.ada_record).update(merged_into=cast.ben_record)

    assert reached(ada.actor) == set()


def test_what_is_not_there_and_what_is_not_yours_look_alike_but_only_one_has_a_name(cast, dov):
    with pytest.raises(NotFound) as not_yours:
        selectors.fetch_patient(dov.actor, cast.ada_record)
    with pytest.raises(NotFound) as not_there:
        selectors.fetch_patient(dov.actor, new_id())

    assert str(not_yours.value.sentence) == str(not_there.value.sentence)
    assert (not_yours.value.kind, not_yours.value.subject) == ("patient", cast.ada_record)
    assert not_there.value.subject is None


def test_a_label_says_the_nearest_link(cast, ada, pia, cara, dov):
    def label(someone: Someone) -> str:
        return selectors.label_for(someone.id, cast.ada_record)

    assert [label(each) for each in (ada, pia, cara, dov)] == ["patient", "proxy", "clinician", ""]

    granted_to_cara = door.run(
        actions.grant_proxy, WORK, cast.ada_record, cara.id, scope=Scope.READ
    )

    assert label(cara) == "proxy"
    door.run(actions.end_proxy, WORK, granted_to_cara.pk)
    assert label(cara) == "clinician"


def test_the_people_around_are_named_once_each(cast, ada, pia, cara):
    door.run(actions.grant_proxy, WORK, cast.ada_record, cara.id, scope=Scope.READ)

    around = selectors.people_around(cast.ada_record)

    assert [(each.person_id, each.role) for each in around] == [
        (ada.id, "patient"),
        (pia.id, "proxy"),
        (cara.id, "proxy"),
    ]


def test_somebody_whose_account_is_closed_stands_around_nobody(cast, cara):
    door.run(accounts.close_person, WORK, cara.id)

    assert selectors.careteam_of(cast.ada_record) == []


@pytest.mark.parametrize("key", ["ben", "pia", "cara", "dov", "ivy", "max", "nobody"])
def test_only_those_who_arrange_change_a_care_team(cast, key):
    actor, lisa = cast.people[key].actor, engage("lisa", "clinician")
    before = selectors.people_around(cast.ada_record)

    refused = refusal_of(actions.add_to_care_team, actor, cast.ada_record, lisa.id)

    assert refused.status == 404
    assert selectors.people_around(cast.ada_record) == before


@pytest.mark.parametrize("key", ["ben", "pia", "cara", "dov", "ivy", "max", "nobody"])
def test_only_the_patient_or_a_coordinator_grants_a_proxy(cast, key):
    actor, lisa = cast.people[key].actor, engage("lisa", "proxy")

    refused = refusal_of(actions.grant_proxy, actor, cast.ada_record, lisa.id, scope=Scope.READ)

    assert refused.status == 404
    assert reached(lisa.actor) == set()


@pytest.mark.parametrize("key", ["ben", "cara", "dov", "ivy", "max", "nobody"])
def test_nobody_else_ends_a_proxy(cast, pia, key):
    grant = selectors.proxies_of(cast.ada_record)[0]

    refused = refusal_of(actions.end_proxy, cast.people[key].actor, grant.pk)

    assert refused.status == 404
    assert reached(pia.actor) == {cast.ada_record}


@pytest.mark.parametrize("key", ["ada", "pia", "sam"])
def test_the_patient_the_proxy_and_a_coordinator_may_end_it(cast, pia, key):
    grant = selectors.proxies_of(cast.ada_record)[0]

    door.run(actions.end_proxy, cast.people[key].actor, grant.pk)

    assert reached(pia.actor) == set()


@pytest.mark.parametrize("key", ["ada", "ben", "pia", "dov", "ivy", "max", "nobody"])
def test_nobody_else_ends_a_care_team_link(cast, cara, key):
    link = selectors.careteam_of(cast.ada_record)[0]

    refused = refusal_of(actions.end_care_team, cast.people[key].actor, link.pk)

    assert refused.status == 404
    assert reached(cara.actor) == {cast.ada_record}


def test_a_coordinator_arranges_and_still_reads_nothing(cast, sam, dov):
    door.run(actions.add_to_care_team, sam.actor, cast.ben_record, dov.id)

    assert reached(dov.actor) == {cast.ben_record}
    assert reached(sam.actor) == set()
    with pytest.raises(NotFound):
        selectors.fetch_patient(sam.actor, cast.ben_record)
