"""Drafts on pages: by buttons with scripts off, and as the page keeps them by itself."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from messaging import actions, readings
from messaging.models import Draft, Message
from patients import actions as patients
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import WORK, browser
from tests.harness.canary import spoken
from tests.harness.pages import shown_to
from tests.messaging.forms import THREADS, WRITE, at, fields_of, leads_to, submit

pytestmark = pytest.mark.feature("M10", "M6")
KEEP_NEW = "/threads/write/draft/"


def kept_by_the_page(page, address, fields, **more):
    """What the page is told that keeps a draft by itself."""
    return page.post(address, fields | more, headers={"accept": "application/json"})


def test_a_draft_is_kept_by_a_button_and_found_on_another_device(thread, ada):
    phone, text = browser(ada), spoken("I also have a fever\nsince Tuesday")
    given = fields_of(phone.get(at(thread)), at(thread, "reply"))

    assert leads_to(phone.post(at(thread, "keep"), given | {"body": text})).endswith("#draft")

    computer = browser(ada)
    page = computer.get(at(thread))
    assert text in page.content.decode()
    assert "Draft kept" in page.content.decode()
    assert "Draft" in computer.get(THREADS).content.decode()
    sent = submit(computer, at(thread), at(thread, "reply"), body=text)
    assert leads_to(sent).endswith("#m2")
    assert not Draft.objects.exists()
    assert shown_to(phone, at(thread))[-1].text == text
    assert text not in fields_text(phone.get(at(thread)))


def fields_text(page) -> str:
    """What stands in the box of the page."""
    return page.content.decode().partition("<textarea")[2].partition("</textarea>")[0]


def test_a_new_message_is_kept_with_its_topic_and_found_from_the_list(ada, cast):
    page, topic, text = browser(ada), spoken("My knee"), spoken("It hurts")
    given = fields_of(page.get(WRITE), WRITE)

    where = leads_to(page.post(KEEP_NEW, given | {"topic": topic, "body": text}))

    assert where == f"{WRITE}?patient={cast.ada_record}#draft"
    assert topic not in where
    other = browser(ada)
    assert f"{WRITE}?patient={cast.ada_record}" in other.get(THREADS).content.decode()
    form = other.get(WRITE)
    assert topic in form.content.decode()
    assert text in form.content.decode()
    hidden = fields_of(form, WRITE)
    leads_to(other.post(WRITE, hidden | {"topic": topic, "body": text}))
    assert not Draft.objects.exists()
    assert Message.objects.count() == 1


def test_who_writes_about_several_finds_each_message_that_they_began(world, cara, cast):
    page = browser(cara)
    given = fields_of(page.get(f"{WRITE}?patient={cast.ada_record}"), WRITE)

    page.post(KEEP_NEW, given | {"topic": spoken("Your result"), "body": ""})

    assert spoken("Your result") in page.get(f"{WRITE}?patient={cast.ada_record}").content.decode()
    assert "that you began" in page.get(THREADS).content.decode()


def test_who_may_write_about_several_goes_on_with_the_one_they_began(cara, cast):
    door.run(patients.add_to_care_team, WORK, cast.ben_record, cara.id)
    page = browser(cara)
    address = f"{WRITE}?patient={cast.ben_record}"
    given = fields_of(page.get(address), WRITE)
    page.post(KEEP_NEW, given | {"topic": spoken("Your result"), "body": ""})

    choosing = page.get(WRITE).content.decode()

    assert "Go on with your message about" in choosing
    assert choosing.count(f'href="{address}"') == 1
    assert spoken("Your result") not in choosing
    assert spoken("Your result") in page.get(address).content.decode()


def test_throwing_away_asks_for_nothing_and_leaves_nothing(thread, ada):
    page = browser(ada)
    submit(page, at(thread), at(thread, "reply"), body="")
    given = fields_of(page.get(at(thread)), at(thread, "reply"))
    page.post(at(thread, "keep"), given | {"body": spoken("Never mind")})
    shown = page.get(at(thread))
    assert "Throw the draft away" in shown.content.decode()

    fields = fields_of(shown, at(thread, "reply")) | {"body": spoken("Never mind"), "throw": "yes"}
    answer = page.post(at(thread, "keep"), fields, follow=True)

    assert "The draft was thrown away." in answer.content.decode()
    assert spoken("Never mind") not in answer.content.decode()
    assert not Draft.objects.exists()


def test_two_devices_without_scripts_both_texts_are_shown_and_one_is_chosen(thread, ada):
    phone, computer = browser(ada), browser(ada)
    first = fields_of(phone.get(at(thread)), at(thread, "reply"))
    second = fields_of(computer.get(at(thread)), at(thread, "reply"))
    phone.post(at(thread, "keep"), first | {"body": spoken("From the phone")})

    both = computer.post(at(thread, "keep"), second | {"body": spoken("From the computer")})

    assert both.status_code == HTTPStatus.CONFLICT
    text = both.content.decode()
    assert spoken("From the computer") in fields_text(both)
    assert spoken("From the phone") in text
    assert "on another device" in text
    assert spoken("From the phone") in fields_text(computer.get(at(thread)))
    over = text.partition('name="over" value="')[2].partition('"')[0]
    again = fields_of(both, at(thread, "reply")) | {"body": spoken("From the computer")}
    leads_to(computer.post(at(thread, "keep"), again | {"over": over}))
    assert spoken("From the computer") in fields_text(phone.get(at(thread)))


def test_sending_from_the_page_that_shows_both_leaves_the_other_text(thread, ada):
    phone, computer = browser(ada), browser(ada)
    first = fields_of(phone.get(at(thread)), at(thread, "reply"))
    second = fields_of(computer.get(at(thread)), at(thread, "reply"))
    phone.post(at(thread, "keep"), first | {"body": spoken("From the phone")})
    both = computer.post(at(thread, "keep"), second | {"body": spoken("From the computer")})

    again = fields_of(both, at(thread, "reply")) | {"body": spoken("From the computer")}
    leads_to(computer.post(at(thread, "reply"), again))

    assert spoken("From the phone") in fields_text(computer.get(at(thread)))


def test_the_page_is_told_the_mark_and_never_the_text(thread, ada):
    page = browser(ada)
    given = fields_of(page.get(at(thread)), at(thread, "reply"))

    first = kept_by_the_page(page, at(thread, "keep"), given, body=spoken("One"))
    second = kept_by_the_page(
        page, at(thread, "keep"), given, body=spoken("One two"), draft=first.json()["mark"]
    )

    assert first.status_code == second.status_code == HTTPStatus.OK
    assert {*second.json()} == {"mark", "at"}
    assert "no-store" in second["Cache-Control"]
    assert spoken("One two") in fields_text(browser(ada).get(at(thread)))


def test_the_page_is_told_the_other_text_and_what_is_refused(thread, ada):
    page = browser(ada)
    given = fields_of(page.get(at(thread)), at(thread, "reply"))
    kept_by_the_page(page, at(thread, "keep"), given, body=spoken("One"))

    other = kept_by_the_page(page, at(thread, "keep"), given, body=spoken("Two"))
    long = kept_by_the_page(page, at(thread, "keep"), given, body="x" * 10_001)

    assert other.status_code == HTTPStatus.CONFLICT
    assert other.json()["text"] == spoken("One")
    assert "no-store" in other["Cache-Control"]
    assert long.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "10,000" in long.json()["sentence"]


def test_a_new_message_kept_by_the_page_says_the_topic_of_the_other(ada, cast):
    page = browser(ada)
    given = fields_of(page.get(WRITE), WRITE)
    kept_by_the_page(page, KEEP_NEW, given, topic=spoken("Knee"), body=spoken("It hurts"))

    other = kept_by_the_page(page, KEEP_NEW, given, topic=spoken("Rash"), body="")
    nobody = kept_by_the_page(page, KEEP_NEW, given, patient="", topic=spoken("Rash"), body="")

    assert other.json()["topic"] == spoken("Knee")
    assert nobody.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Draft.objects.count() == 1


def test_a_mark_that_somebody_made_up_is_refused(thread, ada):
    page = browser(ada)
    given = fields_of(page.get(at(thread)), at(thread, "reply"))

    for mark in ("1", "x.1", f"{new_id().hex}.-1", f"{new_id().hex}.99999999999"):
        answer = page.post(at(thread, "keep"), given | {"body": "x", "draft": mark})
        assert answer.status_code == HTTPStatus.BAD_REQUEST, mark
    answer = page.post(at(thread, "keep"), given | {"body": "x", "over": "1"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_a_thread_closed_meanwhile_shows_the_draft_and_the_way_to_open_it(world, thread, ada):
    page = browser(ada)
    given = fields_of(page.get(at(thread)), at(thread, "reply"))
    page.post(at(thread, "keep"), given | {"body": spoken("One more")})
    world.close(thread)

    shown = page.get(at(thread))
    assert spoken("One more") in fields_text(shown)
    assert "Open it again first" in shown.content.decode()
    reopened = page.post(
        at(thread, "reopen"), fields_of(shown, at(thread, "reply")) | {"body": spoken("One more")}
    )
    last = fields_of(reopened, at(thread, "reply"))
    leads_to(page.post(at(thread, "reply"), last | {"body": spoken("One more")}))
    assert not Draft.objects.exists()


def test_nobody_sees_that_somebody_else_began_to_write(thread, ada, cara, cast):
    page = browser(ada)
    given = fields_of(page.get(at(thread)), at(thread, "reply"))
    page.post(at(thread, "keep"), given | {"body": spoken("Secretly")})

    for someone in (cara, cast.pia, cast.max, cast.ivy):
        theirs = browser(someone)
        chart = reverse("patients:chart", args=[cast.ada_record])
        for address in (at(thread), THREADS, WRITE, "/", chart):
            text = theirs.get(address).content.decode()
            assert spoken("Secretly") not in text
            assert "Throw the draft away</button>" not in text or "data-throw hidden" in text
            assert "</svg>Draft</span>" not in text


def test_what_was_kept_is_what_the_other_device_is_told(thread, ada):
    door.run(actions.keep_reply, ada.actor, thread, spoken("Mine"), command_id=new_id())

    draft = readings.draft_in(ada.actor, thread)
    assert draft is not None
    assert "Mine" not in repr(draft)
