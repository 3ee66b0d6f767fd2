"""Who lets somebody go sees first what they still hold, in counts alone."""

import pytest

from messaging import actions as messaging
from messaging.selectors.belongings import belongings as threads_of
from portal.accounts import selectors
from portal.accounts.errors import NotAllowed
from portal.kernel import door
from portal.kernel.ids import new_id
from scheduling.selectors.belongings import belongings as visits_of
from tests.cast import browser
from tests.harness.canary import is_in
from tests.scheduling.world import Times

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I10")]


def page_about(someone, cast):
    return browser(cast.max).get(f"/people/{someone.id}/").content.decode()


def test_threads_that_somebody_took_over_are_told_of(world, cast):
    for _ in range(2):
        door.run(messaging.claim, cast.cara.actor, world.thread(), command_id=new_id())

    [words] = threads_of(cast.cara.id)

    assert words.startswith("2 open threads are theirs.")
    assert words in page_about(cast.cara, cast)
    assert not is_in(words)


def test_visits_to_come_are_told_of(world, cast):
    times = Times(world)
    times.book(times.open())

    [words] = visits_of(cast.cara.id)

    assert words.startswith("1 visit to come is with them.")
    assert words in page_about(cast.cara, cast)


def test_somebody_who_holds_nothing_can_go(world, cast):
    world.thread()

    assert threads_of(cast.cara.id) == visits_of(cast.cara.id) == []
    assert "Close the account" in page_about(cast.cara, cast)


def test_only_administrators_are_told(cast):
    for someone in (cast.cara, cast.sam):
        with pytest.raises(NotAllowed):
            selectors.belongings(someone.actor, cast.cara.id)

    assert selectors.belongings(cast.max.actor, cast.cara.id) == []
