"""Video visits for journeys: booked in the clinic that is served, and what people do in them.

`python -m tests.journeys.video ADA OKAFOR MINUTES` books one and prints its id.
"""

import sys
import time
from typing import TYPE_CHECKING

from tests.journeys.browsers import result
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 20_000
SEES = """() => new Promise((done, failed) => {
  const video = document.querySelector("[data-theirs]");
  setTimeout(() => failed(new Error("no picture")), 20_000);
  video.requestVideoFrameCallback(() => done(Date.now()));
})"""
PEERS = """(() => {
  const Made = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Made {
    constructor(...given) { super(...given); window.peers.push(this); }
  };
})()"""
COUNTS = """async () => {
  const found = { frames: 0, sound: 0, cipher: "", dtls: "" };
  const report = await window.peers.at(-1).getStats();
  report.forEach((one) => {
    if (one.type === "inbound-rtp" && one.kind === "video") found.frames += one.framesDecoded ?? 0;
    if (one.type === "inbound-rtp" && one.kind === "audio") found.sound += one.packetsReceived;
    if (one.type === "transport") { found.cipher = one.srtpCipher; found.dtls = one.dtlsState; }
  });
  return found;
}"""


def book(
    house: House, patient: str, clinician: str = "okafor", *, minutes: int = 5, record: str = ""
) -> str:
    """The path of a video visit of these two, which begins in so many minutes.

    With a record it is the visit of one of the clinic's patients for whom that person acts.
    """
    who = [house.sign_ins[name].email for name in (patient, clinician)]
    told = house.portal.run("-m", "tests.journeys.video", *who, str(minutes), record)
    return f"/visits/{told.split()[-1]}/"


def enter(house: House, who: str, path: str, **options: object) -> "Page":
    """Their page of the visit, watched from its first script on."""
    page = house.open(who, "about:blank", **options)
    page.add_init_script(PEERS)
    page.goto(path)
    page.locator("[data-socket=live]").wait_for()
    return page


def arrive(house: House, who: str, path: str, **options: object) -> "Page":
    """Their page of the visit, in the waiting room."""
    page = enter(house, who, path, **options)
    page.get_by_role("button", name="Go to the waiting room").click()
    page.get_by_role("heading", name="You are in the waiting room").wait_for()
    return page


def admit(page: "Page") -> None:
    """The clinician presses the button, and the call is there."""
    page.get_by_role("button", name="Let them in").click()
    page.locator(".call").wait_for()


def talk(house: House, patient: str, path: str) -> tuple["Page", "Page"]:
    """Patient and clinician see each other."""
    hers, theirs = arrive(house, patient, path), enter(house, "okafor", path)
    admit(theirs)
    for page in (hers, theirs):
        see(page)
        line(page, "live")
    return hers, theirs


def see(page: "Page") -> float:
    """When the next picture of the other side stood on the screen, in milliseconds."""
    at: float = result(page, SEES)
    return at


def line(page: "Page", how: str) -> None:
    """The call's line is like this."""
    page.locator(f'[data-line="{how}"]').wait_for(timeout=PATIENCE)


def frames(page: "Page") -> int:
    """Pictures decoded so far over the present connection."""
    return int(result(page, COUNTS)["frames"])


def moves(page: "Page") -> bool:
    """Pictures go on coming."""
    before = frames(page)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        page.wait_for_timeout(200)
        if frames(page) > before + 3:
            return True
    return False


def main() -> None:
    """Book one by rows, as scheduling would."""
    import django

    django.setup()
    from patients.management.clinic import cast
    from patients.selectors import find_imported, own_record
    from portal.accounts.selectors import find_person
    from portal.kernel import door
    from portal.kernel.actor import person_actor
    from tests.scheduling.visits.world import booked

    ids = []
    for email in sys.argv[1:3]:
        person = find_person(email)
        assert person, email
        ids.append(person.pk)
    record = own_record(person_actor(ids[0], frozenset({"patient"})))
    if sys.argv[4]:
        found = find_imported(cast.source(sys.argv[4]))
        record = found.pk if found else None
    assert record, "there is no such record"
    visit = booked(record, ids[1], ids[1], minutes=int(sys.argv[3]))
    sys.stdout.write(f"{visit}\n")
    door.close()


if __name__ == "__main__":
    main()
