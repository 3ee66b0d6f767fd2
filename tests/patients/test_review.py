"""The privacy officer's log: found by person, patient, act, way, outcome and day, never content."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from patients import actions, readings
from patients.readings import Sieve
from portal.accounts.errors import NotAllowed
from portal.audit import actions as audit
from portal.audit.models import Entry
from portal.audit.notes import read_proof
from portal.crypto import keys
from portal.kernel import clock, door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, browser
from tests.harness.growth import assert_flat
from tests.patients.evidence import BOTH, events, newest
from tests.patients.reported import text_of, told
from tests.portal.audit.scenes import signed

pytestmark = [pytest.mark.feature("A16"), pytest.mark.feature("A11")]
READ = "chart.read"


@pytest.fixture(autouse=True)
def own_anchor(tmp_path, settings):
    """The anchor file of this test's log."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"


def look(cast, someone, record=None):
    """An entry: this person opened Ada's record."""
    return audit.record_alone(someone.actor, READ, patient=record or cast.ada_record, encounters=0)


def found(cast, **sieve):
    """The ids of what the officer finds."""
    return [line.id for line in readings.logbook(cast.ivy.actor, Sieve(**sieve)).lines]


def log_page(cast, **sieve):
    return browser(cast.ivy).get(reverse("patients:review-log"), sieve)


def test_it_is_found_by_who_did_it(cast, cara, dov):
    mine, theirs = look(cast, cara), look(cast, dov)

    assert mine in found(cast, who=cara.id)
    assert theirs not in found(cast, who=cara.id)


def test_it_is_found_by_whose_record_it_was_lists_among_them(cast, cara):
    door.run(actions.add_to_care_team, WORK, cast.ben_record, cara.id)
    alone, other = look(cast, cara), look(cast, cara, cast.ben_record)
    readings.names_of(cara.actor, [cast.ada_record, cast.ben_record])
    listed = Entry.objects.filter(event="patient.names-read").latest("id").pk

    ids = found(cast, patient=cast.ada_record)

    assert {alone, listed} <= {*ids}
    assert other not in ids
    assert ids == sorted(ids, reverse=True)


def test_it_is_found_by_what_was_done_how_it_ended_and_from_where(cast, cara, dov):
    seen = look(cast, cara)
    browser(dov).get(reverse("patients:chart", args=[cast.ada_record]))
    tried = Entry.objects.filter(outcome=8).latest("id").pk

    assert found(cast, act=READ)[0] == seen
    assert tried not in found(cast, act=READ)
    assert found(cast, outcome="refused")[0] == tried
    assert seen not in found(cast, outcome="refused")
    assert seen in found(cast, outcome="done")
    assert tried not in found(cast, outcome="done")
    assert tried in found(cast, way="page")
    assert seen not in found(cast, way="page")


def test_it_is_found_by_day(cast, cara):
    seen, today = look(cast, cara), localtime(clock.now()).date()
    day = timedelta(days=1)

    assert seen in found(cast, since=today, until=today)
    assert seen not in found(cast, since=today + day)
    assert seen not in found(cast, until=today - day)


def test_everything_that_is_asked_holds_together(cast, cara, dov):
    right = look(cast, cara)
    wrong = [look(cast, dov), look(cast, cara, cast.ben_record)]

    ids = found(cast, who=cara.id, patient=cast.ada_record, act=READ, outcome="done")

    assert ids == [right]
    assert not {*wrong} & {*ids}


def test_further_back_goes_on_where_the_page_ended(cast, cara):
    ids = [look(cast, cara) for _ in range(60)]

    first = readings.logbook(cast.ivy.actor, Sieve(who=cara.id, act=READ))
    second = readings.logbook(cast.ivy.actor, Sieve(who=cara.id, act=READ, before=first.beyond))

    assert [line.id for line in (*first.lines, *second.lines)] == ids[::-1]
    assert len(first.lines) == 50
    assert second.beyond is None


def test_the_page_names_who_acted_and_whose_record_it_was(cast, cara):
    look(cast, cara)

    text = text_of(log_page(cast, who=str(cara.id)))

    assert "Dr Cara Kolibri clinician Somebody opened the record. Ada Kolibri" in text
    assert "Only what Dr Cara Kolibri did" in text


def test_looking_through_the_log_is_an_entry_that_its_patients_read(cast, cara, ivy):
    look(cast, cara)

    readings.logbook(ivy.actor, Sieve(who=cara.id, act=READ))

    event, details = newest(cast.ada_record)
    assert event == "log.read"
    assert details["actor"] == str(ivy.id)
    assert {name: details[name] for name in ("who", "by_act")} == {
        "who": str(cara.id), "by_act": "yes",
    }  # fmt: skip
    assert "by_time" not in details
    line = (
        "Ivy Kolibri",
        "staff",
        "Looked through the log, where it says who opened your record",
        1,
    )
    assert line in told(cast)


def test_the_officer_s_own_reading_is_found_in_the_log(cast, ivy):
    readings.logbook(ivy.actor, Sieve())

    lines = readings.logbook(ivy.actor, Sieve(who=ivy.id)).lines

    assert lines[0].words.startswith("A privacy officer looked through the log")


def test_one_entry_says_in_words_who_as_what_why_and_from_where(cast, cara, ivy):
    browser(cara).get(reverse("patients:chart", args=[cast.ada_record]))
    entry = Entry.objects.filter(event=READ).latest("id").pk

    text = text_of(browser(ivy).get(reverse("patients:review-entry", args=[entry])))

    assert "Who Dr Cara Kolibri · clinician" in text
    assert "on the care team" in text
    assert "Ada Kolibri born 17 April 1988" in text
    assert "in universal time (UTC)" in text
    assert "From where a page · Another device" in text
    assert "Earlier visits shown 0" in text
    assert events(cast.ada_record)[0] == "log.entry-read"


def test_an_attempt_of_somebody_else_is_named_to_the_officer(cast, ben, ivy):
    browser(ben).get(reverse("patients:chart", args=[cast.ada_record]))
    entry = Entry.objects.filter(outcome=8).latest("id").pk

    text = text_of(browser(ivy).get(reverse("patients:review-entry", args=[entry])))

    assert "Who Ben Kolibri · patient" in text
    assert "has nothing to do with this record" in text
    assert "Refused" in text


def test_no_proof_before_a_signature(cast, cara, ivy):
    address = reverse("patients:review-proof", args=[look(cast, cara)])

    response = browser(ivy).get(address)

    assert response.status_code == 409
    assert "not signed yet" in text_of(response)


@pytest.mark.django_db(databases=BOTH, transaction=True)
@pytest.mark.feature("A4")
def test_the_proof_is_the_one_that_anybody_can_check(cast, cara, ivy):
    entry = look(cast, cara)
    signed()
    client = browser(ivy)

    page = text_of(client.get(reverse("patients:review-entry", args=[entry])))
    response = client.get(reverse("patients:review-proof", args=[entry]))

    proof = read_proof(response.content)
    assert f"entry number {proof.index} of the log" in page
    assert response["Content-Disposition"] == (
        f'attachment; filename="entry-{proof.index}.tlog-proof"'
    )
    assert proof.extra == bytes(Entry.objects.get(pk=entry).leaf)
    assert events(cast.ada_record)[0] == "log.proof-taken"


def test_an_erased_patient_is_counted_and_named_no_more(cast, cara, ivy):
    entry = look(cast, cara, cast.ben_record)
    assert "Ben Kolibri" in text_of(log_page(cast, act=READ))
    keys.destroy_shred_key(cast.ben_record)

    text = text_of(log_page(cast, act=READ))

    assert "Ben Kolibri" not in text
    assert "a record that was erased" in text
    page = text_of(browser(ivy).get(reverse("patients:review-entry", args=[entry])))
    assert "1 record that was erased since" in page
    assert log_page(cast, patient=cast.ben_record).status_code == 404


def test_somebody_is_chosen_by_name_or_number_and_that_is_an_entry(cast, cara, ivy):
    client = browser(ivy)

    page = client.post(
        reverse("patients:review-find") + "?outcome=refused", {"text": "Kolibri-ada"}
    )
    staff = client.post(reverse("patients:review-find"), {"text": "cara"}).content.decode()

    assert f"outcome=refused&amp;patient={cast.ada_record}" in page.content.decode()
    assert f"who={cara.id}" in staff
    assert "patient.looked-for" in events(cast.ada_record)
    assert client.post(reverse("patients:review-find"), {"text": "-"}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "no.such-act"},
        {"way": "carrier-pigeon"},
        {"outcome": "x"},
        {"since": "2026-13-01"},
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"who": "1"},
        {"before": "x"},
    ],
)
def test_what_cannot_be_looked_for_is_said_and_shows_nothing(cast, wrong):
    response = log_page(cast, **wrong)

    assert response.status_code == 422
    assert not Entry.objects.filter(event="log.read").exists()


@pytest.mark.parametrize("key", ["ada", "cara", "sam", "max"])
def test_nobody_else_reads_the_log(cast, key):
    actor = cast.people[key].actor

    for reading in (
        lambda: readings.logbook(actor, Sieve()),
        lambda: readings.entry_page(actor, new_id()),
        lambda: readings.entry_proof(actor, new_id()),
        lambda: readings.find_somebody(actor, "Kolibri"),
        lambda: readings.desk(actor),
    ):
        with pytest.raises(NotAllowed):
            reading()


def test_an_entry_that_is_not_there_is_not_found(cast, ivy):
    with pytest.raises(NotFound):
        readings.entry_page(ivy.actor, new_id())


def test_a_page_costs_the_same_however_much_there_is(cast, cara, ivy):
    for _ in range(5):
        look(cast, cara)

    assert_flat(
        lambda: readings.logbook(ivy.actor, Sieve(act=READ, who=cara.id)),
        grow=lambda: [look(cast, cara) for _ in range(40)],
    )
