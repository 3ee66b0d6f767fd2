"""A video visit in two browsers, from the device check to the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys import video
from tests.journeys.browsers import PHONE, result
from tests.journeys.house import House
from tests.journeys.video import book, frames, line, moves, see

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocket

pytestmark = pytest.mark.feature("V4")


@pytest.fixture
def house(studio: House) -> Iterator[House]:
    """The clinic; the browsers of this test are shut after it."""
    yield studio
    studio.close()


def heard(page: "Page") -> list[str]:
    """Every frame that the server sends to this page from now on."""
    frames: list[str] = []

    def listen(socket: "WebSocket") -> None:
        socket.on("framereceived", lambda payload: frames.append(str(payload)))

    page.on("websocket", listen)
    return frames


@pytest.mark.feature("V1", "V2")
def test_a_visit_from_the_door_to_the_end(house: House, figures: list[str]):
    path = book(house, "ada")
    hers = house.open("ada", "about:blank", size=PHONE)
    hers.add_init_script(video.PEERS)
    told = heard(hers)
    hers.goto(path)
    hers.get_by_role("button", name="Go to the waiting room").click()
    hers.get_by_role("heading", name="You are in the waiting room").wait_for()
    theirs = video.enter(house, "okafor", path)
    theirs.get_by_role("heading", name="is here").wait_for()
    hers.wait_for_timeout(500)
    before = [frame for frame in told if "candidate" in frame or "sdp" in frame or "ice_" in frame]
    assert before == []

    pressed = result(theirs, "Date.now()")
    video.admit(theirs)
    firsts = [see(page) - pressed for page in (hers, theirs)]
    figures.append(
        f"visit: admit to first picture, patient {firsts[0]:.0f} ms, clinician {firsts[1]:.0f} ms"
    )
    for page in (hers, theirs):
        assert moves(page)
        counted = result(page, video.COUNTS)
        assert counted["sound"] > 0
        assert counted["dtls"] == "connected"
        assert counted["cipher"]
    hers.locator("[data-quality] span:visible").get_by_text("Good line").wait_for()

    theirs.get_by_role("button", name="End for all").click()
    theirs.get_by_role("button", name="End the visit").click()
    for page in (hers, theirs):
        page.get_by_role("heading", name="The visit is over").wait_for()
    hers.reload()
    hers.get_by_role("heading", name="The visit is over").wait_for()
    assert hers.get_by_role("button", name="Come back in").count() == 0
    there = hers.get_by_role("region", name="Who was there").inner_text()
    assert "Ada Marsh" in there
    assert "Okafor" in there


def test_mute_camera_screen_and_devices(house: House):
    hers, theirs = video.talk(house, "imani", book(house, "imani"))

    hers.get_by_role("button", name="Mute").click()
    theirs.locator("main").get_by_text("has the microphone off").wait_for()
    hers.get_by_role("button", name="Unmute").click()
    theirs.locator("main").get_by_text("has the microphone off").wait_for(state="hidden")
    hers.get_by_role("button", name="Camera off").click()
    theirs.locator("main").get_by_text("has the camera off").wait_for()
    hers.get_by_role("button", name="Camera on").click()
    theirs.locator("main").get_by_text("has the camera off").wait_for(state="hidden")
    see(theirs)
    theirs.get_by_role("button", name="Share screen").click()
    hers.locator("[data-screen]:not([hidden])").wait_for()
    theirs.get_by_role("button", name="Stop sharing").click()
    hers.locator("[data-screen]").wait_for(state="hidden")
    hers.get_by_role("button", name="Devices").click()
    hers.get_by_role("heading", name="Devices").wait_for()
    picker = hers.get_by_label("Camera", exact=True)
    picker.select_option(index=picker.locator("option").count() - 1)
    hers.get_by_role("button", name="Done").click()
    see(theirs)
    assert moves(theirs)


@pytest.mark.feature("V7")
def test_a_page_that_is_loaded_anew_is_back_without_being_let_in_again(
    house: House, figures: list[str]
):
    hers, theirs = video.talk(house, "ada", book(house, "ada"))

    from_ = result(hers, "Date.now()")
    hers.reload()
    back = see(hers)

    figures.append(f"visit: loaded anew to the first picture {back - from_:.0f} ms")
    line(theirs, "live")
    see(theirs)
    assert moves(theirs)


@pytest.mark.feature("V7")
def test_a_second_device_takes_the_seat_over(house: House):
    path = book(house, "imani")
    hers, theirs = video.talk(house, "imani", path)
    phone = video.enter(house, "imani", path, size=PHONE)
    phone.get_by_role("heading", name="open on another device").wait_for()
    assert frames(hers) > 0

    phone.get_by_role("button", name="Use this device").click()

    see(phone)
    see(theirs)
    hers.get_by_role("heading", name="open on another device").wait_for()
    hers.wait_for_timeout(1_500)
    assert moves(phone)


@pytest.mark.feature("V7")
def test_the_talk_goes_on_while_the_portal_is_away(house: House):
    hers, theirs = video.talk(house, "ada", book(house, "ada"))

    hers.context.set_offline(True)
    hers.locator("[data-socket=lost]").wait_for()
    assert moves(hers)
    hers.context.set_offline(False)
    hers.locator("[data-socket=live]").wait_for()
    hers.wait_for_timeout(1_500)

    assert moves(hers)
    assert moves(theirs)
    hers.get_by_role("button", name="Camera off").click()
    theirs.locator("main").get_by_text("has the camera off").wait_for()


@pytest.mark.feature("V7")
def test_a_path_that_cannot_be_mended_leads_to_a_new_meeting(house: House, figures: list[str]):
    hers, theirs = video.talk(house, "imani", book(house, "imani"))

    result(hers, "window.peers.at(-1).close()")
    started = result(theirs, "Date.now()")
    line(theirs, "mending")
    theirs.locator("main").get_by_text("The connection broke off").wait_for()
    for _ in range(120):
        if result(hers, "window.peers.length") > 1:
            break
        hers.wait_for_timeout(500)

    back = see(theirs)
    figures.append(f"visit: one side's connection dead, seen again after {back - started:.0f} ms")
    see(hers)
    assert moves(theirs)


def test_leaving_and_coming_back_needs_a_new_admission(house: House):
    hers, theirs = video.talk(house, "imani", book(house, "imani"))

    hers.get_by_role("button", name="Leave", exact=True).click()
    hers.get_by_role("heading", name="You left the call").wait_for()
    theirs.locator("main").get_by_text("is not connected at the moment").wait_for()
    hers.get_by_role("button", name="Come back in").click()
    hers.get_by_role("heading", name="You are in the waiting room").wait_for()
    video.admit(theirs)

    see(hers)
    see(theirs)


@pytest.mark.feature("V2")
def test_who_arrives_is_shown_and_may_be_told_how_long(house: House):
    board = house.open("okafor", "/visits/arrivals/")
    board.get_by_text("Live: whoever arrives").wait_for()
    path = book(house, "ada")
    hers = video.arrive(house, "ada", path)
    row = board.locator(f'[data-visit="{path.split("/")[2]}"]')
    row.get_by_text("Waits since").wait_for()

    row.get_by_text("Send a note").click()
    row.get_by_label("About ten minutes late").check()
    row.get_by_role("button", name="Send the note").click()
    hers.locator("main").get_by_text("We are about ten minutes late").wait_for()
    row.get_by_role("button", name="Let in").click()

    board.locator(".call").wait_for()
    see(hers)


@pytest.mark.feature("V2")
def test_wherever_the_clinician_is_who_waits_is_told_and_nothing_jumps(house: House):
    path = book(house, "ada")
    desk = house.open("okafor", "/threads/")
    bell = desk.locator(".bell")
    assert not bell.is_visible()
    before = desk.locator("main").bounding_box()

    hers = video.arrive(house, "ada", path)
    bell.get_by_text("Ada Marsh").first.wait_for()
    assert desk.locator("main").bounding_box() == before
    said = desk.get_by_role("status").filter(has_text="Ada Marsh")
    said.wait_for(state="attached")
    assert hers.locator(".bell").count() == 0

    bell.get_by_role("button", name="Not now").click()
    bell.wait_for(state="hidden")
    desk.goto("/calendar/")
    desk.wait_for_timeout(1_500)
    assert not bell.is_visible()
    assert said.count() == 0
    result(desk, "sessionStorage.clear()")
    desk.reload()
    bell.get_by_role("link", name="Let in").click()
    desk.get_by_role("heading", name="is here").wait_for()
    assert desk.url.endswith(path)
    desk.wait_for_timeout(1_000)
    assert not bell.is_visible()
    video.admit(desk)
    see(hers)


@pytest.mark.feature("V17")
def test_the_opening_questions_are_written_down_during_the_call(house: House):
    hers, theirs = video.talk(house, "ada", book(house, "ada"))

    theirs.get_by_label("Name is right").check()
    theirs.get_by_label("Birth date is right").check()
    theirs.get_by_label("Where are you now?").fill("Mill Lane 3, Larkfield")
    theirs.get_by_label("Yes", exact=True).check()
    theirs.get_by_role("button", name="Write it down").click()
    theirs.locator("main").get_by_text("Saved.").wait_for()

    assert moves(hers)
    theirs.reload()
    see(theirs)
    assert theirs.get_by_label("Where are you now?").input_value() == "Mill Lane 3, Larkfield"
