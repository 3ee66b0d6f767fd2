"""Whole portals, in processes of their own: started, killed without warning, started again."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Portal:
    """One installation: its data, and any number of server processes over it."""

    def __init__(
        self, *, database: str = "", redis: str = "", processes: int = 1, module: str = ""
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-campaign-"))
        self.module = module
        self._admin = database
        self._names: list[str] = []
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")},
            "PORTAL_DATA_DIR": str(self.folder),
            "PORTAL_SOCKET_PACE": "100000/6000000",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONPATH": str(ROOT),
        }
        if database:
            self._create_databases(database)
            self.environment["PORTAL_REDIS_URL"] = redis
        self.ports = [free_port() for _ in range(processes)]
        self._servers: list[subprocess.Popen[bytes] | None] = [None] * processes
        self.log = self.folder / "server.log"

    def __enter__(self) -> Self:
        self.manage("migrate", "--verbosity", "0")
        self.manage("migrate", "--database", "shred", "--verbosity", "0")
        return self

    def __exit__(self, *_: object) -> None:
        for index in range(len(self.ports)):
            self.kill(index)
        for name in self._names:
            self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)

    def manage(self, *words: str) -> str:
        """What a command of the portal printed. CalledProcessError if it failed."""
        return self.run("manage.py", *words)

    def run(self, *words: str) -> str:
        """What a Python program printed that ran over this installation."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def populate(self, conversations: int) -> list[dict[str, str]]:
        """That many conversations: a patient's and a clinician's cookie, and their thread."""
        rows = self.run("-m", "tests.campaigns.populate", str(conversations))
        return [json.loads(line) for line in rows.splitlines()]

    def start(self, index: int = 0) -> None:
        """The process answers."""
        program = ["-m", self.module] if self.module else ["manage.py"]
        web = ["--web"] if len(self.ports) > 1 and index else []
        with self.log.open("ab") as log:
            self._servers[index] = subprocess.Popen(
                [sys.executable, *program, "serve", "--port", str(self.ports[index]), *web],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait(index)

    def start_all(self) -> None:
        """Every process answers."""
        for index in range(len(self.ports)):
            self.start(index)

    def kill(self, index: int = 0) -> None:
        """The process is gone at once, as in a power cut."""
        server = self._servers[index]
        if server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        self._servers[index] = None

    def pid(self, index: int = 0) -> int:
        """The process's id."""
        server = self._servers[index]
        assert server is not None
        return server.pid

    def _wait(self, index: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            health = f"http://127.0.0.1:{self.ports[index]}/healthz"
            with contextlib.suppress(URLError, OSError), urlopen(health, timeout=2):
                return
            server = self._servers[index]
            if server is not None and server.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the portal did not start:\n{self.log.read_text()[-4000:]}")

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
