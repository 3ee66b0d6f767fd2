"""Everything that a portal leaves lying about, searched for canaries: files, databases, Redis."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes
from pathlib import Path

import pytest
import redis

from tests.harness.canary import Found, scan, scan_files

LETTERS = "outbox"
DATABASES = ("PORTAL_DATABASE_URL", "PORTAL_SHRED_DATABASE_URL")


def everything(environment: Mapping[str, str] = os.environ) -> list[Found]:
    """Every canary in the data folder, the databases and Redis that this environment names."""
    folder = Path(environment["PORTAL_DATA_DIR"])
    found = scan_files(*(path for path in folder.iterdir() if path.name != LETTERS))
    for letter in sorted(folder.glob(f"{LETTERS}/*")):
        found += scan(without_address(letter.read_bytes()), str(letter))
    for variable in DATABASES:
        if url := environment.get(variable):
            found += scan(dump(url), f"the dump of {variable}")
    if url := environment.get("PORTAL_REDIS_URL"):
        for where, held in redis_holds(url):
            found += scan(held, where)
    return found


def without_address(letter: bytes) -> bytes:
    """A letter without the one line that names its reader's own address."""
    message = message_from_bytes(letter)
    del message["To"]
    return message.as_bytes()


def dump(url: str) -> bytes:
    """All that a PostgreSQL database holds, as its own tool writes it. Skips without that tool."""
    tool = shutil.which("pg_dump")
    if tool is None:
        pytest.skip("pg_dump is not here")
    # As text, so that nothing hides in the compression of the database or of the dump.
    asked = [tool, "--dbname", url, "--format", "plain", "--no-owner"]
    return subprocess.run(asked, capture_output=True, check=True, timeout=60).stdout


def redis_holds(url: str) -> Iterator[tuple[str, bytes]]:
    """Each key of this Redis, with its value as it was put there."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            yield f"a key of Redis: {key!r}", key + b" " + repr(_value(client, key)).encode()


def _value(client: "redis.Redis", key: bytes) -> object:
    """The value, whatever its type: a dump of it would be compressed."""
    readers: dict[object, Callable[[bytes], object]] = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"list": lambda name: client.lrange(name, 0, -1),
        b"set": client.smembers,
        b"zset": lambda name: client.zrange(name, 0, -1),
        b"stream": client.xrange,
    }
    return readers.get(client.type(key), client.dump)(key)
