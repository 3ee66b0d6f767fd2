"""One Chromium and one demo clinic for all journeys, and a watch that nobody has to ask for."""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys import browsers
from tests.journeys.browsers import Watch
from tests.journeys.house import House, clinic

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FIGURES: list[str] = []


@pytest.fixture(scope="session")
def watch() -> Watch:
    """What browsers did that nobody asked for."""
    return Watch()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium."""
    if why := browsers.missing():
        pytest.skip(why)
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def filming(chromium: "Browser") -> Iterator["Browser"]:
    """A browser with a made-up camera. It shares the driver of the other one."""
    browser = chromium.browser_type.launch(
        executable_path=str(browsers.CHROMIUM),
        chromium_sandbox=False,
        headless=True,
        args=[*browsers.FLAGS, *browsers.FILMING],
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def served(chromium: "Browser", watch: Watch) -> Iterator[House]:
    """The demo clinic, served until the session ends."""
    with clinic(chromium, watch) as house:
        yield house


@pytest.fixture
def house(served: House) -> Iterator[House]:
    """The demo clinic; the browsers of this test are shut after it."""
    yield served
    served.close()


@pytest.fixture(scope="session")
def studio(filming: "Browser", watch: Watch) -> Iterator[House]:
    """A clinic whose people have cameras."""
    with clinic(filming, watch) as house:
        yield house


@pytest.fixture(autouse=True)
def nothing_odd_happened(watch: Watch) -> Iterator[None]:
    """A host of others, a dialog, an error in the console or a broken policy fails the test."""
    yield
    hosts, faults = watch.hosts - {"localhost"}, watch.faults.copy()
    watch.hosts.clear()
    watch.faults.clear()
    assert not hosts, f"somebody else was asked: {hosts}"
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def figures() -> list[str]:
    """Lines of figures that are told at the end."""
    return FIGURES


@pytest.fixture
def chance() -> random.Random:
    """The same chance in every run."""
    return random.Random(20_261_122)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the run."""
    if FIGURES:
        terminalreporter.section("figures")
        for row in FIGURES:
            terminalreporter.write_line(row)
