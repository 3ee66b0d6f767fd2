"""Fresh databases for every test, guards and all.

The audit log refuses TRUNCATE and DELETE, in tests too, so nothing is flushed. Once per worker
the databases are migrated and kept as templates; a test that commits gets a copy of a template,
made just before it when the last one left something behind. A template may hold more than the
bare tables: `template` names one and says how it is built.
"""

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

from portal.kernel import door
from portal.realtime import threads

ALIASES = ("default", "shred")
BARE = "bare"


class Store(Protocol):
    """Keeps copies of both databases and puts them back."""

    def create(self) -> None:
        """Both databases exist and are empty."""

    def keep(self, name: str) -> None:
        """What the databases hold now is the template of this name."""

    def restore(self, name: str) -> None:
        """The databases hold what the template holds, and nobody is connected to the old ones."""

    def copy(self, name: str, folder: Path) -> dict[str, str]:
        """Databases like this template for a server of its own: the environment that names them."""

    def drop_copy(self, folder: Path) -> None:
        """The databases of that server are gone, and everybody who was connected with them."""

    def drop(self) -> None:
        """Databases and templates are gone."""


class Databases:
    """The databases of this worker: what they hold, and what the next test wants them to hold."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.wanted = BARE
        self.restores = 0
        self._holds = ""
        self._builders: dict[str, Callable[[], object]] = {}
        self._kept: set[str] = set()
        self._open: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()
        connection_created.connect(self._opened)

    def template(self, name: str, build: Callable[[], object]) -> None:
        """Tests may want this template; `build` fills the bare databases by calling actions."""
        self._builders[name] = build

    def migrate(self) -> None:
        """The bare template is kept, and the databases are like it."""
        self.store.create()
        for alias in ALIASES:
            call_command("migrate", verbosity=0, interactive=False, database=alias)
            # Django finds out by writing a table; better here than under the write guard.
            assert connections[alias].features.supports_transactions
        self._keep(BARE)

    def prepare(self) -> None:
        """The databases hold what the coming test wants."""
        self._build(self.wanted)
        self._restore(self.wanted)

    def copy(self, name: str, folder: Path) -> dict[str, str]:
        """Databases like this template for a server of its own: the environment that names them."""
        self._build(name)
        return self.store.copy(name, folder)

    def soil(self) -> None:
        """Something was committed: the next test gets a fresh copy."""
        self._holds = ""

    def drop(self) -> None:
        """Everything is gone."""
        self.let_go()
        self.store.drop()

    def let_go(self) -> None:
        """No thread of this process is connected; each connects anew when it next asks."""
        # A view that is just being closed would lose its connection in the middle of a statement:
        # with SQLite that ends the process.
        threads.close()
        door.close()
        for connection in list(self._open):
            connection.inc_thread_sharing()
            try:
                connection.close()
            finally:
                connection.dec_thread_sharing()
        for alias in ALIASES:
            close_pool = getattr(connections[alias], "close_pool", None)
            if close_pool is not None:
                close_pool()

    def _build(self, name: str) -> None:
        if name not in self._kept:
            self._restore(BARE)
            self._builders[name]()
            self._keep(name)

    def _keep(self, name: str) -> None:
        self.let_go()
        self.store.keep(name)
        self._kept.add(name)
        self._holds = name

    def _restore(self, name: str) -> None:
        if self._holds != name:
            self.let_go()
            self.store.restore(name)
            # The anchor is of the log that was; beside another one it would freeze its signing.
            settings.ANCHOR_FILE.unlink(missing_ok=True)
            self.restores += 1
        self._holds = name

    def _opened(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        self._open.add(connection)


def adopt(databases: Databases) -> None:
    """From now on Django's test cases use both databases, and copies in place of flushes."""
    set_up = TransactionTestCase.__dict__["_pre_setup"].__func__

    def _pre_setup(cls: type[TransactionTestCase]) -> None:
        databases.prepare()
        set_up(cls)

    def _fixture_teardown(_: TransactionTestCase) -> None:
        databases.let_go()
        databases.soil()

    TransactionTestCase.databases = set(ALIASES)
    TransactionTestCase._pre_setup = classmethod(_pre_setup)  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]
