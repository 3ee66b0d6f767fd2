"""The relay that we recommend: for whom it relays, and whereto it never does."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from portal.kernel import clock
from scheduling.visits.readings.relays import ice_servers
from tests.harness import turn
from tests.harness.turn import Client, Relay, credentials

pytestmark = pytest.mark.feature("V1", "V9")

PUBLIC = {4: "93.184.215.14", 6: "2606:2800:21f:cb07:6820:80da:af6b:8b2c"}
SPECIAL = {
    4: """0.0.0.0 0.0.0.1 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3
        127.255.255.255 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1
        192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1
        198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
        255.255.255.255""",
    6: """:: ::1 ::7f00:1 ::ffff:0.0.0.0 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254
        ::ffff:172.16.0.1 ::ffff:192.168.0.1 ::ffff:93.184.215.14 64:ff9b::7f00:1
        64:ff9b::a00:1 64:ff9b:1::7f00:1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1
        fd00::2 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1""",
}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """It runs, with the configuration as it stands in docs."""
    if why := turn.lacking():
        pytest.skip(why)
    with turn.relay(tmp_path_factory.mktemp("turn")) as relay:
        yield relay


def soon() -> float:
    """In ten minutes."""
    return time.time() + 600


@pytest.mark.parametrize("family", [4, 6])
def test_it_relays_to_the_world_and_to_no_special_address(relay: Relay, family: int):
    with Client(relay, *credentials(soon()), family) as client:
        assert client.allocate() == 0
        assert client.permit(PUBLIC[family]) == 0

        passed = [each for each in SPECIAL[family].split() if client.permit(each) != 403]

    assert passed == []


def test_it_relays_only_for_whom_the_portal_named_and_only_for_minutes(relay: Relay):
    name, password = credentials(soon())
    others = {
        "another secret": credentials(soon(), "some other secret that is long"),
        "over": credentials(time.time() - 1),
        "made longer": (credentials(soon() + 3600)[0], password),
        "no password": (name, ""),
    }

    for words, given in others.items():
        with Client(relay, *given) as client:
            assert client.allocate() == 401, words


def test_one_person_does_not_fill_it(relay: Relay):
    name = credentials(soon())
    clients = [Client(relay, *name) for _ in range(9)]

    answers = [client.allocate() for client in clients]

    assert answers == [0] * 8 + [486]
    for client in clients:
        client.close()


def test_what_the_portal_hands_out_opens_it_for_ten_minutes(relay: Relay, settings):
    settings.TURN_URLS, settings.TURN_SECRET = [relay.url], turn.SECRET
    whom, now = (uuid4(), uuid4()), clock.now()

    answers = []
    for at in (now, now - timedelta(minutes=11)):
        (server,) = ice_servers(*whom, at)
        with Client(relay, server["username"], server["credential"]) as client:
            answers.append(client.allocate())

    assert answers == [0, 401]
