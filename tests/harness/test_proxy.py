"""The proxy does to a connection what its faults say, and the same again for the same seed."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.harness.proxy import KIND, End, Faults, Proxy, proxy

pytestmark = pytest.mark.pure
BLOB = random.Random(3).randbytes(50_000)


@asynccontextmanager
async def echo(**given) -> AsyncIterator[Proxy]:
    """A proxy in front of a server that says everything back."""

    async def answer(reader, writer):
        try:
            while data := await reader.read(4096):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with proxy(server.sockets[0].getsockname(), **given) as made:
        yield made
    server.close()


async def said_back(made: Proxy, blob: bytes = BLOB, seconds: float = 5) -> bytes:
    """What came back of the blob before the end, the silence or all of it."""
    got = bytearray()
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    sending = asyncio.create_task(send(writer, blob))
    try:
        async with asyncio.timeout(seconds):
            while len(got) < len(blob) and (data := await reader.read(4096)):
                got += data
    finally:
        sending.cancel()
        writer.close()
    return bytes(got)


async def send(writer: asyncio.StreamWriter, blob: bytes) -> None:
    try:
        writer.write(blob)
        await writer.drain()
    except OSError:
        pass


async def test_without_faults_everything_passes():
    async with echo() as made:
        assert await said_back(made) == BLOB


@pytest.mark.parametrize("faults", [Faults(split=3), Faults(split=1400, delay=0.001)])
async def test_splitting_and_delaying_lose_nothing(faults):
    async with echo(faults=faults) as made:
        assert await said_back(made, BLOB[:5000]) == BLOB[:5000]


async def test_a_connection_is_closed_at_the_very_byte():
    async with echo(faults=Faults(end=End.CLOSE, after=1501)) as made:
        assert len(await said_back(made, BLOB[:1000])) == 501


async def test_a_connection_is_reset_in_the_middle():
    async with echo(faults=Faults(end=End.RESET, after=1501)) as made:
        with pytest.raises(ConnectionResetError):
            await said_back(made, BLOB[:1000])


async def test_a_half_open_connection_takes_everything_and_says_nothing():
    async with echo(faults=Faults(end=End.SILENCE, after=100)) as made:
        with pytest.raises(TimeoutError):
            await said_back(made, BLOB[:5000], seconds=0.2)


async def test_a_cut_line_refuses_until_it_heals():
    async with echo() as made:
        made.cut()
        with pytest.raises(ConnectionResetError):
            await said_back(made)
        made.heal()

        assert await said_back(made) == BLOB


async def test_hushed_connections_are_cut_when_it_heals():
    async with echo() as made:
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        writer.write(b"before")
        assert await reader.read(100) == b"before"

        made.hush()
        writer.write(b"after")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.read(100)
        made.heal()

        with pytest.raises(ConnectionResetError):
            await reader.read(100)
        writer.close()


async def test_the_same_seed_draws_the_same_faults():
    drawn = []
    for _ in range(2):
        dice = random.Random(42)
        drawn.append([Faults.drawn(dice) for _ in range(200)])

    assert drawn[0] == drawn[1]
    assert {faults.end for faults in drawn[0]} == set(End)
    assert KIND in {Faults(delay=f.delay, split=f.split) for f in drawn[0]}
