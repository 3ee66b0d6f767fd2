"""A visit between two homes whose networks break: it goes on, and nobody is let in again."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.campaigns.portals import Portal
from tests.journeys import browsers, networks, video
from tests.journeys.browsers import Watch, result
from tests.journeys.house import House
from tests.journeys.networks import Road

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.feature("V7"), pytest.mark.timeout(400)]

ADMISSIONS = """
import django
django.setup()
from portal.audit.models import Entry
print(Entry.objects.filter(event="visit.admitted").count())
"""
USED = """async (address) => {
  const report = await window.peers.at(-1).getStats();
  let found = false;
  report.forEach((one) => {
    const pair = one.type === "transport" && report.get(one.selectedCandidatePairId);
    if (pair && report.get(pair.localCandidateId).address === address) found = true;
  });
  return found;
}"""
HEALED = 60_000
"""Milliseconds. A path is missed after some five seconds and looked for after two more."""


@dataclass
class Call:
    """A visit in the middle of it."""

    road: Road
    portal: Portal
    patient: "Page"
    clinician: "Page"
    admitted: int
    """How often anybody was let in, over all visits, once this talk had begun."""

    @property
    def pages(self) -> tuple["Page", "Page"]:
        """Both sides."""
        return self.patient, self.clinician

    def until(self, page: "Page", expression: str) -> None:
        """This has come true on the page."""
        end = time.monotonic() + HEALED / 1000
        while not result(page, expression):
            assert time.monotonic() < end, expression
            page.wait_for_timeout(300)

    def is_missed(self) -> None:
        """Both pages say that the connection broke off."""
        for page in self.pages:
            video.line(page, "mending")
            page.locator("main").get_by_text("The connection broke off").wait_for()

    def goes_on(self, *, connections: int | None = 1) -> None:
        """Pictures come on both sides, over so many connections, and nobody was let in again."""
        for page in self.pages:
            page.locator('[data-line="live"]').wait_for(timeout=HEALED)
            assert video.moves(page)
            assert connections in {None, result(page, "window.peers.length")}
        assert admissions(self.portal) == self.admitted


def admissions(portal: Portal) -> int:
    """How often somebody was let into a visit."""
    return int(portal.run("-c", ADMISSIONS))


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal that answers at its address on the road."""
    if why := networks.lacking():
        pytest.skip(why)
    with Portal() as portal:
        port = portal.ports[0]
        portal.environment["PORTAL_HOSTS"] = f"localhost,127.0.0.1,{networks.PORTAL}"
        portal.environment["PORTAL_ORIGINS"] = f"http://{networks.PORTAL}:{port}"
        portal.manage("demo")
        portal.start()
        yield portal


@pytest.fixture(scope="module")
def sides(
    chromium: "Browser", portal: Portal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Road, House, House]]:
    """Two homes, a browser in each."""
    port = portal.ports[0]
    address = f"http://{networks.PORTAL}:{port}"
    flags = [
        *(flag for flag in browsers.FLAGS if "host-resolver" not in flag),
        *browsers.FILMING,
        f"--unsafely-treat-insecure-origin-as-secure={address}",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
    ]
    opened: list[Browser] = []
    with networks.road(tmp_path_factory.mktemp("homes"), browsers.CHROMIUM, port) as road:
        try:
            for home in (road.patient, road.clinic):
                browser = chromium.browser_type.launch(
                    executable_path=str(home.program),
                    chromium_sandbox=False,
                    headless=True,
                    args=flags,
                )
                opened.append(browser)
            patients, clinic = (House(portal, each, Watch(), address=address) for each in opened)
            for house in (patients, clinic):
                house.learn()
            yield road, patients, clinic
        finally:
            for browser in opened:
                browser.close()


@pytest.fixture
def call(sides: tuple[Road, House, House]) -> Iterator[Call]:
    """Ada at home and Dr Okafor at the clinic see each other."""
    road, patients, clinic = sides
    path = video.book(patients, "ada")
    patient = video.arrive(patients, "ada", path)
    clinician = video.enter(clinic, "okafor", path)
    video.admit(clinician)
    for page in (patient, clinician):
        video.see(page)
        video.line(page, "live")
    yield Call(road, patients.portal, patient, clinician, admissions(patients.portal))
    for house in (patients, clinic):
        house.close()
    road.mend()
    assert patients.watch.faults + clinic.watch.faults == []


def test_a_path_that_broke_and_came_back_is_found_again(call: Call):
    call.road.block()
    call.is_missed()
    call.patient.wait_for_timeout(6_000)
    call.road.open()

    call.goes_on()


def test_a_path_that_stays_broken_is_tried_anew_until_it_is_there(call: Call):
    call.road.block()
    call.is_missed()
    call.until(call.clinician, "window.peers.length > 1")
    call.road.open()

    call.goes_on(connections=None)


@pytest.mark.parametrize("side", ["patient", "clinic"])
def test_whoever_loses_portal_and_path_at_once_is_back_in_the_talk(call: Call, side: str):
    home = call.road.patient if side == "patient" else call.road.clinic
    page = call.patient if side == "patient" else call.clinician
    home.unplug()
    page.locator("[data-socket=lost]").wait_for(timeout=HEALED)
    home.plug_in()

    call.goes_on(connections=None)


def test_whoever_goes_from_the_house_to_the_street_is_back_in_the_talk(call: Call):
    call.road.patient.reached_by(1)
    call.until(call.patient, f"({USED})('{call.road.patient.address(1)}')")

    call.goes_on()
