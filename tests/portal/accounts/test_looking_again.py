"""Where hints may be lost, what took a right away may be, too: that is asked first."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from portal.accounts import actions, sockets
from portal.kernel import door
from portal.realtime import groups
from portal.realtime.hub import Nudge
from portal.realtime.nudge import hub
from tests.portal.accounts.conftest import WORK, Someone
from tests.portal.accounts.wires import close_of, opened

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("nobody_is_left_behind"),
    pytest.mark.feature("I8"),
]


async def lost_hint() -> None:
    """Nudges may have been lost: everybody looks again."""
    hub().look_again()


async def hint_while_deaf() -> None:
    """A nudge of this process, which hears nothing of the others."""
    hub().relay = Deaf()
    hub().deliver([Nudge(groups.person(person), "x", person, 1) for person in sockets.watch._open])
    hub().relay = None


class Deaf:
    """A relay through which nothing comes."""

    silent = True

    def pass_on(self, nudges: list[Nudge]) -> None:
        """Lost."""

    async def listen(self) -> None:
        """Nothing to hear."""


@pytest.mark.parametrize("hint", [lost_hint, hint_while_deaf])
async def test_nobody_looks_again_before_it_was_asked_whether_they_still_may(
    hint: Callable[[], Awaitable[None]],
    ada: Someone,
    ben: Someone,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(hub(), "publish", lambda nudge: None)
    monkeypatch.setattr(sockets, "EVERY", 60)
    hers, his = await opened(ada), await opened(ben)
    looked: list[str] = []
    for someone in (ada, ben):
        (socket,) = sockets.watch._open[someone.id]
        monkeypatch.setattr(socket, "look_now", partial(looked.append, someone.email))

    await door.arun(actions.close_person, WORK, ada.id)
    await hint()

    assert (await close_of(hers))[0] == 4401
    assert looked == [ben.email]
    for made in (hers, his):
        await made.disconnect()
