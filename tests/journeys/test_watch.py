"""The watch over every journey sees what it is there for."""

from collections.abc import Iterator

import pytest

from tests.journeys.browsers import Watch, result
from tests.journeys.house import House


@pytest.fixture
def apart(house: House) -> Iterator[House]:
    """The same clinic, with a watch of its own."""
    apart = House(house.portal, house.browser, Watch(), house.sign_ins)
    yield apart
    apart.close()


@pytest.mark.parametrize(
    ("mischief", "seen"),
    [
        ("() => { setTimeout(() => alert('boo')) }", "a dialog: alert"),
        ("() => { setTimeout(() => { throw new Error('oh') }) }", "a script failed"),
        ("() => { fetch('https://evil.example/').catch(() => {}) }", "Content Security Policy"),
        ("() => { new Image().src = 'https://evil.example/x' }", "Content Security Policy"),
        ("() => { setTimeout(() => { document.body.innerHTML = '<p>' }) }", "TrustedHTML"),
    ],
)
def test_mischief_is_seen(apart: House, mischief: str, seen: str):
    page = apart.device()
    page.goto("/")
    assert apart.watch.faults == []

    result(page, mischief)
    page.wait_for_timeout(200)

    assert any(seen in fault for fault in apart.watch.faults), apart.watch.faults


def test_a_stranger_who_is_asked_is_seen(apart: House):
    page = apart.device()

    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://evil.example/")

    assert apart.watch.hosts == {"evil.example"}
