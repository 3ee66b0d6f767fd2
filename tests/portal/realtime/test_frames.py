"""What a page may say: everything else is refused, and nothing crashes the parser."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.ids import new_id
from portal.realtime import frames
from tests.shared import shared

COMMAND = str(new_id())


def test_the_five_frames_are_read() -> None:
    assert frames.parse('{"kind":"ping"}') == frames.Ping()
    assert frames.parse('{"kind":"seen","n":3}') == frames.Seen(3)
    assert frames.parse('{"kind":"leave","topic":"thread.0"}') == frames.Leave("thread.0")
    followed = frames.parse('{"kind":"follow","topic":"thread.0","after":7}')
    assert followed == frames.Follow("thread.0", 7)
    done = frames.parse(
        json.dumps({"kind": "do", "command": "a.b", "id": COMMAND, "body": {"x": 1}})
    )
    assert isinstance(done, frames.Do)
    assert str(done.id) == COMMAND


MALFORMED = {
    "nothing": "",
    "no object": "[1]",
    "no kind": "{}",
    "an unknown kind": '{"kind":"shout"}',
    "a field too many": '{"kind":"ping","n":1}',
    "a field too few": '{"kind":"seen"}',
    "a key twice": '{"kind":"seen","n":1,"n":2}',
    "NaN": '{"kind":"seen","n":NaN}',
    "Infinity": '{"kind":"seen","n":Infinity}',
    "a fraction": '{"kind":"seen","n":1.0}',
    "a truth for a number": '{"kind":"seen","n":true}',
    "a negative": '{"kind":"seen","n":-1}',
    "2^53": '{"kind":"seen","n":9007199254740992}',
    "a thousand digits": '{"kind":"seen","n":' + "9" * 1000 + "}",
    "a kind that is no text": '{"kind":["ping"]}',
    "an id that is none": '{"kind":"do","command":"a","id":"1","body":{}}',
    "an id in braces": '{"kind":"do","command":"a","id":"{%s}","body":{}}' % COMMAND,  # noqa: UP031
    "a body that is a list": '{"kind":"do","command":"a","id":"%s","body":[]}' % COMMAND,  # noqa: UP031
    "a deep body": '{"kind":"do","command":"a","id":"%s","body":{"a":%s}}'  # noqa: UP031
    % (COMMAND, "[" * 5000 + "]" * 5000),
    "half a surrogate pair": '{"kind":"leave","topic":"\\ud800"}',
    "a long topic": json.dumps({"kind": "leave", "topic": "t" * 101}),
    "something after": '{"kind":"ping"}{"kind":"ping"}',
    "a comment": '{"kind":"ping"}//',
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(frames.FrameRefused):
        frames.parse(text)


def test_brackets_in_a_text_are_not_depth() -> None:
    body = {"text": "[" * 500 + '\\"' + "{" * 500}

    frame = frames.parse(json.dumps({"kind": "do", "command": "a", "id": COMMAND, "body": body}))

    assert isinstance(frame, frames.Do)
    assert frame.body == body


def test_a_frame_over_the_cap_is_refused_before_it_is_read() -> None:
    with pytest.raises(frames.FrameTooLarge):
        frames.parse(json.dumps({"kind": "leave", "topic": "ü" * 33_000}, ensure_ascii=False))


@given(
    st.text(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(json.dumps)
)
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        frames.parse(text)
    except frames.FrameRefused:
        return
    assert json.loads(text)["kind"] in {"ping", "seen", "leave", "follow", "do"}


def test_naughty_strings_travel_unharmed() -> None:
    for text in json.loads(shared("badinput/blns.json").read_text()):
        frame = frames.parse(
            json.dumps({"kind": "do", "command": "a", "id": COMMAND, "body": {"text": text}})
        )
        assert isinstance(frame, frames.Do)
        assert frame.body["text"] == text
