"""Pictures of every page and state, as people see them: three widths, light and dark.

python -m tests.journeys.screens                       every one, into docs/screens
python -m tests.journeys.screens --only visit FOLDER   those whose name has this in it, elsewhere
python -m tests.journeys.screens --quick FOLDER        phones and desks in light colours alone
python -m tests.journeys.screens --whole FOLDER        to the end of the page, to look at
"""

import argparse
import base64
import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.journeys import browsers
from tests.journeys.browsers import Watch, result
from tests.journeys.doors import DOORS
from tests.journeys.house import House, clinic
from tests.journeys.pages import PAGES, Scene
from tests.journeys.rooms import ROOMS
from tests.journeys.times import TIMES
from tests.shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

Colour = Literal["light", "dark"]

HEIGHTS = {360: 740, 768: 1024, 1440: 900}
COLOURS: tuple[Colour, ...] = ("light", "dark")
QUALITY = 45
TALLEST = 6_000


class Shot(NamedTuple):
    """One picture of a scene."""

    width: int
    colour: Colour


EVERY = [*itertools.starmap(Shot, itertools.product(HEIGHTS, COLOURS))]
QUICK = [Shot(360, "light"), Shot(1440, "light")]


def take(scenes: Sequence[Scene], shots: Sequence[Shot], folder: Path, *, whole: bool) -> list[str]:
    """The folder holds them. Returns the scenes that could not be shown, and why."""
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    with browsers.chromium(*browsers.FILMING) as browser, clinic(browser, Watch()) as house:
        for scene in scenes:
            began = time.monotonic()
            try:
                for shot, drawn in pictures(house, scene, shots, whole=whole):
                    (folder / f"{scene.name}-{shot.width}-{shot.colour}.webp").write_bytes(drawn)
            except Exception as error:  # the others are wanted all the same
                failed.append(f"{scene.name}: {str(error).splitlines()[0]}")
            finally:
                house.close()
            sys.stdout.write(f"{scene.name} {time.monotonic() - began:.1f} s\n")
            sys.stdout.flush()
    return failed


def pictures(
    house: House, scene: Scene, shots: Sequence[Shot], *, whole: bool
) -> Iterator[tuple[Shot, bytes]]:
    """The scene is played once; its page is drawn at each width, in each colour."""
    first = shots[0]
    page = scene.show(
        house,
        size=(first.width, HEIGHTS[first.width]),
        color_scheme=first.colour,
        reduced_motion="reduce",
    )
    for shot in shots:
        size: ViewportSize = {"width": shot.width, "height": HEIGHTS[shot.width]}
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=shot.colour, reduced_motion="reduce")
        if whole:
            reach = result(page, "document.documentElement.scrollHeight")
            size["height"] = max(size["height"], min(reach, TALLEST))
            page.set_viewport_size(size)
        page.wait_for_timeout(250)
        yield shot, picture(page)


def picture(page: "Page") -> bytes:
    """What is on the screen."""
    session = page.context.new_cdp_session(page)
    drawn = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    session.detach()
    return base64.b64decode(drawn["data"])


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "screens")
    parser.add_argument("--only", default="", help="scenes whose name has this in it")
    parser.add_argument("--quick", action="store_true", help="two pictures of each instead of six")
    parser.add_argument("--whole", action="store_true", help="to the end of the page")
    given = parser.parse_args()
    scenes = [scene for scene in (*PAGES, *DOORS, *ROOMS, *TIMES) if given.only in scene.name]
    failed = take(scenes, QUICK if given.quick else EVERY, given.folder, whole=given.whole)
    size = sum(path.stat().st_size for path in given.folder.glob("*.webp"))
    sys.stdout.write(f"{len(scenes)} scenes, {size / 1e6:.1f} MB\n")
    sys.exit("\n".join(failed) if failed else 0)


if __name__ == "__main__":
    main()
