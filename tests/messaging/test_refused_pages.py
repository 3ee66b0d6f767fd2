"""What pages of threads refuse, kindly or with the same 404 for everything."""

from http import HTTPStatus

import pytest

from messaging.models import Message, Thread
from portal.kernel.ids import new_id
from tests.cast import browser
from tests.harness.canary import spoken
from tests.harness.pages import shown_on
from tests.messaging.forms import THREADS, WRITE, at, fields_of, submit
from tests.patients.evidence import newest

pytestmark = pytest.mark.feature("M1", "M6")


def test_what_was_refused_is_still_in_its_form(ada):
    page, long = browser(ada), spoken("x" * 10_001)
    given = fields_of(page.get(WRITE), WRITE)

    answer = page.post(WRITE, given | {"topic": "", "body": long})

    text = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert long in text
    assert "Please say in a few words" in text
    assert given["command_id"] in text
    assert not Thread.objects.exists()


@pytest.mark.parametrize("body", ["", "  \r\n ", "\u200b"])
def test_an_empty_reply_is_refused_kindly(thread, ada, body):
    page = browser(ada)

    answer = submit(page, at(thread), at(thread, "reply"), body=body)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please write your message first." in answer.content.decode()
    assert Message.objects.count() == 1


def test_nobody_writes_about_somebody_elses_patient(cast, ben, ada):
    page = browser(ben)
    given = fields_of(page.get(WRITE), WRITE) | {"topic": "Topic", "body": "Text"}

    answer = page.post(WRITE, given | {"patient": str(cast.ada_record)})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert page.get(f"{WRITE}?patient={cast.ada_record}").status_code == HTTPStatus.NOT_FOUND
    assert not Thread.objects.exists()


@pytest.mark.parametrize("what", ["reply", "close", "reopen", "mark-read"])
@pytest.mark.parametrize("key", ["ben", "dov", "sam", "ivy", "max"])
def test_whoever_is_not_around_the_patient_gets_the_same_404_for_everything(
    cast, thread, key, what
):
    page, given = browser(cast.people[key]), {"command_id": new_id(), "body": "x", "sequence": 1}

    answers = [page.post(at(there, what), given) for there in (thread, new_id())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("reply", {"body": "x"}),
        ("reply", {"body": "x", "command_id": "1"}),
        ("reply", {"body": "x", "command_id": "{id}", "seen": "-1"}),
        ("close", {}),
        ("reopen", {"command_id": ""}),
        ("mark-read", {"command_id": "{id}", "sequence": "x"}),
        ("mark-read", {"command_id": "{id}"}),
    ],
)
def test_a_form_that_somebody_bent_is_refused(thread, ada, what, given):
    bent = {name: value.format(id=new_id()) for name, value in given.items()}

    answer = browser(ada).post(at(thread, what), bent)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert Message.objects.count() == 1


@pytest.mark.parametrize("query", ["?before=x", "?before=-1", "?before=1e9", "?before=%D9%A3"])
def test_an_address_that_nobody_made_is_refused(thread, ada, query):
    assert browser(ada).get(at(thread) + query).status_code == HTTPStatus.BAD_REQUEST
    assert browser(ada).get(THREADS + query).status_code == HTTPStatus.BAD_REQUEST
    assert browser(ada).get(f"{WRITE}?patient=x").status_code == HTTPStatus.BAD_REQUEST


def test_hostile_text_is_shown_and_does_nothing(world, thread, ada):
    text = spoken("<script>alert(1)</script> \u202egnp.exe {{ 7|add:1 }} &lt;b&gt;")
    world.reply(thread, text, by=ada)

    page = browser(ada).get(at(thread)).content.decode()

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert shown_on(page)[-1].text == text.replace("\u202e", "⟨RLO⟩")


@pytest.mark.feature("A1")
def test_what_was_tried_is_on_record_for_the_patient(cast, thread, dov):
    browser(dov).get(at(thread))

    event, details = newest(cast.ada_record)
    assert (event, details["actor"]) == ("access.refused", str(dov.id))
    assert details["subject"] == str(thread)
