"""JSON from outside, read with suspicion: every misfit is a BundleRefused that says where it is.

A sentence names the entry and the field, never the value: values are health data.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn
from unicodedata import category, normalize

from portal.kernel.errors import Refusal

MOST_BYTES = 64 * 1024 * 1024
MOST_ENTRIES = 100_000
MOST_ITEMS = 200
MOST_CHARACTERS = 1_000
# Marks that turn the reading direction of what follows: they let a name rewrite its neighbours.
TURNS = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff"}
_SPACE = re.compile(r"\s+")


class BundleRefused(Refusal):
    """This bundle cannot be read. The sentence names the entry, counted from 0, and the field."""

    code = "bundle-refused"
    status = 400

    def __init__(self, why: str, *, entry: int | None = None) -> None:
        super().__init__(f"entry {entry}: {why}" if entry is not None else why)
        self.entry = entry

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """A JSON object inside an entry, and the path that leads to it."""

    fields: dict[str, object]
    entry: int | None
    path: str

    def refuse(self, why: str, name: str = "") -> NoReturn:
        """Stop here, with the place of the fault."""
        raise BundleRefused(f"{self._at(name)} {why}", entry=self.entry)

    def has(self, name: str) -> bool:
        """True if the field is there with any value."""
        return self.fields.get(name) is not None

    def child(self, name: str) -> "Node | None":
        """The object in this field."""
        value = self.fields.get(name)
        return None if value is None else self._node(value, name)

    def children(self, name: str) -> tuple["Node", ...]:
        """The objects of the list in this field."""
        return tuple(self._node(value, f"{name}[{n}]") for n, value in self._items(name))

    def text(self, name: str, *, most: int = MOST_CHARACTERS) -> str:
        """The words in this field, cleaned; empty where there is none."""
        value = self.fields.get(name)
        return "" if value is None else self._words(value, name, most)

    def texts(self, name: str, *, most: int = MOST_CHARACTERS) -> tuple[str, ...]:
        """The words of the list in this field; nulls, which carry extensions only, left out."""
        found = (self._words(v, f"{name}[{n}]", most) for n, v in self._items(name))
        return tuple(words for words in found if words)

    def flag(self, name: str) -> bool | None:
        """The yes or no in this field."""
        value = self.fields.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.refuse("must be true or false", name)

    def one_of(self, name: str, codes: frozenset[str]) -> str:
        """The code in this field. Empty where there is none; any code not known is refused."""
        code = self.text(name, most=64)
        if code and code not in codes:
            self.refuse("is a code that is not known here", name)
        return code

    def _items(self, name: str) -> Iterator[tuple[int, object]]:
        value = self.fields.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.refuse("must be a list", name)
        if len(value) > MOST_ITEMS:
            self.refuse(f"has more than {MOST_ITEMS} items", name)
        yield from ((n, item) for n, item in enumerate(value) if item is not None)

    def _node(self, value: object, name: str) -> "Node":
        if not isinstance(value, dict):
            self.refuse("must be an object", name)
        return Node(value, self.entry, self._at(name))

    def _words(self, value: object, name: str, most: int) -> str:
        if not isinstance(value, str):
            self.refuse("must be text", name)
        if len(value) > most:
            self.refuse(f"is longer than {most} characters", name)
        try:
            return cleaned(value)
        except UnicodeError:
            self.refuse("is not Unicode text", name)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if name else self.path


def cleaned(text: str) -> str:
    """The text in one line of NFC, without control characters and turns of direction.

    Raises UnicodeError where half a surrogate pair makes it no text at all.
    """
    text.encode()
    kept = (" " if category(sign) == "Cc" else sign for sign in text if sign not in TURNS)
    return _SPACE.sub(" ", normalize("NFC", "".join(kept))).strip()


def parsed(raw: bytes) -> dict[str, object]:
    """The JSON object that these bytes hold."""
    if len(raw) > MOST_BYTES:
        raise BundleRefused(f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
    try:
        value = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number
        )
    except BundleRefused:
        raise
    except UnicodeError:
        raise BundleRefused("the file is not UTF-8 text") from None
    except RecursionError:
        raise BundleRefused("the file is nested too deeply") from None
    except ValueError:
        raise BundleRefused("the file is not JSON") from None
    if not isinstance(value, dict):
        raise BundleRefused("the file holds no resource")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BundleRefused("the file names one field twice in one object")
    return fields


def _no_number(_: str) -> NoReturn:
    raise ValueError("not a number in JSON")
