"""What is shown of a record, the entry that comes first, and seals that hold."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from patients import actions, readings, selectors
from patients.models import Patient, Scope
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.primitives import SealBroken
from portal.kernel import door
from portal.kernel.errors import NotFound, Unavailable
from tests.cast import WORK, chart_of
from tests.harness.canary import scan_files
from tests.harness.growth import assert_flat
from tests.harness.write_guard import guard
from tests.patients.evidence import BOTH, events, n_entries, newest

pytestmark = pytest.mark.feature("I1")


def test_a_record_shows_its_facts_and_its_people(cast, cara):
    page = readings.chart(cara.actor, cast.ada_record)

    assert page.chart.name == "Ada Kolibri"
    assert (page.is_own, page.acts_for, page.may_write) == (False, False, True)
    assert [(each.role, each.valid_to) for each in page.care_team] == [("clinician", None)]
    assert [each.scope_words for each in page.proxies] == ["may do everything that the patient may"]


def test_whose_record_it_is_shows(cast, ada, pia):
    assert readings.chart(ada.actor, cast.ada_record).is_own
    assert readings.chart(pia.actor, cast.ada_record).acts_for


def test_opening_a_record_is_an_entry_with_the_proxy_apart(cast, cara, pia):
    readings.chart(cara.actor, cast.ada_record)
    event, details = newest(cast.ada_record)
    assert (event, details["actor"], details.get("behalf")) == ("chart.read", str(cara.id), None)

    readings.chart(pia.actor, cast.ada_record)
    assert newest(cast.ada_record)[1]["behalf"] == 1


@pytest.mark.parametrize("look", ["chart", "names_of", "home_card"])
def test_without_its_entry_nothing_is_shown(cast, cara, monkeypatch, look):
    def fails(*args, **kwargs):
        raise Unavailable

    monkeypatch.setattr(audit, "record_alone", fails)
    looks = {
        "chart": lambda: readings.chart(cara.actor, cast.ada_record),
        "names_of": lambda: readings.names_of(cara.actor, [cast.ada_record]),
        "home_card": lambda: readings.home_card(cara.actor),
    }

    with pytest.raises(Unavailable):
        looks[look]()


@pytest.mark.parametrize("key", ["ben", "dov", "sam", "ivy", "max", "nobody"])
def test_others_are_shown_nothing(cast, key):
    before, actor = n_entries(), cast.people[key].actor

    with pytest.raises(NotFound):
        readings.chart(actor, cast.ada_record)
    assert readings.names_of(actor, [cast.ada_record]) == {}
    assert n_entries() == before


def test_a_list_names_its_patients_in_one_entry(cast, cara):
    door.run(actions.add_to_care_team, WORK, cast.ben_record, cara.id)
    before = n_entries()

    names = readings.names_of(cara.actor, [cast.ada_record, cast.ben_record])

    assert names == {cast.ada_record: "Ada Kolibri", cast.ben_record: "Ben Kolibri"}
    assert n_entries() == before + 1
    assert events(cast.ada_record)[0] == events(cast.ben_record)[0] == "patient.names-read"


def test_a_long_list_leaves_an_entry_for_each_hundred(cast, cara, monkeypatch):
    monkeypatch.setattr(readings.lines, "AT_ONCE", 1)
    door.run(actions.add_to_care_team, WORK, cast.ben_record, cara.id)
    before = n_entries()

    readings.names_of(cara.actor, [cast.ada_record, cast.ben_record])

    assert n_entries() == before + 2


def test_the_first_page_has_ones_own_record_first(cast, ada):
    door.run(actions.grant_proxy, WORK, cast.ben_record, ada.id, scope=Scope.READ)

    card = readings.home_card(ada.actor)

    assert [(each.is_me, each.may_write) for each in card["patients"]] == [
        (True, True),
        (False, False),
    ]
    assert card["n_patients"] == 2


def test_lists_cost_the_same_for_one_patient_and_for_many(cast, cara):
    def look():
        keys.CACHE.empty()
        readings.home_card(cara.actor)

    def grow():
        for n in range(5):
            patient = door.run(actions.register_patient, WORK, chart_of(f"zoe{n}"))
            door.run(actions.add_to_care_team, WORK, patient.pk, cara.id)

    door.run(actions.add_to_care_team, WORK, cast.ben_record, cara.id)

    assert_flat(look, grow=grow)


def test_a_shredded_record_is_not_there_any_more(cast, ada):
    keys.destroy_shred_key(cast.ada_record)

    with pytest.raises(NotFound):
        readings.chart(ada.actor, cast.ada_record)
    assert readings.names_under([cast.ada_record]) == {}


def test_a_chart_opens_in_its_own_place_and_version_only(cast, ada):
    ben = Patient.objects.get(pk=cast.ben_record)
    first = Patient.objects.get(pk=cast.ada_record).chart_sealed

    def opens_with(**columns):
        with guard.off("somebody with the database's password"):
            Patient.objects.filter(pk=cast.ada_record).update(**columns)
        readings.chart(ada.actor, cast.ada_record)

    with pytest.raises(SealBroken):
        opens_with(chart_sealed=ben.chart_sealed)
    opens_with(chart_sealed=first)
    door.run(actions.change_chart, WORK, cast.ada_record, chart_of("ada"))
    with pytest.raises(SealBroken):
        opens_with(chart_sealed=first)


def test_all_that_is_kept_about_a_patient_can_be_handed_out(cast):
    kept = readings.exported(cast.ada_record)

    assert kept["chart"]["name"]["family"] == "Kolibri"
    assert kept["proxies"][0]["scope"] == "full"
    assert len(kept["care_team"]) == 1


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_no_name_of_a_patient_rests_in_the_clear(cast, cara):
    door.run(actions.change_chart, WORK, cast.ada_record, chart_of("ada"))
    readings.chart(cara.actor, cast.ada_record)

    if connection.vendor == "sqlite":
        assert list(Path(settings.DATA_DIR).glob("*.sqlite3"))
        assert scan_files(Path(settings.DATA_DIR)) == []
    row = Patient.objects.get(pk=cast.ada_record)
    assert b"kolibri" not in bytes(row.chart_sealed).lower()
    assert selectors.find_imported("kolibri") is None
