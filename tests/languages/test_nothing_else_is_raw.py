"""Letters, calendar files, refusals, sockets and the log, accented: no word of them is raw."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from portal.accounts import actions as accounts
from portal.audit.vocabulary import events
from portal.kernel import door, plugs
from portal.kernel.catalogues import ACCENTED
from portal.kernel.ids import new_id
from portal.kernel.wording import said
from portal.notifications.selectors import written
from portal.outbox import actions as outbox
from tests.architecture.access import SCENES, table
from tests.cast import WORK
from tests.harness.live import Refused, live
from tests.languages.crawl import DATA, accented, refusals
from tests.languages.raw import raw_file, raw_texts, strings
from tests.portal.notifications.test_every_letter import AT, NOTE, fillings
from tests.scheduling.world import Times

pytestmark = pytest.mark.feature("X3")
FRAMES = [row for row in table().values() if row.asked.startswith(("follow", "do"))]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(plugs.letters()))
def test_no_letter_says_a_raw_word(kind, ada):
    door.run(accounts.set_language, ada.actor, ACCENTED)
    for params in fillings(plugs.letters()[kind]):
        given: Any = {"params": params, "until": AT + timedelta(days=1), "key": new_id().hex}
        letter = written(door.run(outbox.post, WORK, kind, to=ada.id, **given))

        # What is signed and what is copied stand on lines of their own.
        body = letter.body.replace(NOTE.strip(), "")
        assert not raw_texts([letter.subject, body], (*DATA, "New York"))
        if letter.attachment:
            assert not raw_file(letter.attachment[2], (*DATA, "New York"))


@pytest.mark.pure
def test_no_refusal_is_told_in_raw_words():
    with translation.override(ACCENTED):
        found = {
            f"{each.__module__}.{each.__name__}: {rest}"
            for each in refusals()
            for rest in raw_texts([said(each.sentence)])
        }

    assert not found, "\n".join(sorted(found))


@pytest.mark.pure
def test_no_act_is_told_of_in_raw_words():
    with translation.override(ACCENTED):
        found = {
            str(spec.event): rest
            for spec in events().values()
            for words in (spec.meaning, spec.told, spec.tries)
            if words and (rest := raw_texts([gettext(words)]))
        }

    assert not found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", FRAMES, ids=lambda row: row.asked)
async def test_no_frame_says_a_raw_word(row, quiet):
    someone = quiet.cast.people[next(key for key, cell in row.cells.items() if cell[:2] != "no")]
    await asyncio.to_thread(door.run, accounts.set_language, someone.actor, ACCENTED)
    ask = await asyncio.to_thread(SCENES[row.asked], quiet, someone, "")
    async with live(someone) as page:
        if row.asked.startswith("do"):
            for fields in (ask.fields, {}):
                try:
                    await page.do(row.asked.split()[1], **fields)
                except Refused:
                    continue
        else:
            await page.follow(ask.where)
            await page.hear("items", topic=ask.where)

    assert not raw_texts([*strings(page.frames)], DATA)


@pytest.mark.django_db
def test_the_file_of_a_visit_says_no_raw_word(quiet):
    times = Times(quiet)
    row = times.book(times.open())
    times.cancel(row)

    made = accented(quiet.cast.ada).get(f"/visits/{row.pk}/appointment.ics")

    assert made.headers["Content-Type"].startswith("text/calendar")
    assert b"SUMMARY" in made.content
    assert not raw_file(made.content, DATA)
