"""Pictures of every page and state, as people see them.

python -m tests.journeys.screens                  docs/screens, one picture of each
python -m tests.journeys.screens --all FOLDER     every width and both colours
"""

import argparse
import base64
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.journeys import browsers
from tests.journeys.browsers import Watch
from tests.journeys.house import clinic
from tests.journeys.pages import PAGES, Scene
from tests.shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

Colour = Literal["light", "dark"]

HEIGHTS = {360: 740, 768: 1024, 1440: 900}
COLOURS: tuple[Colour, ...] = ("light", "dark")
# One picture for the documents of what differs; the rest is for whoever asks for all.
KEPT = [
    "welcome", "sign-in", "code", "factor", "patient-home-answered", "patient-home-first-day",
    "patient-messages", "write", "write-refused", "thread", "thread-closed", "thread-lost",
    "thread-proxy", "record", "devices", "new-recovery-codes", "not-found", "staff-home",
    "staff-messages", "staff-thread", "staff-record", "no-patients",
]  # fmt: skip


class Shot(NamedTuple):
    """One picture to take."""

    scene: Scene
    width: int
    colour: Colour

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.scene.name}-{self.width}-{self.colour}"


def every() -> Iterator[Shot]:
    """Every scene, at every width, in both colours."""
    for scene in PAGES:
        for width in HEIGHTS:
            for colour in COLOURS:
                yield Shot(scene, width, colour)


def kept() -> Iterator[Shot]:
    """One of each scene that is kept, widths and colours in turn; staff sit at desks."""
    scenes = {scene.name: scene for scene in PAGES}
    widths, colours = cycle((360, 360, 768)), cycle(("light", "light", "light", "dark"))
    for name in KEPT:
        width, colour = next(widths), next(colours)
        at_desk = name.startswith("staff") or name == "no-patients"
        shown: Colour = "dark" if colour == "dark" else "light"
        yield Shot(scenes[name], 1440 if at_desk else width, shown)


def picture(page: "Page", kind: Literal["webp", "png"]) -> bytes:
    """What is on the screen."""
    session = page.context.new_cdp_session(page)
    asked: dict[str, str | int] = {"format": kind}
    if kind == "webp":
        asked["quality"] = 60
    return base64.b64decode(session.send("Page.captureScreenshot", asked)["data"])


def take(shots: list[Shot], folder: Path, kind: Literal["webp", "png"]) -> None:
    """The folder holds them."""
    folder.mkdir(parents=True, exist_ok=True)
    watch = Watch()
    with browsers.chromium() as browser, clinic(browser, watch) as house:
        for shot in shots:
            size = (shot.width, HEIGHTS[shot.width])
            page = shot.scene.show(
                house, size=size, color_scheme=shot.colour, reduced_motion="reduce"
            )
            page.wait_for_timeout(300)
            (folder / f"{shot.name}.{kind}").write_bytes(picture(page, kind))
            house.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every one, as PNG")
    given = parser.parse_args()
    if given.all:
        take(list(every()), given.all, "png")
    else:
        take(list(kept()), ROOT / "docs" / "screens", "webp")


if __name__ == "__main__":
    main()
