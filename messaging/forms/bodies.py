"""The shape of what sockets send. Who may do what, and which texts, is decided later."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from messaging.selectors import Seen
from portal.kernel.errors import BadInput
from portal.kernel.ids import parse_id


def parse_open(body: Mapping[str, Any]) -> dict[str, Any]:
    """patient, topic, text, and team if it is a named one. Refuses BadInput."""
    named = {"team_id": _id(body["team"])} if "team" in body else {}
    patient, topic, text = _fields(body, "patient", "topic", "text", *_if(body, "team"))[:3]
    return {"patient_id": _id(patient), "topic": _text(topic), "text": _text(text), **named}


def parse_reply(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, text, seen if lines came that were not marked yet, draft if it was one.

    Refuses BadInput.
    """
    more: dict[str, Any] = {"seen": _count(body["seen"])} if "seen" in body else {}
    if "draft" in body:
        more["draft"] = Seen.parse(_text(body["draft"]))
    thread, text = _fields(body, "thread", "text", *_if(body, "seen"), *_if(body, "draft"))[:2]
    return {"thread_id": _id(thread), "text": _text(text), **more}


def parse_thread(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread. Refuses BadInput."""
    (thread,) = _fields(body, "thread")
    return {"thread_id": _id(thread)}


def parse_mark(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, upto. Refuses BadInput."""
    thread, upto = _fields(body, "thread", "upto")
    return {"thread_id": _id(thread), "upto": _count(upto)}


def parse_assign(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, person, reason. Refuses BadInput."""
    thread, person, reason = _fields(body, "thread", "person", "reason")
    return {"thread_id": _id(thread), "person_id": _id(person), "reason": _text(reason)}


def parse_hand_on(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, team (null for the care team), reason. Refuses BadInput."""
    thread, team, reason = _fields(body, "thread", "team", "reason")
    team_id = None if team is None else _id(team)
    return {"thread_id": _id(thread), "team_id": team_id, "reason": _text(reason)}


def parse_note(body: Mapping[str, Any]) -> dict[str, Any]:
    """thread, text, asks (null for nobody in particular). Refuses BadInput."""
    thread, text, asks = _fields(body, "thread", "text", "asks")
    asked = None if asks is None else _id(asks)
    return {"thread_id": _id(thread), "text": _text(text), "asks": asked}


def _fields(body: Mapping[str, Any], *names: str) -> list[Any]:
    """The values of these fields, of which none is missing and none unknown."""
    if body.keys() != {*names}:
        raise BadInput
    return [body[name] for name in names]


def _if(body: Mapping[str, Any], name: str) -> list[str]:
    return [name] if name in body else []


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:  # bool is an int, too
        raise BadInput
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput
    return value


def _id(value: Any) -> UUID:
    try:
        return parse_id(value)
    except ValueError:
        raise BadInput from None
