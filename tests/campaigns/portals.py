"""Whole portals, in processes of their own: started, killed without warning, started again."""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg

from tests.harness.processes import Server, clean_environment, ran
from tests.shared import ROOT


class Portal:
    """One installation: its data, and any number of server processes over it."""

    def __init__(
        self, *, database: str = "", redis: str = "", processes: int = 1, module: str = ""
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-campaign-"))
        self._admin = database
        self._names: list[str] = []
        self.environment = {
            **clean_environment(),
            "PORTAL_DATA_DIR": str(self.folder),
            "PORTAL_SOCKET_PACE": "100000/6000000",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONPATH": str(ROOT),
        }
        if database:
            self._create_databases(database)
            self.environment["PORTAL_REDIS_URL"] = redis
        self.log = self.folder / "server.log"
        program = ("-m", module) if module else ("manage.py",)
        self._servers = [
            Server(
                self.folder,
                self.environment,
                # Of several processes the first one does the background work.
                *(("--web",) if index else ()),
                program=program,
                log=self.log,
            )
            for index in range(processes)
        ]
        self.ports = [server.port for server in self._servers]

    def __enter__(self) -> Self:
        self.manage("migrate", "--verbosity", "0")
        self.manage("migrate", "--database", "shred", "--verbosity", "0")
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.kill()
        for name in self._names:
            self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)

    def manage(self, *words: str) -> str:
        """What a command of the portal printed. CalledProcessError if it failed."""
        return self.run("manage.py", *words)

    def run(self, *words: str) -> str:
        """What a Python program printed that ran over this installation."""
        done = ran(self.environment, *words)
        if done.returncode:
            raise RuntimeError(f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def populate(self, conversations: int) -> list[dict[str, str]]:
        """That many conversations: a patient's and a clinician's cookie, and their thread."""
        rows = self.run("-m", "tests.campaigns.populate", str(conversations))
        return [json.loads(line) for line in rows.splitlines()]

    def start(self, index: int = 0) -> None:
        """The process answers."""
        self._servers[index].start()

    def start_all(self) -> None:
        """Every process answers."""
        for server in self._servers:
            server.start()

    def kill(self, index: int = 0) -> None:
        """The process is gone at once, as in a power cut."""
        self._servers[index].kill()

    def pid(self, index: int = 0) -> int:
        """The process's id."""
        process = self._servers[index].process
        assert process is not None
        return process.pid

    def _create_databases(self, admin: str) -> None:
        stem = f"portal_campaign_{os.getpid()}_{os.urandom(3).hex()}"
        self._names = [stem, f"{stem}_shred"]
        for name in self._names:
            self._sql(f'CREATE DATABASE "{name}"')
        parts = urlsplit(admin)
        for variable, name in zip(
            ("PORTAL_DATABASE_URL", "PORTAL_SHRED_DATABASE_URL"), self._names, strict=True
        ):
            self.environment[variable] = parts._replace(path=f"/{name}").geturl()

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement)


def cookie(value: str) -> str:
    """The header that carries a session."""
    return f"portal={value}"
