"""What one seat may say to the other: strict, short, and nothing that a browser says is lost."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.visits import frames
from scheduling.visits.frames import FrameRefused, as_signal, parse
from tests.shared import shared

pytestmark = [pytest.mark.pure, pytest.mark.feature("V1", "V4")]
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
CANDIDATE = "candidate:1 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.4 rport 1"
GOOD = [
    {"kind": "offer", "sdp": SDP},
    {"kind": "answer", "sdp": SDP.replace("\r\n", "\n")},
    {"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": 0},
    {"kind": "candidate", "candidate": "", "mid": "", "line": -1},
    {"kind": "restart"},
    {"kind": "media", "microphone": True, "camera": False, "screen": ""},
]


@pytest.mark.parametrize("signal", GOOD)
def test_what_browsers_say_passes_unchanged(signal):
    assert as_signal(parse(signal)) == signal


@pytest.mark.parametrize(
    "signal",
    [
        None,
        [],
        "offer",
        {},
        {"kind": None},
        {"kind": ["offer"], "sdp": SDP},
        {"kind": "join", "sdp": SDP},
        {"kind": "offer"},
        {"kind": "offer", "sdp": SDP, "to": "somebody"},
        {"kind": "offer", "sdp": None},
        {"kind": "offer", "sdp": ""},
        {"kind": "offer", "sdp": "hello"},
        {"kind": "offer", "sdp": "v=1\r\n"},
        {"kind": "offer", "sdp": "o=-\r\nv=0\r\n"},
        {"kind": "offer", "sdp": "v=0\r\n\r\ns=-\r\n"},
        {"kind": "offer", "sdp": "v=0\r\nA=1\r\n"},
        {"kind": "offer", "sdp": "v=0\r\na=\x00\r\n"},
        {"kind": "offer", "sdp": "v=0\r\na=\ud800\r\n"},
        {"kind": "offer", "sdp": "v=0\r\na=" + "x" * 5000},
        {"kind": "offer", "sdp": "v=0\r\n" + "m=video 9 x 1\r\n" * 41},
        {"kind": "offer", "sdp": "v=0\r\n" + "a=x\r\n" * 1001},
        {"kind": "offer", "sdp": "v=0\r\n" + "a=é\r\n" * 6000},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": "0"},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": 0, "line": 0},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": True},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": 40},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": 0.0},
        {"kind": "candidate", "candidate": "candidate:", "mid": "0", "line": 0},
        {"kind": "candidate", "candidate": CANDIDATE + "\n", "mid": "0", "line": 0},
        {"kind": "candidate", "candidate": CANDIDATE + " x" * 600, "mid": "0", "line": 0},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": "x" * 65, "line": 0},
        {"kind": "candidate", "candidate": CANDIDATE, "mid": "a b", "line": 0},
        {"kind": "restart", "now": True},
        {"kind": "media", "microphone": 1, "camera": False, "screen": ""},
        {"kind": "media", "microphone": True, "camera": False, "screen": None},
    ],
)
def test_anything_else_is_refused(signal):
    with pytest.raises(FrameRefused):
        parse(signal)


def test_the_limits_are_reached_and_not_passed():
    room = "v=0\r\n"
    line = "a=" + "x" * 1000 + "\r\n"
    most = room + line * ((frames.MOST_SDP - len(room)) // len(line))

    assert judged(most)
    with pytest.raises(FrameRefused):
        parse({"kind": "offer", "sdp": most + line})


def descriptions() -> list[Path]:
    """Descriptions of sessions as they are found in the wild."""
    home = shared("sdp")
    return sorted(home.rglob("*.sdp"))


def judged(text: str) -> bool:
    """True if it is passed on; a refusal is an answer too, anything else is a fault."""
    try:
        passed = parse({"kind": "offer", "sdp": text})
    except FrameRefused:
        return False
    assert as_signal(passed) == {"kind": "offer", "sdp": text}
    return True


def test_descriptions_from_the_wild_are_relayed_or_refused():
    found = descriptions()
    passed = [path.name for path in found if judged(path.read_text(errors="replace"))]

    assert found
    assert len(passed) > len(found) / 2


def test_descriptions_that_somebody_spoilt_are_relayed_or_refused():
    texts = [path.read_text(errors="replace") for path in descriptions()]
    chance = random.Random(4)  # the same ten thousand each time

    for _ in range(10_000):
        judged(spoilt(chance, chance.choice(texts)))


def spoilt(chance: random.Random, text: str) -> str:
    """The text with something cut, doubled, swapped or thrown in."""
    first, last = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    match chance.randrange(4):
        case 0:
            return text[:first] + text[last:]
        case 1:
            return text[:last] + text[first:last] * chance.randrange(1, 5) + text[last:]
        case 2:
            return text[:first] + chance.choice("\x00\r\n\x7f\ud800\u202e=v:") + text[first:]
        case _:
            return text[first:last] + text[:first] + text[last:]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(kind=st.sampled_from(["offer", "candidate", "media", "restart"]), more=JSON, sdp=st.text())
def test_no_shape_of_json_is_too_much(kind, more, sdp):
    for signal in (more, {"kind": kind, "sdp": more}, {"kind": kind, "sdp": f"v=0\r\n{sdp}"}):
        try:
            assert json.dumps(as_signal(parse(signal)))
        except FrameRefused:
            continue
