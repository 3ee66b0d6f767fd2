"""The call between two pages; a bridge carries its signals, and loses, repeats or delays them."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.browsers import Watch, result
from tests.shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.feature("V4")

STATIC = ROOT / "scheduling" / "visits" / "static" / "visits"
PATIENCE = 20_000
BED = """<!doctype html><html lang="en"><title>Bed</title>
<video id="theirs" autoplay playsinline muted></video><video id="screen" autoplay playsinline muted>
</video></html>"""
SET = """async ({ polite }) => {
  const { makeCall } = await import("/static/visits/call.js");
  const media = await import("/static/visits/media.js");
  const bridge = new BroadcastChannel("bridge");
  const room = window.room = {
    polite, lines: [], sent: [], taken: [], media: null, deaf: false, twice: false, late: 0,
  };
  const theirs = document.getElementById("theirs"), screen = document.getElementById("screen");
  const call = room.call = makeCall({
    send: (envelope) => {
      room.sent.push(envelope);
      if (room.deaf) return;
      for (let time = 0; time < (room.twice ? 2 : 1); time++)
        setTimeout(() => bridge.postMessage(envelope), Math.random() * room.late);
    },
    picture: (stream) => { if (theirs.srcObject !== stream) theirs.srcObject = stream; },
    screen: (stream) => { screen.srcObject = stream; },
    media: (told) => { room.media = told; },
    line: (line) => room.lines.push(line),
  });
  bridge.onmessage = ({ data }) => { room.taken.push(data); call.take(data); };
  room.film = async () => {
    const { microphone, camera } = await media.takeBoth({ microphone: "", camera: "" });
    await call.use("microphone", microphone.track);
    await call.use("camera", camera.track);
  };
  room.meet = (epoch) => call.meet({ epoch, polite, servers: [] });
}"""
FRAMES = """(id) => new Promise((done, failed) => {
  const video = document.getElementById(id), from = performance.now();
  setTimeout(() => failed(new Error("no picture")), 15_000);
  video.requestVideoFrameCallback(() => done(performance.now() - from));
})"""
NAMES = r"""room.sent.filter(({ signal }) => signal.sdp)
  .map(({ signal }) => /ice-ufrag:(\S+)/.exec(signal.sdp)?.[1])"""
DECODED = """async () => {
  let frames = 0, sound = 0;
  const report = await room.call.stats();
  report?.forEach((one) => {
    if (one.type === "inbound-rtp" && one.kind === "video") frames += one.framesDecoded ?? 0;
    if (one.type === "inbound-rtp" && one.kind === "audio") sound += one.packetsReceived ?? 0;
  });
  return [frames, sound];
}"""


def _serve(route: "Route") -> None:
    name = route.request.url.rpartition("/")[2]
    if name.endswith(".js"):
        route.fulfill(path=STATIC / name, content_type="text/javascript")
    else:
        route.fulfill(body=BED, content_type="text/html")


@pytest.fixture
def beds(filming: "Browser", watch: Watch) -> Iterator["BrowserContext"]:
    """Pages that hold nothing but the call's own modules."""
    context = filming.new_context()
    context.set_default_timeout(PATIENCE)
    watch.over(context)
    context.route("**/*", _serve)
    yield context
    context.close()


@pytest.fixture
def pair(beds: "BrowserContext") -> tuple["Page", "Page"]:
    """Two pages that film, and have not met."""
    return seat(beds, polite=True), seat(beds, polite=False)


def seat(beds: "BrowserContext", *, polite: bool) -> "Page":
    """A page that films."""
    page = beds.new_page()
    page.goto("http://localhost/bed/")
    result(page, SET, {"polite": polite})
    result(page, "room.film()")
    return page


def meet(*pages: "Page", epoch: int = 1) -> None:
    """Each was told of this epoch."""
    for page in pages:
        result(page, "(epoch) => room.meet(epoch)", epoch)


def see(page: "Page", what: str = "theirs") -> float:
    """Milliseconds until the next picture of theirs is on the screen."""
    waited: float = result(page, FRAMES, what)
    return waited


def decoded(page: "Page") -> tuple[int, int]:
    """Frames decoded and packets of sound received so far."""
    frames, sound = result(page, DECODED)
    return frames, sound


def until(page: "Page", expression: str) -> None:
    """This is true on the page."""
    page.wait_for_function(expression, timeout=PATIENCE)


def test_two_pages_see_and_hear_each_other(pair: tuple["Page", "Page"], figures: list[str]):
    started = time.monotonic()
    meet(*pair)
    for page in pair:
        see(page)
    took = (time.monotonic() - started) * 1000
    figures.append(f"call: told to meet, to both pictures: {took:.0f} ms")
    for page in pair:
        until(page, "room.call.line() === 'live'")
        page.wait_for_timeout(500)

        frames, sound = decoded(page)
        assert frames > 0
        assert sound > 0
        assert result(page, "room.media") == {
            "kind": "media",
            "microphone": True,
            "camera": True,
            "screen": "",
        }


def test_it_does_not_matter_who_was_told_first(pair: tuple["Page", "Page"]):
    polite, firm = pair
    meet(firm)
    firm.wait_for_timeout(300)
    meet(polite)
    for page in pair:
        see(page)


def test_what_is_of_another_epoch_is_dropped(pair: tuple["Page", "Page"]):
    polite = pair[0]
    meet(*pair)
    see(polite)
    old = result(polite, "room.taken")
    meet(*pair, epoch=2)
    for page in pair:
        see(page)

    result(polite, "(old) => { for (const envelope of old) room.call.take(envelope); }", old)
    polite.wait_for_timeout(500)

    assert result(polite, "room.call.line()") == "live"
    see(polite)


def test_signals_may_come_twice_and_in_any_order(pair: tuple["Page", "Page"]):
    for page in pair:
        result(page, "() => { room.twice = true; room.late = 250; }")
    meet(*pair)

    for page in pair:
        see(page)


def test_signals_that_were_lost_are_made_up_for(pair: tuple["Page", "Page"]):
    firm = pair[1]
    result(firm, "() => { room.deaf = true; }")
    meet(*pair)
    firm.wait_for_timeout(1_500)
    result(firm, "() => { room.deaf = false; room.call.mend(); }")

    for page in pair:
        see(page)


def test_both_may_share_a_screen_at_once(pair: tuple["Page", "Page"]):
    meet(*pair)
    for page in pair:
        see(page)

    share = """async () => {
      const { takeScreen } = await import("/static/visits/media.js");
      room.screen = await takeScreen();
      await room.call.use("screen", room.screen);
    }"""
    for page in pair:
        page.evaluate(share)
    for page in pair:
        see(page, "screen")
        see(page)
        assert result(page, "room.media.screen") != ""
    result(pair[0], "room.call.use('screen', null)")
    until(pair[1], "room.media.screen === '' && !document.getElementById('screen').srcObject")
    see(pair[1])
    pair[0].evaluate(share)
    see(pair[1], "screen")


def test_a_device_is_changed_without_a_new_negotiation(pair: tuple["Page", "Page"]):
    polite, firm = pair
    meet(*pair)
    see(polite)
    until(firm, "room.call.line() === 'live'")
    offers = "room.sent.filter(({ signal }) => signal.kind === 'offer').length"
    before = result(firm, offers)

    result(
        firm,
        """async () => {
      const { list, take } = await import("/static/visits/media.js");
      const cameras = await list("camera");
      const { track } = await take("camera", cameras.at(-1).deviceId);
      await room.call.use("camera", track);
    }""",
    )
    see(polite)

    assert result(firm, offers) == before


def test_the_other_side_is_told_of_mute_and_of_a_dark_camera(pair: tuple["Page", "Page"]):
    polite, firm = pair
    meet(*pair)
    see(polite)
    result(firm, "room.call.use('microphone', null)")
    result(firm, "room.call.use('camera', null)")

    until(polite, "room.media.microphone === false && room.media.camera === false")
    result(firm, "room.film()")
    until(polite, "room.media.camera === true")
    see(polite)


def test_a_page_that_was_loaded_anew_meets_in_the_next_epoch(
    beds: "BrowserContext", pair: tuple["Page", "Page"], figures: list[str]
):
    polite, firm = pair
    meet(*pair)
    see(firm)
    polite.close()
    again = seat(beds, polite=True)
    started = time.monotonic()
    meet(firm, again, epoch=2)

    see(again)
    see(firm)
    figures.append(f"call: loaded anew, met again in {(time.monotonic() - started) * 1000:.0f} ms")


def test_a_new_path_is_looked_for_while_the_talk_goes_on(pair: tuple["Page", "Page"]):
    meet(*pair)
    for page in pair:
        see(page)
        until(page, "room.call.line() === 'live'")
    for page in pair:
        result(page, "room.call.mend()")
        page.wait_for_timeout(800)
        see(page)
        assert result(page, "room.call.line()") == "live"
    assert len(set(result(pair[1], NAMES))) > 1


def test_without_a_camera_one_sees_and_is_not_seen(beds: "BrowserContext"):
    polite, firm = seat(beds, polite=True), seat(beds, polite=False)
    result(firm, "async () => { await room.call.use('camera', null); }")
    meet(polite, firm)

    see(firm)
    until(polite, "room.media && !room.media.camera && room.media.microphone")
    result(firm, "room.film()")
    see(polite)
