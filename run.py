#!/usr/bin/env python3
"""Install, run, test or check the portal. Needs nothing but Python 3.11 or newer.

Usage: python3 run.py WORD [arguments for it], where WORD is one of
run, test, check, bench, faults, journeys, translations, lock.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".ok"
REQUIREMENTS = ROOT / "requirements"
SCALED = ("PORTAL_TEST_DATABASE_URL", "PORTAL_TEST_REDIS_URL")
LOCKS = ("runtime", "dev", "journeys")  # each holds the one before it


class Stop(SystemExit):
    """A plain sentence for the person at the keyboard, and exit code 1."""


def main(words: list[str]) -> int:
    """Do what the first word says; `run` when there is none."""
    if sys.version_info < (3, 11):
        version = ".".join(map(str, sys.version_info[:2]))
        raise Stop(f"The portal needs Python 3.11 or newer; this is {version}.")
    commands = (run, test, check, bench, faults, journeys, translations, lock)
    word, *arguments = words or ["run"]
    for command in commands:
        if command.__name__ == word:
            return command(arguments)
    raise Stop(__doc__)


def run(arguments: list[str]) -> int:
    """Serve the portal with its demo clinic on http://localhost:PORT (8000)."""
    port = free_port(os.environ.get("PORT", "8000"))
    install("runtime")
    for step in (["migrate", "--verbosity=0"], ["migrate", "--verbosity=0", "--database=shred"]):
        must(manage(*step))
    must(manage("demo", *arguments))
    return call(manage("serve", "--port", str(port)))


def test(arguments: list[str]) -> int:
    """Run the suite in embedded mode; again on PostgreSQL and Redis where both are named."""
    install("dev")
    pytest = [str(BIN / "python"), "-m", "pytest", "-n", "auto", *arguments]
    embedded = {name: value for name, value in os.environ.items() if name not in SCALED}
    print("== embedded: SQLite, one process ==", flush=True)
    codes = [call(pytest, embedded)]
    if all(os.environ.get(name) for name in SCALED):
        print("== scaled: PostgreSQL and Redis ==", flush=True)
        # What failed is remembered by mode, for `--last-failed`.
        remembered = ["-o", "cache_dir=.pytest_cache/scaled"]
        codes.append(call([*pytest, "-m", "not pure", *remembered]))
    nothing_to_run = 5 if "--last-failed" in arguments else 0
    return max(0 if code == nothing_to_run else code for code in codes)


def check(arguments: list[str]) -> int:
    """Hold the source to its style; every step runs, the first failure decides the exit code."""
    install("dev")
    if arguments == ["--fix"]:
        must(tool("ruff", "check", "--fix", "--quiet", "."))
        must(tool("ruff", "format", "--quiet", "."))
        call(tool("djade", "--target-version=5.2", *templates()))
    with tempfile.TemporaryDirectory() as scratch:
        failed = [
            title for title, command, env in steps(Path(scratch)) if step(title, command, env)
        ]
    print(f"\nmake check: {', '.join(failed)} failed" if failed else "\nmake check: all well")
    return 1 if failed else 0


def steps(scratch: Path) -> list[tuple[str, list[str], dict[str, str]]]:
    """Every step of `check`: its name, its command, its environment."""
    own = {n: v for n, v in os.environ.items() if not n.startswith("PORTAL_")}
    demo = own | {"PORTAL_DATA_DIR": str(scratch / "demo")}
    production = own | {
        "PORTAL_DATA_DIR": str(scratch / "production"),
        "PORTAL_PROFILE": "production",
        "PORTAL_HOSTS": "portal.example",
        "PORTAL_ORIGINS": "https://portal.example",
        "PORTAL_EMAIL_URL": "smtps://mail.example",
        "PORTAL_TRUSTED_PROXY": "yes",
        "PORTAL_CLINIC_PHONE": "+49 30 5550 0100",
    }
    deploy = manage("check", "--deploy", "--fail-level", "WARNING")
    return [
        ("format", tool("ruff", "format", "--check", "--quiet", "."), own),
        ("lint", tool("ruff", "check", "--quiet", "--output-format=concise", "."), own),
        ("templates", tool("djade", "--check", "--target-version=5.2", *templates()), own),
        ("imports", tool("lint-imports", "--no-cache", "--no-logo"), own),
        ("migrations", manage("makemigrations", "--check", "--dry-run"), demo),
        ("deploy", deploy, production),
        ("packages", [str(BIN / "python"), "requirements/supply.py", "check"], own),
        ("types", tool("mypy"), own),
    ]


def journeys(arguments: list[str]) -> int:
    """Walk the portal in a real Chromium."""
    install("journeys")
    pytest = [str(BIN / "python"), "-m", "pytest", "tests/journeys", "-n", "0", *arguments]
    return call(pytest)


def bench(arguments: list[str]) -> int:
    """Measure the portal and its peers in one run; docs/benchmarks.md says what came out."""
    install("dev")
    return call([str(BIN / "python"), "-m", "tests.bench", *arguments])


def faults(arguments: list[str]) -> int:
    """Kill a busy portal and its rotations, take rights from open pages. Both modes, if named.

    Then book in crowds; what is doubled is counted. An older version's data is brought to
    today, and thousands talk at once. Arguments are for the campaign of sending.
    """
    install("dev")
    python = [str(BIN / "python"), "-m"]
    campaigns = [
        [*python, "tests.campaigns.kills", *arguments],
        [*python, "tests.campaigns.rotations"],
        [*python, "tests.campaigns.bookings"],
        [*python, "tests.campaigns.upgrade"],
        [*python, "tests.campaigns.crosstalk"],
        [*python, "tests.campaigns.livetalk"],
    ]
    rights = [*python, "tests.campaigns.revocations"]
    is_scaled = all(os.environ.get(name) for name in SCALED)
    modes = [[], ["--scaled"]] if is_scaled else [[]]
    runs = [[*campaign, *mode] for campaign in campaigns for mode in modes] + [rights]
    if is_scaled:
        runs += [[*rights, "--scaled", "--redis", state] for state in ("up", "down", "silent")]
    return max(call(run) for run in runs)


def translations(arguments: list[str]) -> int:
    """Write what the source says into every catalogue of locale/, to be translated there."""
    install("dev")
    return call([str(BIN / "python"), "-m", "tests.languages", *arguments])


def lock(arguments: list[str]) -> int:
    """Write the lock files anew from requirements/*.in. `--upgrade` takes the newest releases."""
    with tempfile.TemporaryDirectory() as scratch:
        must([sys.executable, "-m", "venv", scratch])
        python = Path(scratch) / BIN.relative_to(VENV) / "python"
        must([str(python), "-m", "pip", "install", "--quiet", "uv"])
        below: list[str] = []
        for name in LOCKS:
            target = f"requirements/{name}.txt"
            compile_ = [str(python), "-m", "uv", "pip", "compile", "--quiet", "--universal"]
            shape = ["--python-version=3.11", "--generate-hashes", "--no-header", "--no-annotate"]
            source = [f"requirements/{name}.in", "-o", target]
            must([*compile_, *shape, *below, *source, *arguments])
            below = ["-c", target]
    return 0


def install(name: str) -> None:
    """The packages of this lock are in .venv, exactly as locked."""
    lines = [f"{lock} {digest_of(lock)}" for lock in LOCKS[: LOCKS.index(name) + 1]]
    if STAMP.exists() and set(lines) <= set(STAMP.read_text().splitlines()):
        return
    print(f"Installing what requirements/{name}.txt names, once …", flush=True)
    if call([sys.executable, "-m", "venv", str(VENV)]):
        raise Stop(
            "This Python cannot make a virtual environment. On Debian or Ubuntu:\n"
            "  apt-get install python3-venv"
        )
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    must([*pip, "--require-hashes", "--only-binary=:all:", "-r", f"requirements/{name}.txt"])
    STAMP.write_text("\n".join(lines) + "\n")


def digest_of(name: str) -> str:
    """What tells one content of a lock file from another."""
    return hashlib.sha256((REQUIREMENTS / f"{name}.txt").read_bytes()).hexdigest()


def free_port(text: str) -> int:
    """The port to serve on. Says how to choose another when it is taken."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Stop(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise Stop(
                f"Port {text} cannot be had ({error.strerror}). Choose another one:\n"
                f"  PORT={int(text) % 65535 + 1} make run"
            ) from None
    return int(text)


def templates() -> list[str]:
    """Every template, by name."""
    rooms = ("portal", "patients", "messaging", "scheduling")
    return sorted(
        str(page) for room in rooms for page in (ROOT / room).rglob("templates/**/*.html")
    )


def manage(*words: str) -> list[str]:
    """The command line of a management command."""
    return [str(BIN / "python"), "manage.py", *words]


def tool(name: str, *words: str) -> list[str]:
    """The command line of a tool in .venv."""
    return [str(BIN / name), *words]


def step(title: str, command: list[str], env: dict[str, str]) -> int:
    """Run one step of `check` under its name."""
    print(f"-- {title}", flush=True)
    return call(command, env)


def must(command: list[str]) -> None:
    """Run it; stop with its exit code when it fails."""
    code = call(command)
    if code:
        raise SystemExit(code)


def call(command: list[str], env: dict[str, str] | None = None) -> int:
    """Run it in the project's folder; its exit code. Ctrl-C reaches it too, and ends both."""
    with subprocess.Popen(command, cwd=ROOT, env=env) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            raise SystemExit(process.wait()) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
