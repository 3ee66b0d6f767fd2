"""The report of who looked, as tests read it."""

import re
from html import unescape

from django.urls import reverse

from patients import readings
from patients.readings import Sought
from tests.cast import browser


def page_of(someone, record, **sought):
    """The page, as this person's browser gets it."""
    return browser(someone).get(reverse("patients:report", args=[record]), sought)


def text_of(response):
    """The page as it is read, without tags, in single spaces."""
    body = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def told(cast, **sought):
    """Every line of Ada's report: who, as what, which sentence, how often."""
    page = readings.report(cast.ada.actor, cast.ada_record, Sought(**sought))
    return [
        (each.whom.name, each.whom.sort, line.words, line.times)
        for day in page.days
        for each in day.people
        for line in each.lines
    ]


def lines_by(cast, someone, words):
    """The lines of one person that say this."""
    page = readings.report(cast.ada.actor, cast.ada_record, Sought(who=someone.id))
    return [
        line
        for day in page.days
        for each in day.people
        for line in each.lines
        if line.words == words
    ]
