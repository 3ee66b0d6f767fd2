"""Threads by plain forms, scripts off: write, read, answer, close, reopen, mark as read."""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

from messaging.models import Message, State, Thread
from messaging.selectors import read_upto
from patients import actions as patients
from patients.models import Scope
from portal.kernel import door
from tests.cast import WORK, browser
from tests.harness.canary import STEM, spoken
from tests.harness.pages import shown_to
from tests.messaging.forms import THREADS, WRITE, at, fields_of, leads_to, submit
from tests.patients.evidence import newest

pytestmark = pytest.mark.feature("M1", "M6")


def test_a_patient_writes_and_the_clinician_answers(world, cast, ada, cara):
    page, topic, text = browser(ada), world.words("Rash"), world.words("It itches")
    sent = submit(page, WRITE, WRITE, topic=topic, body=text)
    (thread,) = Thread.objects.values_list("pk", flat=True)
    assert leads_to(sent) == f"{at(thread)}#latest"

    desk = browser(cara)
    listed = desk.get(THREADS).content.decode()
    assert topic in listed
    assert text in listed
    answer = submit(desk, at(thread), at(thread, "reply"), body=world.words("Since when?"))
    assert leads_to(answer) == f"{at(thread)}#m2"

    found = shown_to(page, at(thread))
    assert [(each.sequence, each.mine) for each in found] == [(1, True), (2, False)]
    assert found[0].text == text
    assert found[1].name.startswith("Dr Cara")


def test_the_emergency_route_stands_before_the_form(ada):
    page = browser(ada).get(WRITE).content.decode()

    assert 0 < page.index("Chest pain") < page.index("<form class")
    assert "Dr Cara" in page


@pytest.mark.feature("M5")
def test_a_form_that_is_posted_twice_is_carried_out_once(world, ada):
    page = browser(ada)
    given = fields_of(page.get(WRITE), WRITE)
    given |= {"topic": spoken("Rash"), "body": spoken("It itches")}

    first, second = page.post(WRITE, given), page.post(WRITE, given)

    assert leads_to(first) == leads_to(second)
    assert Thread.objects.count() == Message.objects.count() == 1
    thread = Thread.objects.get().pk
    reply = fields_of(page.get(at(thread)), at(thread, "reply")) | {"body": spoken("More")}
    assert leads_to(page.post(at(thread, "reply"), reply)) == leads_to(
        page.post(at(thread, "reply"), reply)
    )
    assert Message.objects.count() == 2


def test_a_thread_closed_while_somebody_wrote_keeps_the_text_and_shows_the_way(world, thread, ada):
    page, typed = browser(ada), spoken("One more thing\nand another")
    given = fields_of(page.get(at(thread)), at(thread, "reply"))
    world.close(thread)

    refused = page.post(at(thread, "reply"), given | {"body": typed})

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Reopen it first" in refused.content.decode()
    assert typed in refused.content.decode()
    again = fields_of(refused, at(thread, "reply"))
    reopened = page.post(at(thread, "reopen"), again | {"body": typed})
    assert reopened.status_code == HTTPStatus.OK
    assert typed in reopened.content.decode()
    last = fields_of(reopened, at(thread, "reply"))
    assert last["command_id"] != again["command_id"]
    assert leads_to(page.post(at(thread, "reply"), last | {"body": typed})).endswith("#m4")


def test_closing_and_reopening_by_buttons(thread, ada, cara):
    desk = browser(cara)
    assert leads_to(submit(desk, at(thread), at(thread, "close"))) == f"{at(thread)}#latest"
    assert Thread.objects.get().state == State.CLOSED

    page = browser(ada)
    shown = page.get(at(thread)).content.decode()
    assert "Open it again below" in shown
    assert leads_to(submit(page, at(thread), at(thread, "reopen"))) == f"{at(thread)}#latest"
    assert Thread.objects.get().state == State.OPEN


def test_closing_what_somebody_closed_meanwhile_is_no_accident(world, thread, cara):
    desk = browser(cara)
    given = fields_of(desk.get(at(thread)), at(thread, "close"))
    world.close(thread)

    answer = desk.post(at(thread, "close"), given, follow=True)

    assert answer.status_code == HTTPStatus.OK
    assert "closed already" in answer.content.decode()
    assert Message.objects.count() == 2


@pytest.mark.feature("M7")
def test_reading_marks_nothing_and_the_button_marks(world, thread, cara):
    world.reply(thread, by=world.cast.ada)
    desk = browser(cara)
    desk.get(at(thread))
    assert read_upto(cara.id, thread) == 0

    answer = submit(desk, at(thread), at(thread, "mark-read"))

    assert leads_to(answer) == f"{at(thread)}#latest"
    assert read_upto(cara.id, thread) == 2
    assert "Mark as read" not in desk.get(at(thread)).content.decode()


@pytest.mark.feature("M7")
def test_a_reply_without_scripts_says_how_far_its_page_went(world, thread, cara):
    desk = browser(cara)
    given = fields_of(desk.get(at(thread)), at(thread, "reply"))
    world.reply(thread, by=world.cast.ada)

    desk.post(at(thread, "reply"), given | {"body": spoken("Yes")})

    assert read_upto(cara.id, thread) == 1


@pytest.mark.feature("M20")
def test_a_proxy_writes_as_themself_for_the_patient(cast, pia, ada):
    page = browser(pia)
    written = page.get(WRITE).content.decode()
    assert f"You write as yourself, for ada {STEM}." in written
    submit(page, WRITE, WRITE, topic=spoken("Fever"), body=spoken("She has a fever"))

    (shown,) = shown_to(browser(ada), at(Thread.objects.get().pk))

    assert (shown.name, shown.patient) == (f"Pia {STEM.capitalize()}", f"ada {STEM}")
    assert newest(cast.ada_record)[0] == "thread.read"


@pytest.mark.feature("M20")
def test_whoever_writes_for_several_chooses_and_must(cast, pia):
    door.run(patients.grant_proxy, WORK, cast.ben_record, pia.id, scope=Scope.FULL)
    page = browser(pia)
    given = fields_of(page.get(WRITE), WRITE) | {"topic": spoken("Fever"), "body": spoken("Hot")}

    nobody = page.post(WRITE, given | {"patient": ""})
    assert nobody.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please choose whom it is about." in nobody.content.decode()
    assert "Hot" in nobody.content.decode()
    leads_to(page.post(WRITE, given | {"patient": str(cast.ben_record)}))

    assert Thread.objects.get().patient_id == cast.ben_record


def test_staff_write_to_the_patient_whose_chart_they_come_from(cast, cara):
    desk, address = browser(cara), f"{WRITE}?patient={cast.ada_record}"
    given = fields_of(desk.get(address), WRITE)
    assert given["patient"] == str(cast.ada_record)

    leads_to(desk.post(WRITE, given | {"topic": spoken("Result"), "body": spoken("All fine")}))

    assert Thread.objects.get().waiting_since is None


def test_an_earlier_page_leads_on(world, thread, ada):
    for _ in range(60):
        world.reply(thread, by=ada)
    page = browser(ada)

    newest_page = page.get(at(thread)).content.decode()
    earlier = re.search(r'href="[^"]*\?before=(\d+)"', newest_page)

    assert earlier
    assert earlier[1] == "12"
    before = shown_to(page, f"{at(thread)}?before=12")
    assert [each.sequence for each in before] == [*range(1, 12)]


def test_a_long_list_leads_on(world, ada):
    for _ in range(25):
        world.thread()
    page = browser(ada)

    older = re.search(
        r'href="[^"]*(\?show=open&amp;before=[^"]+)"', page.get(THREADS).content.decode()
    )

    assert older
    shown = page.get(THREADS + older[1].replace("&amp;", "&")).content.decode()
    assert shown.count('class="line"') == 5
    assert urlsplit(older[1]).query
