"""What changes about patients: what is refused, what is recorded, what stays as it was."""

from datetime import timedelta

import pytest

from patients import actions, selectors
from patients.errors import (
    AlreadyEnded,
    AlreadyLinked,
    AlreadyOnTeam,
    AlreadyProxy,
    EndBeforeStart,
    NoStaffRole,
    NotForOneself,
)
from patients.models import Patient, Proxy, Scope
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Person
from portal.crypto.models import PatientKey, ShredKey
from portal.kernel import clock, door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, chart_of, engage
from tests.patients.evidence import events, newest, refusal_of

pytestmark = pytest.mark.feature("I1", "I9")


def revocation_of(someone):
    return Person.objects.get(pk=someone.id).revocation


def today():
    return selectors.clinic_day(clock.now())


def test_a_record_has_its_keys_and_an_entry(cast):
    patient = door.run(actions.register_patient, WORK, chart_of("zoe"))

    assert PatientKey.objects.filter(patient_id=patient.pk).exists()
    assert ShredKey.objects.filter(patient_id=patient.pk).exists()
    assert events(patient.pk) == ["patient.registered"]


@pytest.mark.parametrize("key", ["ada", "pia", "cara", "ivy", "max", "nobody"])
def test_only_coordinators_open_records(cast, key):
    before = Patient.objects.count()

    refused = refusal_of(actions.register_patient, cast.people[key].actor, chart_of("zoe"))

    assert isinstance(refused, NotAllowed)
    assert Patient.objects.count() == before


def test_a_coordinator_opens_a_record_and_ties_an_account_to_it(cast, sam):
    zoe = engage("zoe", "patient")
    patient = door.run(actions.register_patient, sam.actor, chart_of("zoe"))

    door.run(actions.link_account, sam.actor, patient.pk, zoe.id)

    assert selectors.own_patient(zoe.actor) == patient.pk
    assert newest(patient.pk)[0] == "patient.account-linked"
    assert newest(patient.pk)[1]["person"] == str(zoe.id)


def test_tying_the_same_account_again_changes_nothing(cast, ada):
    before = events(cast.ada_record)

    door.run(actions.link_account, WORK, cast.ada_record, ada.id)

    assert events(cast.ada_record) == before


def test_an_account_has_one_record_and_a_record_one_account(cast, ada, ben, dov):
    patient = door.run(actions.register_patient, WORK, chart_of("zoe"))

    for record, person in ((cast.ada_record, dov.id), (patient.pk, ada.id)):
        assert isinstance(refusal_of(actions.link_account, WORK, record, person), AlreadyLinked)
    assert isinstance(refusal_of(actions.link_account, WORK, patient.pk, new_id()), NotFound)
    assert Patient.objects.get(pk=cast.ada_record).person_id == ada.id
    assert Patient.objects.get(pk=patient.pk).person_id is None


def test_joining_a_care_team_is_an_entry_about_the_patient(cast, sam, dov):
    link = door.run(actions.add_to_care_team, sam.actor, cast.ben_record, dov.id, role="therapist")

    event, details = newest(cast.ben_record)
    assert event == "care-team.joined"
    assert (details["person"], details["joined_as"]) == (str(dov.id), "therapist")
    assert (link.valid_from, link.valid_to) == (today(), None)


def test_what_a_care_team_refuses(cast, sam, ben, dov, cara):
    def refused(person_id, **dates):
        found = refusal_of(actions.add_to_care_team, sam.actor, cast.ada_record, person_id, **dates)
        assert [each.person_id for each in selectors.careteam_of(cast.ada_record)] == [cara.id]
        return type(found)

    yesterday = today() - timedelta(days=1)
    assert refused(sam.id) is NotForOneself
    assert refused(ben.id) is NoStaffRole
    assert refused(cara.id) is AlreadyOnTeam
    assert refused(new_id()) is NotFound
    assert refused(dov.id, valid_to=yesterday) is EndBeforeStart
    assert refused(dov.id, valid_from=today() + timedelta(2), valid_to=today()) is EndBeforeStart


def test_two_spells_on_a_care_team_may_follow_each_other_but_not_overlap(cast, dov):
    def join(first, last):
        door.run(
            actions.add_to_care_team,
            WORK,
            cast.ben_record,
            dov.id,
            valid_from=today() + timedelta(first),
            valid_to=today() + timedelta(last),
        )

    join(10, 20)
    join(0, 9)
    join(21, 30)
    for first, last in ((5, 15), (9, 9), (20, 21), (0, 40)):
        with pytest.raises(AlreadyOnTeam):
            join(first, last)


def test_whoever_left_a_care_team_may_join_again(cast, cara):
    link = selectors.careteam_of(cast.ada_record)[0]
    door.run(actions.end_care_team, WORK, link.pk)

    door.run(actions.add_to_care_team, WORK, cast.ada_record, cara.id)

    assert [each.person_id for each in selectors.careteam_of(cast.ada_record)] == [cara.id]


def test_ending_a_care_team_link_tells_open_pages_and_the_log(cast, cara):
    before = revocation_of(cara)
    link = selectors.careteam_of(cast.ada_record)[0]

    door.run(actions.end_care_team, cara.actor, link.pk)

    assert revocation_of(cara) == before + 1
    assert newest(cast.ada_record)[0] == "care-team.ended"
    assert isinstance(refusal_of(actions.end_care_team, cara.actor, link.pk), AlreadyEnded)
    assert isinstance(refusal_of(actions.end_care_team, cara.actor, new_id()), NotFound)


def test_a_patient_lets_somebody_act_and_ends_it(cast, ada):
    zoe = engage("zoe", "proxy")
    grant = door.run(
        actions.grant_proxy, ada.actor, cast.ada_record, zoe.id, scope=Scope.CORRESPOND
    )
    event, details = newest(cast.ada_record)

    assert (event, details["scope"]) == ("proxy.granted", "correspond")
    assert grant.granted_by == ada.id
    before = revocation_of(zoe)
    door.run(actions.end_proxy, ada.actor, grant.pk)
    assert revocation_of(zoe) == before + 1
    assert newest(cast.ada_record)[0] == "proxy.ended"
    assert isinstance(refusal_of(actions.end_proxy, ada.actor, grant.pk), AlreadyEnded)


def test_what_a_grant_refuses(cast, ada, ben, pia, sam):
    def refused(actor, person_id, **terms):
        terms = {"scope": Scope.READ} | terms
        found = refusal_of(actions.grant_proxy, actor, cast.ada_record, person_id, **terms)
        assert Proxy.objects.count() == 1
        return type(found)

    yesterday = today() - timedelta(days=1)
    assert refused(ada.actor, ada.id) is NotForOneself
    assert refused(sam.actor, ada.id) is NotForOneself
    assert refused(sam.actor, sam.id) is NotForOneself
    assert refused(ada.actor, pia.id) is AlreadyProxy
    assert refused(ada.actor, new_id()) is NotFound
    assert refused(ada.actor, ben.id, valid_to=yesterday) is EndBeforeStart


def test_a_chart_that_changes_is_sealed_for_its_new_version(cast, sam):
    patient = door.run(actions.change_chart, sam.actor, cast.ada_record, chart_of("zoe"))

    assert patient.chart_version == 2
    assert newest(cast.ada_record)[0] == "chart.changed"
