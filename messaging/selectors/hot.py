"""Reads that run for every message: their queryset compiled once, then run with other values.

Building and compiling a policy's queryset costs more than all the rest of sending a message. The
queryset stays the only statement of the rule: it is built for a stand-in whose id, like the
thread's, is recognised among the parameters. A day, an instant that is not now, or anything of the
session sends each call back to the queryset itself: slower, never wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.statements import Row, Statement

Build = Callable[[Actor, UUID, int], QuerySet[Any, Row]]

_ACTOR = UUID("0198f0a1-5eed-7acc-8000-00000000a501")
_REF = UUID("0198f0a1-5eed-7acc-8000-00000000b502")
_NUMBER = 1_960_421_337
_SESSION = "0198f0a15eed7acc80000000c5e55103"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled queryset, the values that never change, and how its columns are read."""

    statement: Statement
    constants: Mapping[str, Any]
    converters: tuple[tuple[int, Any, Any], ...]

    def rows(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> list[Row]:
        """The rows for these values, as the queryset would return them."""
        found = self.statement.rows({**self.constants, **values})
        return [self._read(database, row) for row in found]

    def _read(self, database: BaseDatabaseWrapper, row: Row) -> Row:
        read = list(row)
        for position, converters, expression in self.converters:
            for convert in converters:
                read[position] = convert(read[position], expression, database)
        return tuple(read)


class Hot:
    """A queryset of tuples, by actor, thread and a number, that is compiled once per set of roles.

    Policies may look at the actor's kind, roles and id, and at the clock; nothing else.
    """

    def __init__(self, build: Build) -> None:
        self.build = build
        self._plans: dict[tuple[Any, ...], Plan | None] = {}

    def rows(self, actor: Actor, ref: UUID, number: int = 0) -> list[Row]:
        """What `build` finds for this actor, thread and number, now."""
        plan = self.plan(actor)
        if plan is None:
            return list(self.build(actor, ref, number))
        database = connections[DEFAULT_DB_ALIAS]
        values = {
            "actor": _adapted(database, actor.id),
            "ref": _adapted(database, ref),
            "number": number,
            "now": _adapted(database, clock.now()),
        }
        return plan.rows(database, values)

    def plan(self, actor: Actor) -> Plan | None:
        """How this is read for actors of such kind and roles; None if it must be built anew."""
        database = connections[DEFAULT_DB_ALIAS]
        key = (database.vendor, actor.kind, actor.roles)
        if key not in self._plans:
            self._plans[key] = self._compile(database, actor)
        return self._plans[key]

    def _compile(self, database: BaseDatabaseWrapper, actor: Actor) -> Plan | None:
        since = clock.now()
        query = self.build(_stand_in(actor), _REF, _NUMBER).query
        compiler = query.get_compiler(using=database.alias)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        names = _names(database, params, since)
        if names is None:
            return None
        constants = {name: params[int(name[1:])] for name in names if name[0] == "c"}
        text = sql % tuple(f"%({name})s" for name in names)
        expressions = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(expressions).items()
        read = tuple((position, how, what) for position, (how, what) in converters)
        return Plan(Statement(text), constants, read)


def _stand_in(actor: Actor) -> Actor:
    return replace(actor, id=_ACTOR, session=_SESSION, request=_SESSION)


def _names(
    database: BaseDatabaseWrapper, params: Sequence[Any], since: datetime
) -> list[str] | None:
    """What each parameter stands for; None if one of them changes in a way not known here."""
    until = clock.now()
    known: dict[Any, str] = {
        _adapted(database, _ACTOR): "actor",
        _adapted(database, _REF): "ref",
        _NUMBER: "number",
    }
    names: list[str] = []
    for position, param in enumerate(params):
        if param == _SESSION:
            return None
        if (instant := _instant(param)) is not None:
            if not since <= instant <= until:
                return None
            names.append("now")
        else:
            plain = param if isinstance(param, UUID | str | int) else None
            names.append(known.get(plain, f"c{position}"))
    return names


def _adapted(database: BaseDatabaseWrapper, value: UUID | datetime) -> Any:
    """The value as this engine takes it in a parameter."""
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return value if database.features.has_native_uuid_field else value.hex


def _instant(param: Any) -> datetime | None:
    """The instant in this parameter, if it is one; a day is an instant that is never now."""
    if isinstance(param, datetime):
        return param
    if isinstance(param, date):
        return _EPOCH
    if not isinstance(param, str) or param[4:5] != "-":
        return None
    found = parse_datetime(param)
    return found.replace(tzinfo=UTC) if found else None
