"""Every page and every answer of a form in the accented language: no word of it is raw."""

import re

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.kernel.catalogues import ACCENTED
from tests.architecture.access import SCENES
from tests.architecture.test_every_fresh_act import stale_browser
from tests.architecture.test_every_route_is_ruled import cookie_of, taken_back
from tests.cast import Someone
from tests.hardening.test_every_form import someone_who_may, spoilt
from tests.harness.canary import STEM
from tests.languages.crawl import FORMS, GETS, accented, live_a_day, said, seen
from tests.languages.raw import raw

pytestmark = [pytest.mark.feature("X3"), pytest.mark.django_db]
SPOILT = (None, "", "9" * 400, STEM)
"""What stands in each field of a form: what should, nothing, far too much, something else."""


@pytest.mark.parametrize("row", GETS, ids=lambda row: row.asked)
def test_no_page_says_a_raw_word(row, quiet):
    found = set()
    for someone in quiet.cast.people.values():
        if row.cells[someone.key] not in {"no", "sign in"}:
            with taken_back():
                browser = accented(someone)
                ask = SCENES[row.asked](quiet, someone, cookie_of(browser))
                answer = browser.get(ask.where, follow=True)
                found |= {f"{someone.key}: {each}" for each in said(answer)}

    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.asked)
def test_no_form_answers_with_a_raw_word(row, quiet):
    found = set()
    someone = someone_who_may(row, quiet.cast)
    for spoil in SPOILT:
        with taken_back():
            browser = accented(someone)
            ask = SCENES[row.asked](quiet, someone, cookie_of(browser))
            fields = ask.fields if spoil is None else spoilt(ask.fields, spoil)
            answer = browser.post(ask.where, dict(fields), follow=True)
            found |= {f"{spoil!r:.9}: {each}" for each in said(answer)}

    assert not found, "\n".join(sorted(found))


def test_no_page_says_a_raw_word_after_a_long_day(quiet):
    ada, cast = quiet.cast.ada_record, quiet.cast
    live_a_day(quiet)
    assert len({*Entry.objects.values_list("event", flat=True)}) > 60
    report = f"/patients/{ada}/who-looked/"
    lists = [f"/threads/?show={name}" for name in ("open", "closed", "all", "asked", "mine", "x")]
    own = ["/", *lists, "/visits/", "/account/sessions/", "/patients/proxies/"]

    found = seen(cast.ada, *own, report, f"{report}?own=1", f"{report}?what=tried")
    for someone in (cast.cara, cast.sam, cast.max, cast.ivy, cast.ben, cast.pia):
        found |= seen(someone, *own)
    found |= seen(cast.sam, "/calendar/", reverse("visits:arrivals"))
    log = "/patients/review/log/"
    found |= seen(cast.ivy, "/patients/review/", log, f"{log}?act=x", f"{log}?outcome=refused")
    found |= seen(cast.ivy, *entries_at(cast.ivy, log)[:12])

    assert not found, "\n".join(sorted(found))


def entries_at(someone: Someone, address: str) -> list[str]:
    """The pages of the entries that this page lists."""
    page = accented(someone).get(address).content.decode()
    return sorted({*re.findall(r'href="(/patients/review/entries/[0-9a-f-]{36}/)"', page)})


@pytest.mark.parametrize("key", ["ada", "max"])
def test_no_word_is_raw_where_somebody_says_once_more_who_they_are(quiet, key):
    browser, _ = stale_browser(quiet.cast.people[key])
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = ACCENTED

    answers = [browser.get("/account/password/"), browser.post("/account/password/", {})]

    assert [answer.status_code for answer in answers] == [403, 422]
    assert not [each for answer in answers for each in said(answer)]


@pytest.mark.parametrize("what", ["closed", "missing", "busy", "away", "kms", "large", "bug"])
def test_no_word_of_trouble_is_raw(settings, ada, what):
    settings.ROOT_URLCONF = "tests.portal.accounts.trouble_urls"
    browser = accented(ada)
    browser.raise_request_exception = False

    answer = browser.get(f"/try/{what}/")

    assert answer.status_code >= 400
    assert not said(answer)


def test_a_raw_word_is_found_wherever_it_stands():
    for planted in (
        "<p>Welcome</p>",
        "<title>Today · ⟦Ťőďáý⟧</title>",
        '<img alt="A cat">',
        '<input placeholder="Name">',
        '<input type="submit" value="Send">',
        '<button aria-label="Close"></button>',
        '<p data-ended="It is over"></p>',
        """<p data-words='{"a": "Gone"}'></p>""",
        '<script type="application/json">{"a": ["Gone"]}</script>',
        "<template><p>Later</p></template>",
        "<p>⟦Ĺőńğ <b>ŵőřďš⟧</b> and more</p>",
        "<p>⟦Čúť</p>",
    ):
        assert raw(planted), planted

    assert not raw(
        '<html lang="en-xa"><p>⟦Ďéář <b>Ada Kolibri⟧</b>, 12:30</p><kbd>c</kbd>'
        '<a data-module="/static/a.js" data-id="7c" title="⟦Šéńď⟧">⟦Áďá ẋẋ⟧</a>'
        '<button lang="es">Español</button><p>ada@kolibri.example</p>'
    )
