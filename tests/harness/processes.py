"""The portal as people run it: `manage.py serve` in a process of its own, over data of its own.

It may be killed at any instant and started again on the same data. Nothing here needs Django.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from portal.env import TESTING
from tests.harness.web import Browser
from tests.shared import ROOT

PATIENCE = 60.0


class Silent(AssertionError):
    """The server did not answer in time; its log is told."""


class Server:
    """A data folder, and a process that serves it while it is meant to."""

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str],
        *words: str,
        program: Sequence[str] = ("manage.py",),
        log: Path | None = None,
    ) -> None:
        self.folder, self.words, self.program = folder, words, program
        self.port = free_port()
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.log = log or folder / f"serve-{self.port}.log"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """What pages of it call their origin."""
        return f"http://{self.address}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """It answers. Raises Silent."""
        assert self.process is None
        served = ("serve", "--port", str(self.port), *self.words)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, *served],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait()

    def wait(self) -> None:
        """It answers. Raises Silent."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if self.browser().get("/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise Silent(self.log.read_text()[-4000:])

    def kill(self) -> None:
        """It is gone at once with all that it started, as in a power cut."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)

    def stop(self) -> int:
        """It was asked to end, and has. Returns its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        return process.wait(PATIENCE)

    def restart(self) -> None:
        """It is killed and started again on the same data."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """It stands still until `go_on`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It runs again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a management command on the same data said."""
        return ran(self.environment, "manage.py", *words)

    def browser(self) -> Browser:
        """A browser that is not signed in."""
        return Browser("127.0.0.1", self.port)


def ran(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """What a Python program said that ran in this environment."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that the suite put there."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PORTAL_", "DJANGO_", "PYTEST_")) and name not in TESTING
    }


def free_port() -> int:
    """A port of loopback that nobody has taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
