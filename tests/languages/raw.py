"""What a reader is told outside of any translation.

In the accented language every message stands in brackets, so what stands outside of any is raw, or
was written by people. What people of these tests write is known word by word.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from zoneinfo import available_timezones

from icalendar import Calendar

from portal.kernel.catalogues import BRACKETS
from tests.harness.canary import STEM

OPEN, SHUT = tuple(BRACKETS)
SPOKEN = {
    "alt", "title", "placeholder", "label", "aria-label", "aria-description",
    "aria-roledescription", "aria-valuetext", "aria-placeholder",
}  # fmt: skip
SILENT = {"script", "style", "svg", "code", "kbd", "textarea"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LETTER = re.compile(r"[^\W\d_]")
# No words: addresses, command lines, names of zones, ids, sums, and what people copy from a page.
NO_WORDS = re.compile(
    r"\bmanage\.py .+|\b[a-z]+://\S+|\S+@\S+|\b[A-Z]\w+/\w+(?:/\w+)?\b"
    r"|\bEva-[0-9a-f]{6}\b|(?<!\w)[0-9a-f]{8,}(?!\w)"
    r"|(?<!\w)[\w-]{43,}={0,2}(?!\w)|(?<!\w)[a-z0-9]{4}(?:-[a-z0-9]{4}){3}(?!\w)"
    r"|(?<!\w)[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}(?!\w)|\d+|\bUTC\b"
)
CODE = re.compile(r"[a-z0-9_.:/#?=&%@+{}|-]*|(?:[a-z]+:[a-z|-]+ ?)+|[A-Z]\w+/[\w/]+|[\dT:.+-]+Z?")
ZONES = available_timezones()
PEOPLE = (
    "Ada", "Ben", "Pia", "Dr Cara", "Dr Dov", "Cara", "Dov", "Sam", "Ivy", "Max", "Eva", "Eva Berg",
)  # fmt: skip


def left(text: str, data: Iterable[str] = ()) -> str:
    """What is left of a text when translations, data and what is no word are taken away."""
    told, depth = "", 0
    for sign in text:
        depth += sign == OPEN
        told += sign if not depth else " "
        depth -= sign == SHUT
    known = "|".join(sorted((*PEOPLE, *data), key=len, reverse=True))
    told = re.sub(rf"{STEM}s?", " ", NO_WORDS.sub(" ", told), flags=re.I)
    told = re.sub(rf"(?<!\w)(?:{known})(?!\w)", " ", told, flags=re.I)
    told = " ".join(told.split())
    return told if LETTER.search(told) and not depth else f"{told} (cut)" if depth else ""


class Reader(HTMLParser):
    """Everything that a page says, and where: its texts, what is read out, what scripts show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.spoken: list[tuple[str, str]] = []
        self.held: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID and (self.silent or is_silent(tag, given)):
            self.silent.append(tag)
        self.spoken += [*said_by(tag, given)]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)
        elif self.silent == ["script"] and data.strip().startswith(("{", "[")):
            self.spoken += [("script", each) for each in strings(json.loads(data))]


def is_silent(tag: str, given: dict[str, str]) -> bool:
    """True for pictures, what is typed, initials, and languages and zones by their own names."""
    is_zone = tag == "option" and given.get("value") in ZONES
    is_language = "lang" in given and tag != "html"
    return tag in SILENT or is_zone or is_language or "face" in given.get("class", "").split()


def said_by(tag: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What attributes say: to people, or to scripts that show it."""
    for name, value in given.items():
        is_button = tag == "input" and given.get("type") in {"submit", "button"}
        if name in SPOKEN or (name == "value" and is_button):
            yield name, value
        elif name.startswith("data-") and value.startswith(("{", "[")):
            yield from ((name, each) for each in strings(json.loads(html.unescape(value))))
        elif name.startswith("data-") and not CODE.fullmatch(value):
            yield name, value


def strings(value: Any) -> Iterator[str]:
    """Every text of a JSON value that is no code."""
    match value:
        case str() if not CODE.fullmatch(value):
            yield value
        case dict():
            yield from strings([*value.values()])
        case list():
            for each in value:
                yield from strings(each)


def raw(page: str, data: Iterable[str] = ()) -> list[str]:
    """What a page says outside of any translation."""
    reader = Reader()
    reader.feed(page)
    found = [f"{where}: {rest}" for where, text in reader.spoken if (rest := left(text, data))]
    return found + raw_texts(reader.texts, data)


def raw_texts(texts: Iterable[str], data: Iterable[str] = ()) -> list[str]:
    """The same of texts in a row: a translation may begin in one and end in another."""
    found, depth = [], 0
    for text in texts:
        whole = OPEN * depth + text
        depth = whole.count(OPEN) - whole.count(SHUT)
        if rest := left(whole + SHUT * depth, data):
            found.append(rest)
    return [*found, f"{depth} translations have no end"] if depth else found


def raw_file(made: bytes, data: Iterable[str] = ()) -> list[str]:
    """The same of a calendar file."""
    lines = [
        str(event[name])
        for event in Calendar.from_ical(made).walk("VEVENT")
        for name in ("summary", "description", "location", "comment")
        if name in event
    ]
    return raw_texts(lines, data)
