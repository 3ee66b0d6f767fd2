"""In which language somebody reads: their choice, else the browser's, else the clinic's."""

import asyncio
import json
import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from portal.accounts import actions, selectors
from portal.accounts.errors import LinkSpent
from portal.accounts.selectors import profiles
from portal.kernel import door
from portal.kernel.catalogues import ACCENTED, MIRRORED
from portal.kernel.errors import TooMany
from portal.kernel.ids import new_id
from portal.notifications.selectors import written
from portal.outbox import actions as outbox
from portal.realtime.errors import Busy, told
from tests.portal.accounts.conftest import WORK, Someone, browser
from tests.portal.accounts.wires import session_for, wire

pytestmark = pytest.mark.feature("X3")
HEAD = re.compile(r'<html lang="([\w-]+)" dir="(\w+)">')


def head(page: object) -> tuple[str, str]:
    """The language and the direction that a page says it has."""
    found = HEAD.search(page.content.decode())  # type: ignore[attr-defined]
    assert found
    return found[1], found[2]


@pytest.mark.django_db
def test_a_stranger_reads_what_the_browser_asks_for_or_the_language_of_the_clinic():
    client = Client()

    spanish = client.get("/sign-in/", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})

    assert head(spanish) == ("es", "ltr")
    assert spanish["Content-Language"] == "es"
    assert head(client.get("/sign-in/")) == ("en", "ltr")
    assert head(client.get("/sign-in/", headers={"Accept-Language": "fi"})) == ("en", "ltr")


@pytest.mark.django_db
def test_no_cache_gives_one_reader_the_page_of_another(ada: Someone):
    for client in (Client(), browser(ada)):
        answer = client.get("/", headers={"Accept-Language": "es"})

        assert {"Accept-Language", "Cookie"} <= {*answer["Vary"].split(", ")}
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_stranger_chooses_without_a_script_and_the_browser_keeps_it():
    client = Client()
    page = client.get("/sign-in/?next=/threads/").content.decode()
    assert 'lang="es">Español</button>' in page
    assert 'name="next" value="/sign-in/?next=/threads/"' in page

    answer = client.post("/language/", {"language": "es", "next": "/sign-in/?next=/threads/"})

    assert (answer.status_code, answer["Location"]) == (303, "/sign-in/?next=/threads/")
    assert head(client.get("/sign-in/", headers={"Accept-Language": "en"})) == ("es", "ltr")
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_what_a_person_chose_is_kept_with_them_and_reaches_their_letters(ada: Someone):
    browser(ada).post("/language/", {"language": MIRRORED})

    elsewhere = browser(ada).get("/", headers={"Accept-Language": "en"})
    letter = outbox.post(WORK, "accounts.factor-fell", to=ada.id, params={}, key="a.1")

    assert head(elsewhere) == (MIRRORED, "rtl")
    assert elsewhere["Content-Language"] == MIRRORED
    assert "\u202e" in written(letter).subject


@pytest.mark.django_db
def test_a_language_that_nobody_speaks_here_changes_nothing(ada: Someone):
    client = browser(ada)

    answer = client.post("/language/", {"language": "tlh", "next": "//elsewhere.example/"})

    assert answer["Location"] == "/"
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies
    assert profiles([ada.id])[ada.id].language == ""


@pytest.mark.django_db
def test_made_up_languages_are_for_nobody_to_choose():
    page = Client().get("/").content.decode()

    assert re.findall(r'name="language" value="([\w-]+)"', page) == ["en", "es"]


@pytest.mark.pure
def test_a_refusal_of_a_pure_module_is_translated_at_the_edge():
    with translation.override(ACCENTED):
        sentences = [told(refusal)["sentence"] for refusal in (TooMany(), LinkSpent(), Busy())]

    assert all(sentence.startswith("⟦") for sentence in sentences)


@pytest.mark.django_db
def test_what_is_wrong_in_a_form_is_said_in_the_language_of_the_page():
    answer = Client().post("/forgot/", {"email": ""}, headers={"Accept-Language": ACCENTED})

    said = re.findall(r'<li><a href="#id_email">(.+?)</a>', answer.content.decode())
    assert len(said) == 1
    assert said[0].startswith("⟦")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_is_left_behind")
async def test_a_socket_speaks_as_its_page_does(ada: Someone):
    key = await session_for(ada)
    actor = (await asyncio.to_thread(selectors.standing_of_key, key)).actor
    asked = await sentence_of(key)
    await door.arun(actions.set_language, actor, MIRRORED)
    chosen = await sentence_of(key)

    assert asked.startswith("⟦")
    assert "\u202e" in chosen


async def sentence_of(key: str) -> str:
    """Why a command that nobody knows is refused, on a page whose browser asks for accents."""
    page = wire(key, (b"accept-language", ACCENTED.encode()))
    await page.connect(timeout=5)
    await page.receive_from(timeout=5)
    frame = {"kind": "do", "id": str(new_id()), "command": "no.such", "body": {}}
    await page.send_to(json.dumps(frame))
    answer = json.loads(await page.receive_from(timeout=5))
    await page.disconnect()
    assert answer["kind"] == "refused", answer
    return str(answer["sentence"])
