"""A call that nothing but a relay carries, and who gets its credentials, and when."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.harness import turn
from tests.harness.turn import Relay
from tests.journeys import video
from tests.journeys.browsers import Watch, result
from tests.journeys.house import House, clinic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.feature("V1", "V9"), pytest.mark.timeout(300)]

RELAYED = """(() => {
  const Made = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Made {
    constructor(given) {
      super({ ...given, iceTransportPolicy: "relay" });
      window.peers.push(this);
    }
  };
})()"""
PATHS = """async () => {
  const report = await window.peers.at(-1).getStats(), found = [];
  report.forEach((one) => {
    const pair = one.type === "transport" && report.get(one.selectedCandidatePairId);
    if (pair) found.push(report.get(pair.localCandidateId).candidateType,
                         report.get(pair.remoteCandidateId).candidateType);
  });
  return found;
}"""
NAMES = "window.peers.at(-1).getConfiguration().iceServers.map(({ username }) => username)"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """The relay that we recommend, and on loopback it may relay there."""
    if why := turn.lacking():
        pytest.skip(why)
    here = "allow-loopback-peers", "allowed-peer-ip=127.0.0.1"
    with turn.relay(tmp_path_factory.mktemp("turn"), *here) as relay:
        yield relay


@pytest.fixture(scope="module")
def relayed(filming: "Browser", watch: Watch, relay: Relay) -> Iterator[House]:
    """A clinic with that relay."""
    set_so = {"PORTAL_TURN_URLS": relay.url, "PORTAL_TURN_SECRET": turn.SECRET}
    with clinic(filming, watch, **set_so) as house:
        yield house


def page_of(house: House, who: str, path: str) -> tuple["Page", list[str]]:
    """Their page of the visit, which never goes a direct way; and all that it is told."""
    page, told = house.open(who, "about:blank"), list[str]()
    page.add_init_script(RELAYED)
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda text: told.append(str(text))),
    )
    page.goto(path)
    page.locator("[data-socket=live]").wait_for()
    return page, told


def test_a_relay_alone_carries_a_call_and_is_open_from_admission_for_minutes(
    relayed: House, figures: list[str]
):
    path = video.book(relayed, "ada")
    hers, told = page_of(relayed, "ada", path)
    hers.get_by_role("button", name="Go to the waiting room").click()
    hers.get_by_role("heading", name="You are in the waiting room").wait_for()
    theirs, told_too = page_of(relayed, "okafor", path)
    theirs.get_by_role("heading", name="is here").wait_for()
    hers.wait_for_timeout(500)
    for frame in told + told_too:
        assert "credential" not in frame
        assert "turn:" not in frame
    assert "turn:" not in hers.content() + theirs.content()

    pressed = result(theirs, "Date.now()")
    video.admit(theirs)
    seen = [video.see(page) - pressed for page in (hers, theirs)]
    figures.append(f"visit: by relay alone, admit to first picture {max(seen):.0f} ms")

    names = []
    for page in (hers, theirs):
        video.line(page, "live")
        assert video.moves(page)
        assert result(page, PATHS) == ["relay", "relay"]
        (name,) = result(page, NAMES)
        until, _, whom = name.partition(":")
        assert 0 < int(until) - time.time() <= 600
        names.append(whom)
    assert len({*names}) == 2
    assert "Ada" not in json.dumps(names)

    hers.get_by_role("button", name="Leave", exact=True).click()
    hers.get_by_role("heading", name="You left the call").wait_for()
    told.clear()
    hers.get_by_role("button", name="Come back in").click()
    hers.get_by_role("heading", name="You are in the waiting room").wait_for()
    hers.wait_for_timeout(500)
    assert not [frame for frame in told if "credential" in frame]
