"""Who looked at a record: told to the patient, from the log's own entries, and to nobody else."""

import json
import re

import pytest
from django.urls import reverse

from messaging import readings as threads
from patients import actions, readings
from patients.models import Scope
from patients.readings import Sought
from patients.selectors import careteam_of
from portal.crypto import keys
from portal.kernel import door
from portal.kernel.errors import NotFound
from tests.cast import WORK, browser, chart_of, engage
from tests.patients.evidence import events
from tests.patients.reported import page_of, text_of, told

pytestmark = pytest.mark.feature("A5")


@pytest.mark.feature("I1", "A11")
@pytest.mark.parametrize(
    ("key", "status"),
    [
        *(("ada", 200), ("pia", 200), ("nobody", 302)),
        *((key, 404) for key in ("ben", "cara", "dov", "sam", "ivy", "max")),
    ],
)
@pytest.mark.parametrize("name", ["patients:report", "patients:report-file"])
def test_the_report_is_for_the_patient_and_a_proxy_of_full_scope(cast, key, status, name):
    response = browser(cast.people[key]).get(reverse(name, args=[cast.ada_record]))

    assert response.status_code == status
    if status == 404:
        assert b"olibri" not in response.content
        assert events(cast.ada_record)[0] == "access.refused"


@pytest.mark.parametrize("scope", [Scope.READ, Scope.CORRESPOND])
def test_a_proxy_of_less_scope_is_refused(cast, ben, scope):
    door.run(actions.grant_proxy, WORK, cast.ada_record, ben.id, scope=scope)

    with pytest.raises(NotFound):
        readings.report(ben.actor, cast.ada_record, Sought())
    with pytest.raises(NotFound):
        readings.taken(ben.actor, cast.ada_record, None)
    assert (
        "who-looked"
        not in browser(ben).get(reverse("patients:chart", args=[cast.ada_record])).content.decode()
    )


def test_it_says_who_did_what_as_what_and_why(cast, ada, cara, pia):
    readings.chart(cara.actor, cast.ada_record)
    readings.chart(cara.actor, cast.ada_record)
    readings.chart(pia.actor, cast.ada_record)

    text = text_of(page_of(ada, cast.ada_record))

    assert re.search(
        r"Dr Cara Kolibri clinician · on the care team Opened your record 2 times", text
    )
    assert re.search(r"Pia Kolibri Acts for you Opened your record at \d\d:\d\d", text)
    assert "The portal itself" in text
    assert "Put Dr Cara Kolibri on your care team" in text
    assert text.index("Dr Cara Kolibri clinician") < text.index("Pia Kolibri Acts for you")


def test_a_coordinator_is_told_with_a_reason_of_their_own(cast, sam):
    readings.arranging(sam.actor, cast.ada_record)

    page = readings.report(cast.ada.actor, cast.ada_record, Sought())

    (them,) = [each.whom for each in page.days[0].people if each.whom.id == sam.id]
    assert (them.role, them.why) == ("coordinator", "arranges appointments and records")


def test_what_was_true_then_is_told_not_what_is_now(cast, cara):
    readings.chart(cara.actor, cast.ada_record)
    (link,) = careteam_of(cast.ada_record)
    door.run(actions.end_care_team, WORK, link.pk)

    page = readings.report(cast.ada.actor, cast.ada_record, Sought())

    (them,) = [each.whom for each in page.days[0].people if each.whom.id == cara.id]
    assert (them.name, them.why) == ("Dr Cara Kolibri", "on the care team")


def test_what_was_refused_is_told_as_tried(cast, dov):
    page_of(dov, cast.ada_record)

    page = readings.report(cast.ada.actor, cast.ada_record, Sought(what="tried"))

    (day,) = page.days
    (them,) = day.people
    assert (them.whom.name, them.whom.why) == ("Dr Dov Kolibri", "not on the care team")
    assert [line.is_tried for line in them.lines] == [True]
    assert "Tried" in text_of(page_of(cast.ada, cast.ada_record))


def test_another_patient_who_tried_is_not_named(cast, ben):
    browser(ben).get(reverse("patients:chart", args=[cast.ada_record]))

    text = text_of(page_of(cast.ada, cast.ada_record))
    taken = json.dumps(readings.taken(cast.ada.actor, cast.ada_record, None))

    assert "nothing to do with this record" in text
    assert "Ben" not in text
    assert str(ben.id) not in taken
    assert "Ben" not in taken


def test_one_s_own_doings_are_folded_away_and_can_be_shown(cast, ada):
    readings.chart(ada.actor, cast.ada_record)

    folded = text_of(page_of(ada, cast.ada_record))
    shown = text_of(page_of(ada, cast.ada_record, own="1"))

    assert "entries of what you did yourself are folded away" in folded
    assert "You Looked at this list" not in folded
    assert "Looked at this list" in shown
    assert "Opened your record at" in shown


def test_looking_at_the_report_is_an_entry_and_a_proxy_s_is_told_apart(cast, pia):
    page_of(pia, cast.ada_record)

    assert events(cast.ada_record)[0] == "audit.read"
    assert ("Pia Kolibri", "proxy", "Looked at this list", 1) in told(cast)


def test_a_proxy_reads_the_same_in_words_for_them(cast, pia):
    text = text_of(page_of(pia, cast.ada_record))

    assert "Who looked at the record of Ada Kolibri" in text
    assert "Where it says “you”, it means Ada Kolibri" in text


def test_it_can_be_narrowed_to_a_person_and_to_a_kind(cast, world, cara, dov):
    thread = world.thread()
    threads.read_thread(cara.actor, thread)
    readings.chart(cara.actor, cast.ada_record)
    page_of(dov, cast.ada_record)

    assert {name for name, *_ in told(cast, who=dov.id)} == {"Dr Dov Kolibri"}
    assert {words for _, _, words, _ in told(cast, what="messaging")} == {"Opened your messages"}
    assert told(cast, what="no such thing") == []
    assert "Nobody did what you are looking for" in text_of(
        page_of(cast.ada, cast.ada_record, who=cast.max.id)
    )


@pytest.mark.parametrize("asked", [{"who": "me"}, {"before": "1"}])
def test_an_address_that_nobody_was_given_is_bad_input(cast, ada, asked):
    assert page_of(ada, cast.ada_record, **asked).status_code == 400


def test_an_erased_record_has_no_report(cast, ada):
    keys.destroy_shred_key(cast.ada_record)

    for look in (
        lambda: readings.report(ada.actor, cast.ada_record, Sought()),
        lambda: readings.taken(ada.actor, cast.ada_record, None),
    ):
        with pytest.raises(NotFound):
            look()


def test_lists_that_showed_several_patients_are_told(cast, cara):
    door.run(actions.add_to_care_team, WORK, cast.ben_record, cara.id)
    readings.names_of(cara.actor, [cast.ada_record, cast.ben_record])

    assert ("Dr Cara Kolibri", "staff", "Saw your name and age in a list", 1) in told(cast)


def test_the_way_there_is_on_the_record_and_on_the_first_page(cast, ada, cara):
    address = reverse("patients:report", args=[cast.ada_record])

    for path in ("/", reverse("patients:chart", args=[cast.ada_record])):
        assert address in browser(ada).get(path).content.decode()
        assert address not in browser(cara).get(path).content.decode()


def test_a_patient_of_no_link_reads_that_nobody_looked(cast):
    zoe = engage("zoe", "patient")
    patient = door.run(actions.register_patient, WORK, chart_of("zoe"))
    door.run(actions.link_account, WORK, patient.pk, zoe.id)

    page = page_of(zoe, patient.pk, what="messaging")

    assert "Nobody did what you are looking for" in text_of(page)
