"""Credentials for relays: after admission, for one person in one visit, for minutes."""

import base64
import hmac
from datetime import timedelta
from uuid import uuid4

import pytest

from portal import env
from portal.kernel import clock
from scheduling.visits import actions, selectors
from scheduling.visits.readings.rooms import RoomView
from scheduling.visits.states import State
from tests.scheduling.visits.world import admitted, at_socket, do, waiting

pytestmark = pytest.mark.feature("V1")
SECRET = "a secret of more than 24 characters"
TURN = ["turn:relay.example.org:3478?transport=udp", "turns:relay.example.org:5349"]


@pytest.fixture(autouse=True)
def a_relay(settings):
    """There is a relay, and a server that tells browsers their address."""
    settings.STUN_URLS = ["stun:relay.example.org:3478"]
    settings.TURN_URLS, settings.TURN_SECRET = TURN, SECRET


def state_of(someone, visit, socket: str = ""):
    """The visit as their page has it, over this socket."""
    actor = at_socket(someone, socket or someone.key)
    return RoomView(actor, visit).items(actor, 0).items[0]


def seated(someone, visit, socket: str = "") -> None:
    """They join."""
    do(actions.join, at_socket(someone, socket or someone.key), visit, uuid4(), 0)


def test_nobody_who_waits_has_credentials(world, ada, cara):
    visit = waiting(world)
    seated(ada, visit)

    assert state_of(ada, visit)["seat"] == "mine"
    for someone in (ada, cara):
        assert "ice_servers" not in state_of(someone, visit)


def test_only_the_seat_that_counts_has_credentials(world, ada, pia, cara):
    visit = admitted(world)
    for someone in (ada, pia, cara):
        assert "ice_servers" not in state_of(someone, visit)

    seated(ada, visit)

    assert len(state_of(ada, visit)["ice_servers"]) == 2
    assert "ice_servers" not in state_of(ada, visit, socket="other-tab")
    assert "ice_servers" not in state_of(pia, visit)


@pytest.mark.parametrize("action", [actions.send_back, actions.end])
def test_they_end_with_the_admission(world, ada, cara, action):
    visit = admitted(world)
    seated(ada, visit)
    do(action, cara, visit)

    assert selectors.fetch(ada.actor, visit).room.state in {State.WAITING, State.ENDED}
    assert "ice_servers" not in state_of(ada, visit)


def test_a_relay_can_check_them_and_they_name_nobody(world, ada, cara):
    visit = admitted(world)
    for someone in (ada, cara):
        seated(someone, visit)
    names = set()
    for someone in (ada, cara):
        stun, turn = state_of(someone, visit)["ice_servers"]
        assert stun == {"urls": ["stun:relay.example.org:3478"]}
        assert turn["urls"] == TURN
        until, _, pseudonym = turn["username"].partition(":")
        proof = hmac.new(SECRET.encode(), turn["username"].encode(), "sha1").digest()
        assert base64.b64decode(turn["credential"]) == proof
        left = int(until) - clock.now().timestamp()
        assert 0 < left <= 600
        assert someone.id.hex[:8] not in turn["username"]
        names.add(pseudonym)

    assert len(names) == 2
    with clock.moved(by=timedelta(seconds=5)):
        again = state_of(ada, visit)["ice_servers"][1]["username"]
    assert again.split(":")[1] in names


@pytest.mark.pure
@pytest.mark.parametrize(
    "told",
    [
        "relay.example.org",
        "http://relay.example.org",
        "turn:",
        "turn://relay",
        "turn::3478",
        "stun:a",
    ],
)
def test_what_names_no_relay_refuses_to_start(told):
    here = env.read({"PORTAL_TURN_URLS": told})

    with pytest.raises(env.BadEnvironment):
        here.addresses("PORTAL_TURN_URLS", "turn", "turns")


@pytest.mark.pure
def test_relays_are_named_one_after_the_other():
    here = env.read({"PORTAL_TURN_URLS": ", ".join(TURN)})

    assert here.addresses("PORTAL_TURN_URLS", "turn", "turns") == TURN
