"""Every state of a visit: for pictures, with a made-up camera.

Each state is reached as people reach it, on a visit of its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.journeys import video
from tests.journeys.house import House
from tests.journeys.pages import Scene

if TYPE_CHECKING:
    from playwright.sync_api import Page

Act = Callable[[House, "Page"], None]

NO_CAMERA = """navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException("no", "NotAllowedError"))"""
UNABLE = "delete window.RTCPeerConnection"


def visit(then: Act | None = None, *, who: str = "ada", minutes: int = 5, script: str = "") -> Act:
    """The page of a fresh visit of Ada's with Dr Okafor, and what happens on it then."""

    def act(house: House, page: "Page") -> None:
        path = video.book(house, who, minutes=minutes)
        page.add_init_script(script or "0")
        page.goto(path)
        page.locator("[data-socket=live]").wait_for()
        if then:
            then(house, page)

    return act


def check(then: Act | None = None, script: str = "") -> Act:
    """The page that tries the devices."""

    def act(house: House, page: "Page") -> None:
        page.add_init_script(script or "0")
        page.goto(video.book(house, "ada") + "check/")
        if then:
            then(house, page)

    return act


def checked(house: House, page: "Page") -> None:
    """Everything works."""
    page.get_by_role("button", name="Start the check").click()
    page.locator("main").get_by_text("answers come quickly").wait_for()
    page.get_by_role("button", name="Play three notes").click()
    page.get_by_role("button", name="Yes").click()


def not_checked(house: House, page: "Page") -> None:
    """The camera is not allowed."""
    page.get_by_role("button", name="Start the check").click()
    page.locator("main").get_by_text("This page may not use it").first.wait_for()


def waits(house: House, page: "Page") -> None:
    """She is in the waiting room."""
    page.get_by_role("button", name="Go to the waiting room").click()
    page.get_by_role("heading", name="You are in the waiting room").wait_for()


def noted(house: House, page: "Page") -> None:
    """She is told that it takes ten minutes more."""
    waits(house, page)
    desk = house.open("okafor", "/visits/arrivals/")
    row = desk.locator(f'[data-visit="{page.url.split("/")[-2]}"]')
    row.get_by_text("Send a note").click()
    row.get_by_label("About ten minutes late").check()
    row.get_by_role("button", name="Send the note").click()
    page.locator("main").get_by_text("We are about ten minutes late").wait_for()


def declined(house: House, page: "Page") -> None:
    """The visit does not take place."""
    waits(house, page)
    desk = house.open("okafor", page.url)
    desk.get_by_text("This visit cannot be held now").click()
    why = desk.locator('[data-command="visits.decline"] [name=why]').first
    if why.get_attribute("type") == "radio":
        why.check()
    desk.locator('[data-command="visits.decline"] button').first.click()
    page.get_by_role("heading", level=1).first.wait_for()


def meets(house: House, page: "Page") -> "Page":
    """Both see each other. Returns the other side's page."""
    waits(house, page)
    theirs = video.enter(house, "okafor", page.url)
    video.admit(theirs)
    for each in (page, theirs):
        video.see(each)
        video.line(each, "live")
    return theirs


def talks(house: House, page: "Page") -> None:
    """She is in the call."""
    meets(house, page)


def dark(house: House, page: "Page") -> None:
    """The other's camera and microphone are off."""
    theirs = meets(house, page)
    theirs.get_by_role("button", name="Camera off").click()
    theirs.get_by_role("button", name="Mute").click()
    page.locator("main").get_by_text("has the camera off").wait_for()


def mends(house: House, page: "Page") -> None:
    """The path broke."""
    theirs = meets(house, page)
    theirs.evaluate("window.peers.at(-1).close()")
    video.line(page, "mending")


def alone(house: House, page: "Page") -> None:
    """The portal is out of reach, the talk goes on."""
    meets(house, page)
    page.context.set_offline(True)
    page.locator("[data-socket=lost]").wait_for()


def devices(house: House, page: "Page") -> None:
    """Devices are chosen."""
    meets(house, page)
    page.get_by_role("button", name="Devices").click()
    page.get_by_role("heading", name="Devices").wait_for()


def leaves(house: House, page: "Page") -> None:
    """She left."""
    meets(house, page)
    page.get_by_role("button", name="Leave", exact=True).click()
    page.get_by_role("heading", name="You left the call").wait_for()


def ends(house: House, page: "Page") -> None:
    """It is over."""
    theirs = meets(house, page)
    theirs.get_by_role("button", name="End for all").click()
    theirs.get_by_role("button", name="End the visit").click()
    page.get_by_role("heading", name="The visit is over").wait_for()


def other_device(house: House, page: "Page") -> None:
    """She sits there on another device."""
    waits(house, page)
    second = house.open("ada", page.url)
    second.get_by_role("button", name="Use this device").click()
    page.get_by_role("heading", name="another device").wait_for()


def with_patient(then: Callable[["Page", "Page"], None]) -> Act:
    """The same from the clinician's side: their page, while Ada comes on hers."""

    def act(house: House, page: "Page") -> None:
        hers = house.open("ada", page.url)
        hers.locator("[data-socket=live]").wait_for()
        waits(house, hers)
        page.get_by_role("heading", name="is here").wait_for()
        then(page, hers)

    return act


def admits(page: "Page", hers: "Page") -> None:
    """They are in the call."""
    video.admit(page)
    for each in (page, hers):
        video.see(each)
        video.line(each, "live")


def asks_to_end(page: "Page", hers: "Page") -> None:
    """It is about to end."""
    admits(page, hers)
    page.get_by_role("button", name="End for all").click()
    page.get_by_role("button", name="End the visit").wait_for()


def ended(page: "Page", hers: "Page") -> None:
    """It is over."""
    asks_to_end(page, hers)
    page.get_by_role("button", name="End the visit").click()
    page.get_by_role("heading", name="The visit is over").wait_for()


def rings(house: House, page: "Page") -> None:
    """Somebody came while another page was open."""
    hers = house.open("ada", video.book(house, "ada"))
    hers.locator("[data-socket=live]").wait_for()
    waits(house, hers)
    page.locator(".bell").get_by_text("Ada Marsh").first.wait_for()


def arrived(house: House, page: "Page") -> None:
    """The board with somebody on it."""
    hers = house.open("ada", video.book(house, "ada"))
    hers.locator("[data-socket=live]").wait_for()
    waits(house, hers)
    page.get_by_text("Waits since").first.wait_for()


ROOMS = [
    Scene("check", "ada", "about:blank", check()),
    Scene("check-good", "ada", "about:blank", check(checked)),
    Scene("check-refused", "ada", "about:blank", check(not_checked, NO_CAMERA)),
    Scene("visit-early", "ada", "about:blank", visit(minutes=300)),
    Scene("visit-door", "ada", "about:blank", visit()),
    Scene("visit-waiting", "ada", "about:blank", visit(waits)),
    Scene("visit-waiting-note", "ada", "about:blank", visit(noted)),
    Scene("visit-declined", "ada", "about:blank", visit(declined)),
    Scene("visit-live", "ada", "about:blank", visit(talks, script=video.PEERS)),
    Scene("visit-live-dark", "ada", "about:blank", visit(dark, script=video.PEERS)),
    Scene("visit-mending", "ada", "about:blank", visit(mends, script=video.PEERS)),
    Scene("visit-offline", "ada", "about:blank", visit(alone, script=video.PEERS)),
    Scene("visit-devices", "ada", "about:blank", visit(devices, script=video.PEERS)),
    Scene("visit-left", "ada", "about:blank", visit(leaves, script=video.PEERS)),
    Scene("visit-ended", "ada", "about:blank", visit(ends, script=video.PEERS)),
    Scene("visit-elsewhere", "ada", "about:blank", visit(other_device)),
    Scene("staff-visit-early", "okafor", "about:blank", visit(minutes=300)),
    Scene("staff-visit-expect", "okafor", "about:blank", visit()),
    Scene(
        "staff-visit-ready", "okafor", "about:blank", visit(with_patient(lambda page, hers: None))
    ),
    Scene("staff-visit-live", "okafor", "about:blank", visit(with_patient(admits))),
    Scene("staff-visit-ending", "okafor", "about:blank", visit(with_patient(asks_to_end))),
    Scene("staff-visit-ended", "okafor", "about:blank", visit(with_patient(ended))),
    Scene("staff-arrivals", "okafor", "/visits/arrivals/", arrived),
    Scene("staff-arrivals-desk", "becker", "/visits/arrivals/"),
    Scene("staff-arrivals-none", "lindqvist", "/visits/arrivals/"),
    Scene("staff-bell", "okafor", "/threads/", rings),
]
