"""`manage.py serve` refuses to start where it could only fail."""

import socket
import subprocess
import sys
from pathlib import Path

from tests.harness.processes import clean_environment, free_port
from tests.shared import ROOT


def serve(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    environment = clean_environment() | {"PORTAL_DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_its_tables_it_says_what_to_run_first(tmp_path: Path) -> None:
    told = serve(tmp_path, free_port())

    assert told.returncode == 1
    assert "manage.py migrate --database shred" in told.stderr
    assert "Traceback" not in told.stderr


def test_on_a_port_that_is_taken_it_names_another(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])

        told = serve(tmp_path, port)

    assert told.returncode == 1
    assert f"PORT={port + 1} make run" in told.stderr
