"""Where the copies of databases are kept: beside the SQLite files, or in the PostgreSQL cluster."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from psycopg import sql

from tests.harness.databases import ALIASES, Store
from tests.harness.rewind import Connection, Snapshot


def store() -> Store:
    """The store for the engine that the settings name."""
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        return FileStore(Path(settings.DATABASES[alias]["NAME"]) for alias in ALIASES)
    return ClusterStore()


class FileStore:
    """Copies of SQLite files. All connections are closed, so a file is the whole database."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.paths = tuple(paths)

    def create(self) -> None:
        """Nothing to do: connecting makes the file."""

    def keep(self, name: str) -> None:
        """What the files hold now is the template of this name."""
        for path in self.paths:
            assert not self._beside(path, "-wal").exists(), "somebody is still connected"
            shutil.copyfile(path, self._beside(path, f".{name}"))

    def restore(self, name: str) -> None:
        """The files are new copies; whoever still had the old ones writes to nowhere."""
        for path in self.paths:
            fresh = self._beside(path, ".fresh")
            shutil.copyfile(self._beside(path, f".{name}"), fresh)
            for leftover in ("-wal", "-shm"):
                self._beside(path, leftover).unlink(missing_ok=True)
            fresh.replace(path)

    def copy(self, name: str, folder: Path) -> dict[str, str]:
        """Files like this template in the folder, where a server with that data finds them."""
        for path in self.paths:
            shutil.copyfile(self._beside(path, f".{name}"), folder / path.name)
        return {}

    def drop_copy(self, folder: Path) -> None:
        """Nothing to do: the files go with their folder."""

    def drop(self) -> None:
        """Nothing to do: the scratch folder goes with its worker."""

    @staticmethod
    def _beside(path: Path, suffix: str) -> Path:
        return path.with_name(path.name + suffix)


class ClusterStore:
    """Copies of PostgreSQL databases, made by the cluster itself.

    Where a test left only rows behind they are put back in place. Copying and dropping databases
    takes a tenth of a second each, and seconds where others write to the same disk.
    """

    def __init__(self) -> None:
        self.settings: dict[str, dict[str, Any]] = {a: settings.DATABASES[a] for a in ALIASES}
        self.names = [str(self.settings[alias]["NAME"]) for alias in ALIASES]
        self.rewound = 0
        self._master = self._connect("postgres")
        self._snapshots: dict[tuple[str, str], Snapshot] = {}
        self._known: set[str] = set(self.names)

    def create(self) -> None:
        """Both databases exist, whatever an earlier run left behind."""
        for name in self.names:
            self._copy(name, "template0")

    def keep(self, name: str) -> None:
        """What the databases hold now is the template of this name."""
        for live in self.names:
            self._empty(live)
            self._copy(f"{live}_{name}", live)
            with self._connect(live) as connection:
                self._snapshots[live, name] = Snapshot.of(connection)

    def restore(self, name: str) -> None:
        """The databases hold what the template holds; backends of others are terminated."""
        for live in self.names:
            self._empty(live)
            with self._connect(live) as connection:
                done = self._snapshots[live, name].rewind(connection)
            if done:
                self.rewound += 1
            else:
                self._copy(live, f"{live}_{name}")

    def copy(self, name: str, folder: Path) -> dict[str, str]:
        """Databases like this template, named after the folder."""
        variables = ("PORTAL_DATABASE_URL", "PORTAL_SHRED_DATABASE_URL")
        environment = {}
        for variable, live in zip(variables, self.names, strict=True):
            copy = f"{live}_{folder.name}"[-63:]
            self._copy(copy, f"{live}_{name}")
            parts = urlsplit(os.environ[variable])
            environment[variable] = parts._replace(path=f"/{copy}").geturl()
        return environment

    def drop_copy(self, folder: Path) -> None:
        """The databases that are named after the folder are gone."""
        for live in self.names:
            self._drop(f"{live}_{folder.name}"[-63:])

    def drop(self) -> None:
        """Databases and templates are gone."""
        for name in tuple(self._known):
            self._drop(name)
        self._master.close()

    def _copy(self, name: str, template: str) -> None:
        self._drop(name)
        self._known.add(name)
        self._say("CREATE DATABASE {} TEMPLATE {}", name, template)

    def _drop(self, name: str) -> None:
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._known.discard(name)

    def _empty(self, name: str) -> None:
        """Nobody is connected to the database, or will not be once its backend has noticed."""
        self._master.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )

    def _say(self, statement: LiteralString, *names: str) -> None:
        self._master.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self, database: str) -> Connection:
        address = self.settings["default"]
        return psycopg.connect(
            dbname=database,
            user=address["USER"],
            password=address["PASSWORD"],
            host=address["HOST"],
            port=address["PORT"],
            autocommit=True,
        )
