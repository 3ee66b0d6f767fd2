"""The table of docs/access.md, and for each row how it is asked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.accounts import actions as accounts
from portal.accounts.models import Session, TotpDevice
from portal.accounts.selectors import standing_of_key
from portal.accounts.selectors.factors import _code, secret_of, step_of
from portal.kernel import clock, door, plugs
from portal.kernel.ids import new_id
from tests.cast import KEYS, PASSWORD, Someone
from tests.patients import arranged
from tests.shared import ROOT
from tests.world import World

ROW = re.compile(
    r"^\| ((?:GET|POST|follow|do) [\w.:-]+) \| (\w+)(, fresh)? \|((?:[^|\n]+\|){9})$", re.M
)


@dataclass(frozen=True)
class Row:
    """One row: what is asked for, the answer that is a yes, and a word for each of the cast."""

    asked: str
    answer: str
    cells: Mapping[str, str]
    fresh: bool = False
    """Asks once more who one is, if that was last shown some time ago."""


def table() -> dict[str, Row]:
    """Every row of docs/access.md."""
    text = (ROOT / "docs" / "access.md").read_text()
    rows = {}
    for asked, answer, fresh, cells in ROW.findall(text):
        words = [cell.strip() for cell in cells.split("|")[:-1]]
        assert asked not in rows, f"two rows for {asked}"
        rows[asked] = Row(asked, answer, dict(zip(KEYS, words, strict=True)), bool(fresh))
    return rows


def routes(resolver: Any = None, inside: str = "") -> dict[str, set[str]]:
    """The name of every address, with the names of its arguments."""
    found: dict[str, set[str]] = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            found |= routes(
                pattern, inside + (f"{pattern.namespace}:" if pattern.namespace else "")
            )
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            found[inside + pattern.name] = {*pattern.pattern.converters}
    return found


def frames() -> set[str]:
    """Everything that a page can follow or do over its socket."""
    return {f"follow {name}" for name in plugs.topics()} | {
        f"do {name}" for name in plugs.commands()
    }


@dataclass(frozen=True)
class Ask:
    """One thing asked for: where, with what, and by a browser with which cookie."""

    where: str
    fields: Mapping[str, Any] = field(default_factory=dict)


Scene = Callable[[World, Someone, str], Ask]


def page(name: str, **fields: Any) -> Scene:
    """A page or form without arguments."""
    return lambda _world, _someone, _key: Ask(reverse(name), fields)


def of_thread(name: str, *, closed: bool = False, **fields: Any) -> Scene:
    """A page or form of a fresh thread of Ada's."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        thread = a_thread(world, closed=closed)
        told = {"command_id": new_id(), **fields}
        return Ask(reverse(name, args=[thread]), told)

    return scene


def to_thread(closed: bool = False, **fields: Any) -> Scene:
    """The body of a command about a fresh thread of Ada's."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        return Ask("", {"thread": str(a_thread(world, closed=closed)), **fields})

    return scene


def a_thread(world: World, *, closed: bool = False) -> UUID:
    """A thread of Ada's, with an answer."""
    thread = world.thread(replies=1)
    if closed:
        world.close(thread)
    return thread


def following(world: World, _someone: Someone, _key: str) -> Ask:
    """The topic of a fresh thread of Ada's."""
    return Ask(f"thread.{a_thread(world).hex}")


def chart(world: World, _someone: Someone, _key: str) -> Ask:
    """Ada's chart."""
    return Ask(reverse("patients:chart", args=[world.cast.ada_record]))


def writing(world: World, _someone: Someone, _key: str) -> Ask:
    """A message to be written about Ada."""
    return Ask(f"{reverse('messaging:write')}?patient={world.cast.ada_record}")


def written(world: World, _someone: Someone, _key: str) -> Ask:
    """A thread about Ada."""
    fields = {
        "patient": world.cast.ada_record,
        "topic": world.words("It itches"),
        "body": world.words("Since Tuesday"),
        "command_id": new_id(),
    }
    return Ask(reverse("messaging:write"), fields)


def opening(world: World, _someone: Someone, _key: str) -> Ask:
    """The same as a command."""
    words = {"topic": world.words("It itches"), "text": world.words("Since Tuesday")}
    return Ask("", {"patient": str(world.cast.ada_record), **words})


def signing_in(_world: World, someone: Someone, _key: str) -> Ask:
    """The first step with one's own password."""
    fields = {"username": someone.email or "nobody@example.org", "password": PASSWORD}
    return Ask(reverse("accounts:sign-in"), fields)


def enrolling(_world: World, someone: Someone, key: str) -> Ask:
    """An app's first code, after the page that shows its secret."""
    if not someone.roles:
        return Ask(reverse("accounts:factor"), {"code": "000000"})
    door.run(accounts.begin_factor, standing_of_key(key).actor)
    device = TotpDevice.objects.get(user=someone.id, confirmed=False)
    return Ask(reverse("accounts:factor"), {"code": _code(secret_of(device), step_of(clock.now()))})


def another_password(_world: World, _someone: Someone, _key: str) -> Ask:
    """One's own password, and a better one."""
    fields = {"current": PASSWORD, "chosen": "seven kettles on the moon"}
    return Ask(reverse("accounts:password"), fields)


def adas_session(world: World, _someone: Someone, _key: str) -> Ask:
    """A session of Ada's on another device."""
    world.cast.ada.start_session()
    last = Session.objects.filter(person=world.cast.ada.id).latest("created_at")
    return Ask(reverse("accounts:end-session", args=[last.pk]))


def my_sessions(_world: World, someone: Someone, _key: str) -> Ask:
    """Another session of one's own, to be ended."""
    if someone.roles:
        someone.start_session()
    return Ask(reverse("accounts:end-other-sessions"))


def of_patients(name: str, scene: Callable[[World], tuple[list[UUID], Mapping[str, Any]]]) -> Scene:
    """A page or form about what the scene prepares: the ids of its address, and its fields."""

    def asked(world: World, _someone: Someone, _key: str) -> Ask:
        ids, fields = scene(world)
        return Ask(reverse(name, args=ids), {"command_id": new_id(), **fields})

    return asked


SCENES: dict[str, Scene] = {
    "GET home": page("home"),
    "GET healthz": page("healthz"),
    "GET metrics": page("metrics"),
    "GET readyz": page("readyz"),
    "GET accounts:sign-in": page("accounts:sign-in"),
    "POST accounts:sign-in": signing_in,
    "GET accounts:code": page("accounts:code"),
    "POST accounts:code": page("accounts:code", code="000000", way="app"),
    "POST accounts:sign-out": page("accounts:sign-out"),
    "GET accounts:typed": page("accounts:typed"),
    "GET accounts:stay": page("accounts:stay"),
    "POST accounts:stay": page("accounts:stay"),
    "GET accounts:factor": page("accounts:factor"),
    "POST accounts:factor": enrolling,
    "GET accounts:recovery-codes": page("accounts:recovery-codes"),
    "POST accounts:recovery-codes": page("accounts:recovery-codes"),
    "POST accounts:new-recovery-codes": page("accounts:new-recovery-codes"),
    "GET accounts:password": page("accounts:password"),
    "POST accounts:password": another_password,
    "POST accounts:language": page("accounts:language", language="es"),
    "GET accounts:sessions": page("accounts:sessions"),
    "POST accounts:end-session": adas_session,
    "POST accounts:end-other-sessions": my_sessions,
    "GET patients:chart": chart,
    **{asked: of_patients(asked.split()[1], scene) for asked, scene in arranged.SCENES.items()},
    "GET messaging:threads": page("messaging:threads"),
    "GET messaging:write": writing,
    "POST messaging:write": written,
    "GET messaging:thread": of_thread("messaging:thread"),
    "POST messaging:reply": of_thread("messaging:reply", body="It got worse"),
    "POST messaging:close": of_thread("messaging:close"),
    "POST messaging:reopen": of_thread("messaging:reopen", closed=True),
    "POST messaging:mark-read": of_thread("messaging:mark-read", sequence=1),
    "follow thread": following,
    "do messaging.open": opening,
    "do messaging.reply": to_thread(text="It got worse"),
    "do messaging.close": to_thread(),
    "do messaging.reopen": to_thread(closed=True),
    "do messaging.mark_read": to_thread(upto=1),
}


def _with_the_rooms_own() -> None:
    """The scenes of tests/architecture/scenes, which are made of what stands above."""
    from tests.architecture.scenes import gathered

    SCENES.update(gathered())


_with_the_rooms_own()
