"""Each form of which a room says so comes back filled, unsent, once its writer signed in again."""

import html
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from portal.accounts.models import HeldForm, Session
from portal.kernel import clock, plugs
from tests.architecture.access import SCENES, table
from tests.architecture.test_every_route_is_ruled import taken_back
from tests.cast import Someone, browser
from tests.harness.canary import spoken
from tests.harness.contents import changed, contents
from tests.harness.write_guard import guard
from tests.world import World

FORMS = [form for form in plugs.form_pages().values() if form.boxes]
OF_SIGNING_IN = {"accounts.Session", "accounts.Person", "accounts.HeldForm"}

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I6")]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.asked)
def test_what_was_written_is_in_the_form_again_and_nothing_was_done(form, world):
    row = table()[form.asked]
    for someone in world.cast.people.values():
        if row.cells[someone.key] == "yes":
            with taken_back():
                comes_back(form, world, someone)


def comes_back(form: plugs.FormPage, world: World, someone: Someone) -> None:
    page = browser(someone)
    ask = SCENES[form.asked](world, someone, someone.start_session())
    words = {box: spoken(f"W{number} too late") for number, box in enumerate(form.boxes)}
    before = contents()
    with guard.off("time goes by"):
        earlier = clock.now() - timedelta(hours=1)
        Session.objects.filter(person=someone.id).update(last_seen_at=earlier)

    answer = page.post(ask.where, {**ask.fields, **words})
    assert HeldForm.objects.count() == 1, f"{form.asked}: nothing is held for {someone.key}"

    page.cookies[settings.SESSION_COOKIE_NAME] = someone.start_session()
    (onward,) = parse_qs(urlsplit(answer["Location"]).query)["next"]
    shown = page.get(onward)
    assert shown.status_code == 200, f"{form.asked}: {onward} is {shown.status_code}"
    text = html.unescape(shown.content.decode())
    for box, written in words.items():
        assert written in text, f"{form.asked}: {box} was lost for {someone.key}"
    acted = {*changed(before)} - OF_SIGNING_IN
    assert not {table for table in acted if not table.startswith("audit.")}, acted


def test_a_form_that_comes_back_has_a_row_and_a_page():
    rows = table()

    assert [form.asked for form in FORMS if form.asked not in rows] == []
    assert len(FORMS) > 10
