"""No test leaves this machine."""

import asyncio
import socket
import urllib.request

import pytest

from tests.harness.network import WorldReached, is_near

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 1), ("localhost", 1), ("::1", 1, 0, 0), "/run/a.socket", ("", 0)]
)
def test_near(address):
    assert is_near(address)


@pytest.mark.parametrize(
    "address", [("8.8.8.8", 53), ("example.org", 80), ("2001:db8::1", 1, 0, 0)]
)
def test_far(address):
    assert not is_near(address)


def test_connecting_to_the_world_fails():
    with socket.socket() as one, pytest.raises(WorldReached):
        one.connect(("192.0.2.1", 80))


def test_looking_up_a_name_of_the_world_fails():
    with pytest.raises(WorldReached):
        urllib.request.urlopen("http://example.org/", timeout=1)


async def test_an_event_loop_does_not_get_there_either():
    with pytest.raises(WorldReached):
        await asyncio.open_connection("192.0.2.1", 80)
