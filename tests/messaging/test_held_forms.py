"""Sent too late: whoever signs in again in that browser has it back once, filled in, not sent."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from messaging.models import Message
from portal.accounts import selectors, tasks
from portal.accounts.actions.erasing import erase_person
from portal.accounts.actions.sessions import end_sessions
from portal.accounts.middleware.holding import COOKIE
from portal.accounts.models import HeldForm, Session
from portal.accounts.selectors.held_forms import Form
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from tests.cast import WORK, browser
from tests.harness.canary import scan, spoken
from tests.harness.write_guard import guard
from tests.messaging.forms import WRITE, at, fields_of
from tests.messaging.late import box, lapse, sign_in, too_late

pytestmark = pytest.mark.feature("I6", "M6")
TYPED = "/typed/"


def test_a_reply_comes_back_filled_and_is_not_sent(thread, ada):
    page, text = browser(ada), spoken("It is worse at night\nsince Tuesday")
    given = fields_of(page.get(at(thread)), at(thread, "reply"))

    answer = too_late(page, ada, at(thread, "reply"), given | {"body": text})

    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"] == f"/sign-in/?reason=kept&next={at(thread).replace('/', '%2F')}"
    assert "What you wrote is kept for an hour" in page.get(answer["Location"]).content.decode()
    sign_in(page, ada)
    shown = page.get(at(thread))
    assert text in box(shown)
    assert "Nothing of it has been sent" in shown.content.decode()
    assert Message.objects.count() == 1
    fields = fields_of(shown, at(thread, "reply"))
    assert fields["command_id"] == given["command_id"]
    assert page.post(at(thread, "reply"), fields | {"body": text}).status_code == 303
    assert Message.objects.count() == 2


def test_it_is_given_back_once(thread, ada):
    page = browser(ada)
    too_late(page, ada, at(thread, "reply"), {"body": spoken("Once"), "command_id": new_id()})
    assert page.cookies[COOKIE]["httponly"]
    assert page.cookies[COOKIE]["samesite"] == "Lax"
    assert page.cookies[COOKIE]["max-age"] == 3600
    sign_in(page, ada)

    assert spoken("Once") in box(page.get(at(thread)))
    assert not HeldForm.objects.exists()
    assert page.cookies[COOKIE].value == ""
    assert spoken("Once") not in box(page.get(at(thread)))


def test_somebody_else_who_signs_in_there_never_gets_it_and_it_is_gone(thread, ada, cara):
    page = browser(ada)
    too_late(page, ada, at(thread, "reply"), {"body": spoken("Mine"), "command_id": new_id()})
    sign_in(page, cara)

    assert spoken("Mine") not in page.get(at(thread)).content.decode()
    assert not HeldForm.objects.exists()
    sign_in(page, ada)
    assert spoken("Mine") not in box(page.get(at(thread)))


def test_another_browser_of_the_same_person_never_gets_it(thread, ada):
    page = browser(ada)
    too_late(page, ada, at(thread, "reply"), {"body": spoken("Here"), "command_id": new_id()})

    assert spoken("Here") not in box(browser(ada).get(at(thread)))
    assert HeldForm.objects.count() == 1


def test_after_an_hour_it_is_gone(thread, ada):
    page = browser(ada)
    too_late(page, ada, at(thread, "reply"), {"body": spoken("Old"), "command_id": new_id()})
    with guard.off("time goes by"):
        HeldForm.objects.update(until=clock.now())
    sign_in(page, ada)

    assert spoken("Old") not in box(page.get(at(thread)))
    tasks.drop_held_forms()
    assert not HeldForm.objects.exists()


def test_it_rests_sealed_and_opens_for_no_other_secret_and_in_no_other_row(thread, ada):
    page = browser(ada)
    too_late(page, ada, at(thread, "reply"), {"body": spoken("Sealed"), "command_id": new_id()})
    held, secret = HeldForm.objects.get(), page.cookies[COOKIE].value

    assert scan(bytes(held.form_sealed)) == []
    assert "Sealed" not in f"{held!r}{selectors.held_for(ada.actor, held, secret)!r}"
    found = selectors.held_for(ada.actor, held, secret)
    assert isinstance(found, Form)
    assert found.page == at(thread)
    assert selectors.held_for(ada.actor, held, secret + "x") is None
    held.pk = new_id()
    assert selectors.held_for(ada.actor, held, secret) is None


def test_passwords_and_codes_are_never_held(ada):
    page = browser(ada)
    secret = {"current": "my old password", "chosen": "my new password", "code": "123 456"}

    answer = too_late(page, ada, reverse("accounts:password"), secret)

    assert answer["Location"] == "/sign-in/?reason=idle"
    assert not HeldForm.objects.exists()


def test_far_more_than_a_form_holds_is_not_held(thread, ada):
    page = browser(ada)
    fields = {"body": "x" * 150_000, "command_id": new_id()}

    assert too_late(page, ada, at(thread, "reply"), fields)["Location"] == "/sign-in/?reason=idle"
    assert not HeldForm.objects.exists()


def test_a_session_that_was_ended_by_somebody_holds_nothing(thread, ada):
    page = browser(ada)
    door.run(end_sessions, WORK, Session.objects.filter(person=ada.id), why="by-hand")

    answer = page.post(at(thread, "reply"), {"body": spoken("Late"), "command_id": new_id()})

    assert answer["Location"] == "/sign-in/?reason=ended"
    assert not HeldForm.objects.exists()


def test_a_stranger_holds_nothing(thread, db):
    answer = Client().post(at(thread, "reply"), {"body": spoken("Let me in")})

    assert answer["Location"] == "/sign-in/"
    assert not HeldForm.objects.exists()


def test_forms_of_several_tabs_are_held_and_each_goes_back_to_its_own_page(world, thread, ada):
    page, other = browser(ada), world.thread()
    lapse(ada)
    page.get("/")
    assert page.cookies[settings.SESSION_COOKIE_NAME].value == ""
    for where in (thread, other):
        page.post(at(where, "reply"), {"body": spoken(f"In {where}"), "command_id": new_id()})
    assert HeldForm.objects.count() == 2
    sign_in(page, ada)

    assert spoken(f"In {other}") in box(page.get(at(other)))
    assert spoken(f"In {thread}") in box(page.get(at(thread)))
    assert page.cookies[COOKIE].value == ""


def test_of_many_forms_the_newest_five_are_held(thread, ada):
    page = browser(ada)
    lapse(ada)
    for number in range(7):
        fields = {"body": spoken(f"Number {number}"), "command_id": new_id()}
        page.post(at(thread, "reply"), fields)

    assert HeldForm.objects.count() == 5
    sign_in(page, ada)
    assert spoken("Number 6") in box(page.get(at(thread)))


def test_a_browser_that_keeps_no_secret_has_no_more_held_than_others(thread, ada):
    page = browser(ada)
    given = fields_of(page.get(at(thread)), at(thread, "reply"))
    lapse(ada)
    for number in range(8):
        page.cookies.pop(COOKIE, None)
        page.post(at(thread, "reply"), given | {"body": spoken(f"Number {number}")})

    assert HeldForm.objects.count() == 5


def test_a_session_that_lapsed_long_ago_holds_nothing_more(thread, ada):
    page = browser(ada)
    lapse(ada)
    page.get("/")
    with guard.off("time goes by"):
        Session.objects.update(ended_at=clock.now() - timedelta(hours=1))

    page.post(at(thread, "reply"), {"body": spoken("Late"), "command_id": new_id()})

    assert not HeldForm.objects.exists()


def test_a_new_message_comes_back_with_its_topic(ada, cast):
    page = browser(ada)
    given = fields_of(page.get(WRITE), WRITE)
    too_late(page, ada, WRITE, given | {"topic": spoken("Knee"), "body": spoken("It hurts")})
    sign_in(page, ada)

    shown = page.get(WRITE)

    assert spoken("It hurts") in box(shown)
    assert spoken("Knee") in shown.content.decode()
    assert fields_of(shown, WRITE)["command_id"] == given["command_id"]


@pytest.mark.parametrize("name", ["keep", "reopen"])
def test_a_draft_that_was_to_be_kept_comes_back_too(thread, ada, name):
    page = browser(ada)
    too_late(page, ada, at(thread, name), {"body": spoken("120"), "command_id": new_id()})
    sign_in(page, ada)

    assert spoken("120") in box(page.get(at(thread)))


def test_an_internal_note_comes_back_into_its_own_form(thread, cara):
    page = browser(cara)
    too_late(page, cara, at(thread, "note"), {"body": spoken("Ask"), "command_id": new_id()})
    sign_in(page, cara)

    shown = page.get(at(thread)).content.decode()

    assert spoken("Ask") in shown.partition('id="note-title"')[2]
    assert shown.count(spoken("Ask")) == 1


def test_what_no_form_takes_back_is_shown_once_to_be_copied(thread, cara):
    page = browser(cara)
    why = {"to": "t.care", "reason": spoken("They asked for it"), "command_id": new_id()}
    answer = too_late(page, cara, at(thread, "assign"), why)
    assert answer["Location"] == "/sign-in/?reason=kept&next=%2Ftyped%2F"
    sign_in(page, cara)

    assert spoken("They asked for it") in page.get(TYPED).content.decode()
    assert spoken("They asked for it") not in page.get(TYPED).content.decode()


def test_a_button_alone_holds_nothing(thread, ada):
    page = browser(ada)

    answer = too_late(page, ada, at(thread, "close"), {"command_id": new_id()})

    assert answer["Location"] == "/sign-in/?reason=idle"
    assert not HeldForm.objects.exists()


def test_an_account_that_is_erased_holds_nothing(thread, ada):
    page = browser(ada)
    too_late(page, ada, at(thread, "reply"), {"body": spoken("Mine"), "command_id": new_id()})

    door.run(erase_person, WORK, ada.id)

    assert not HeldForm.objects.exists()
