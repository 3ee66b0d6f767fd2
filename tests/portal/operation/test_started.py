"""Whole servers: ready by themselves once they work, and not while their database is away."""

import asyncio
import json
import time
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.harness.processes import Server
from tests.harness.proxy import proxy

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.feature("X6"),
    pytest.mark.slow,
]
PATIENCE = 90.0


def becomes(server: Server, word: str, **words: str) -> dict[str, str]:
    """The words of each part, once the server answers with this word and these among them."""
    end = time.monotonic() + PATIENCE
    told: dict[str, str] = {}
    while time.monotonic() < end:
        answer = server.browser().get("/readyz")
        said = json.loads(answer.text)
        told = {part["part"].replace(" ", "_"): part["word"] for part in said["parts"]}
        assert answer.status == (503 if said["word"] == "not ready" else 200)
        if said["word"] == word and words.items() <= told.items():
            return told
        time.sleep(0.2)
    raise AssertionError(f"never {word} with {words}, but {told}\n{server.log.read_text()[-2000:]}")


def test_a_server_with_its_workers_becomes_ready_and_one_without_does_not(clinic):
    with clinic.server("--web") as alone:
        becomes(alone, "strained", jobs="never")
    with clinic.server() as whole:
        becomes(whole, "ready")
        assert "portal_job_runs_total" in whole.browser().get("/metrics").text
        doctor = whole.manage("doctor")
        assert doctor.returncode == 0, doctor.stdout


@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="SQLite goes away with its disk alone")
def test_a_database_that_goes_away_is_told_of_and_so_is_its_return(clinic):
    url = clinic.environment["PORTAL_DATABASE_URL"]
    with clinic.server() as server:
        becomes(server, "ready")
        lets_in(url, False)
        becomes(server, "not ready", database="away", shred_database="ok")
        assert server.browser().get("/healthz").status == 200
        lets_in(url, True)
        becomes(server, "ready")


@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="embedded mode has no Redis")
async def test_a_redis_that_goes_away_is_told_of(clinic):
    parts = urlsplit(clinic.environment["PORTAL_REDIS_URL"])
    async with proxy((parts.hostname or "", parts.port or 6379)) as line:
        url = parts._replace(netloc=f"127.0.0.1:{line.port}").geturl()
        server = Server(clinic.folder, clinic.environment | {"PORTAL_REDIS_URL": url}, "--web")
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(becomes, server, "strained", layer="ok", broker="layer")
    try:
        await asyncio.to_thread(becomes, server, "strained", layer="away", database="ok")
    finally:
        server.kill()


def lets_in(url: str, yes: bool) -> None:
    """Whether the database lets anybody in; who was in is out."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as admin:
        admin.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                sql.Identifier(name), sql.Literal(yes)
            )
        )
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
