"""What holds for every test: both databases, and guards that nobody has to ask for."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from portal.accounts import sockets
from portal.crypto import keys
from portal.kernel import jobs, plugs
from portal.kernel.ids import new_id
from portal.operation.selectors import readiness
from portal.realtime import nudge as nudges
from portal.realtime import pace
from tests import cast as cast_
from tests.cast import Cast, Someone
from tests.harness import databases as databases_
from tests.harness import network
from tests.harness.leak_guard import RedisReader, leaks
from tests.harness.processes import Server
from tests.harness.server import Clinic
from tests.harness.stores import store
from tests.harness.write_guard import guard
from tests.world import World

network.block()
# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")
databases = databases_.Databases(store())
databases_.adopt(databases)
databases.template(cast_.TEMPLATE, cast_.build)
guard.install()
leaks.install()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests without the cast before tests with it: the databases change their template less."""
    items.sort(key=lambda item: (_commits(item), _wanted(item) != databases_.BARE))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The databases know what the coming test wants them to hold."""
    databases.wanted = _wanted(item)


def _wanted(item: pytest.Item) -> str:
    return cast_.TEMPLATE if "cast" in getattr(item, "fixturenames", ()) else databases_.BARE


def _commits(item: pytest.Item) -> bool:
    """True for a test that leaves the databases changed."""
    marker = item.get_closest_marker("django_db")
    asked = bool(marker and marker.kwargs.get("transaction"))
    return asked or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The databases of this worker exist, migrated, until the session ends."""
    # A test that asks for the database in its body may be the first: its guard is up by then.
    with django_db_blocker.unblock(), guard.disarmed("the databases are made"):
        databases.migrate()
    yield
    with django_db_blocker.unblock():
        databases.drop()


@pytest.fixture(scope="session", autouse=True)
def what_wards_offer_is_known(django_test_environment: None) -> None:
    """Asked for once before any test puts other wards there, whose offers would be remembered."""
    for offered in (plugs.topics, plugs.commands, plugs.fresh_acts, plugs.form_pages):
        offered()
    plugs.letters()


@pytest.fixture
def the_databases() -> databases_.Databases:
    """What puts the databases of this worker back, for tests of just that."""
    return databases


@pytest.fixture(autouse=True)
def only_actions_write() -> Iterator[None]:
    """A write that no action asked for fails the test, wherever it happened."""
    guard.armed, guard.refused = True, []
    yield
    guard.armed = False
    assert not guard.refused, "\n".join(guard.refused)


@pytest.fixture(autouse=True)
def nobody_listens_on() -> Iterator[None]:
    """No hub and no watch of one test's event loop is left to the next, nor who talked too fast.

    Nor an open key: with the database its row is put back to what it was, which may be nothing.
    """
    yield
    keys.CACHE.empty()
    pace.paces.forget()
    # Whoever asks beside a test would read a database that is being put back.
    readiness.forget()
    nudges.hub.cache_clear()
    sockets.watch = sockets.Watch()


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """A canary in a log, a nudge, an address, a cache or an error page fails the test."""
    leaks.begin()
    yield
    jobs.flush()
    leaks.last_look()
    assert not leaks.found, "canaries leaked:\n" + "\n".join(leaks.found)


@pytest.fixture(scope="session", autouse=True)
def nothing_leaks_into_redis() -> Iterator[None]:
    """A canary in anything that Redis is told fails the test under way, or the last one."""
    if not settings.REDIS_URL:
        yield
        return
    reader = RedisReader(leaks, settings.REDIS_URL)
    yield
    leaks.found = []
    reader.stop()
    assert not leaks.found, "canaries leaked:\n" + "\n".join(leaks.found)


@pytest.fixture
def cast(db: None) -> Cast:
    """The clinic with the cast in it, and nothing else."""
    return cast_.the_cast()


@pytest.fixture
def world(cast: Cast) -> World:
    """Scenes among the cast."""
    return World(cast)


@pytest.fixture
def clinic(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """The cast's data for servers of its own, in the mode that the suite runs in."""
    made = Clinic(databases, tmp_path_factory.mktemp("clinic") / f"c{new_id().hex[-8:]}")
    yield made
    made.drop()


@pytest.fixture
def server(clinic: Clinic) -> Iterator[Server]:
    """The portal, served by a process of its own."""
    with clinic.server() as running:
        yield running


def _one_of_the_cast(key: str) -> Any:
    @pytest.fixture(name=key)
    def someone(cast: Cast) -> Someone:
        return cast.people[key]

    return someone


ada, ben, pia = map(_one_of_the_cast, ("ada", "ben", "pia"))
cara, dov, sam = map(_one_of_the_cast, ("cara", "dov", "sam"))
ivy, max_, nobody = map(_one_of_the_cast, ("ivy", "max", "nobody"))
