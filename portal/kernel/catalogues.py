"""Catalogues of translations: read as text and compiled on start, which takes only Python.

What is in `locale/` is what translators write (.po). What Django reads (.mo) is made from it in a
folder named after its content. Two made-up languages come from the same source, for whoever looks
after pages: one accented, bracketed and a third longer, one from right to left. Pure.
"""

import ast
import hashlib
import os
import re
import shutil
import struct
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {"en": "English", "es": "Español"}
"""Each by its own name."""
BRACKETS = "⟦⟧"
ACCENTED, MIRRORED = "en-xa", "ar-xb"
YEAR = 365 * 24 * 60 * 60
PSEUDO = {ACCENTED: "en_XA", MIRRORED: "ar_XB"}
LONGER = 0.35
_PLURAL = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DRESSED = "áƀćďéƒğħíĵķĺɱńőƥɋŕšťúṽŵẋýžÁƁĆĎÉƑĞĤÍĴĶĹḾŃŐƤɊŔŠŤÚṼŴẊÝŽ"
_ACCENTS = str.maketrans(_PLAIN, _DRESSED)
_FILLER = "ẋẋẋẋẋ ẋẋẋ ẋẋẋẋẋẋẋ ẋẋ ẋẋẋẋ "
# What stands for something else, or is no word, stays as it is.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^<>]+>|&#?\w+;|\s+)")
_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d\])? )?(".*")')


@dataclass(frozen=True, slots=True)
class Message:
    """What is said in the source, and how it is said in the language of the catalogue."""

    single: str
    plural: str = ""
    context: str = ""
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What two messages that are one have in common."""
        return self.context, self.single, self.plural

    @property
    def is_said(self) -> bool:
        """True if every form of it is there."""
        return bool(self.words) and all(self.words)


def settings(data: Path, *, production: bool, made_up: bool) -> dict[str, Any]:
    """Django's settings of languages. What a browser chose is kept by a cookie for a year."""
    more = {ACCENTED: "Accented", MIRRORED: "Mirrored"} if made_up else {}
    found = find_spec("django")
    theirs = Path(found.origin).parent if found and found.origin else ROOT
    rooms = (theirs / "conf", theirs / "contrib" / "auth")
    also = [room / "locale" / "en" / "LC_MESSAGES" / "django.po" for room in rooms]
    return {
        "LANGUAGES": [*(LANGUAGES | more).items()],
        "LOCALE_PATHS": [prepare(ROOT / "locale", data / "words", also=also, made_up=made_up)],
        "LANGUAGE_COOKIE_NAME": "__Host-language" if production else "language",
        "LANGUAGE_COOKIE_AGE": YEAR,
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_SECURE": production,
    }


def read(text: str) -> list[Message]:
    """Every message of a catalogue, in order; its head, which says how plurals go, is the first.

    What is marked fuzzy counts as not said.
    """
    return [message for block in re.split(r"\n\s*\n", text) if (message := _message(block))]


def compiled(messages: Iterable[Message]) -> bytes:
    """The catalogue as `gettext` reads it. What is not said is left out."""
    pairs = sorted((_id(each).encode(), "\0".join(each.words).encode()) for each in _said(messages))
    offset, table, data = 28 + 16 * len(pairs), {0: b"", 1: b""}, b""
    for side in (0, 1):
        for pair in pairs:
            table[side] += struct.pack("<II", len(pair[side]), offset + len(data))
            data += pair[side] + b"\0"
    head = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return struct.pack("<7I", *head) + table[0] + table[1] + data


def accented(text: str) -> str:
    """The text with accents, a third longer, in brackets: what stands outside of any is raw."""
    said = "".join(
        part if _KEPT.fullmatch(part) else part.translate(_ACCENTS) for part in _KEPT.split(text)
    )
    more = round(len(_KEPT.sub("", text)) * LONGER)
    filler = (_FILLER * (more // len(_FILLER) + 1))[:more].strip()
    return f"{BRACKETS[0]}{said}{' ' if filler else ''}{filler}{BRACKETS[1]}"


def mirrored(text: str) -> str:
    """The text with each word turned round, as a language from right to left would stand.

    Marks on both sides keep a number beside it out of what is turned round.
    """
    return "".join(
        part if not part or _KEPT.fullmatch(part) else f"\u200f\u202e{part}\u202c\u200f"
        for part in _KEPT.split(text)
    )


def pseudo(messages: Iterable[Message], language: str) -> list[Message]:
    """The same messages in a made-up language."""
    dressed = accented if language == ACCENTED else mirrored
    return [Message("", words=(_PLURAL,))] + [
        Message(
            each.single,
            each.plural,
            each.context,
            tuple(dressed(form) for form in (each.single, each.plural) if form),
        )
        for each in messages
        if each.single
    ]


def prepare(source: Path, target: Path, *, also: Iterable[Path] = (), made_up: bool) -> Path:
    """A folder below `target` from which Django reads the catalogues of `source`.

    It is named after what it was made from, and never changed: whoever comes second finds it.
    `also` names catalogues of others, whose words the made-up languages dress as well.
    """
    catalogues = {path.stem: path.read_bytes() for path in sorted(source.glob("*.po"))}
    own = hashlib.sha256(Path(__file__).read_bytes() + bytes(made_up))
    for name, data in catalogues.items():
        own.update(name.encode() + b"\0" + data)
    folder = target / own.hexdigest()[:16]
    if not folder.is_dir():
        texts = {name: read(data.decode()) for name, data in catalogues.items()}
        if made_up:
            every = [each for text in texts.values() for each in text]
            every += [each for path in also for each in read(path.read_text("utf-8"))]
            distinct = list({each.key: each for each in every}.values())
            texts |= {locale: pseudo(distinct, code) for code, locale in PSEUDO.items()}
        _keep(folder, {name: compiled(text) for name, text in texts.items()})
    return folder


def _keep(folder: Path, files: dict[str, bytes]) -> None:
    """The folder is there, whole; of two who make it at once one wins."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    for name, data in files.items():
        place = draft / name / "LC_MESSAGES"
        place.mkdir(parents=True)
        (place / "django.mo").write_bytes(data)
    try:
        os.rename(draft, folder)  # noqa: PTH104
    except OSError:
        shutil.rmtree(draft)
        if not folder.is_dir():
            raise


def _said(messages: Iterable[Message]) -> Iterator[Message]:
    return (each for each in messages if each.is_said)


def _id(message: Message) -> str:
    context = f"{message.context}\x04" if message.context else ""
    plural = f"\0{message.plural}" if message.plural else ""
    return context + message.single + plural


def _message(block: str) -> Message | None:
    """The message of one paragraph of a catalogue; none for a remark or one that is gone."""
    fields: dict[str, str] = {}
    words: list[str] = []
    places: list[str] = []
    field, is_fuzzy = "", False
    for line in block.splitlines():
        is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
        places += line[2:].split() if line.startswith("#:") else []
        found = _LINE.fullmatch(line.strip())
        if not found:
            continue
        text = ast.literal_eval(found[2])
        field = found[1] or field
        if found[1] == "msgstr":
            words.append(text)
        elif field == "msgstr":
            words[-1] += text
        else:
            fields[field] = fields.get(field, "") + text
    if "msgid" not in fields:
        return None
    return Message(
        fields["msgid"],
        fields.get("msgid_plural", ""),
        fields.get("msgctxt", ""),
        () if is_fuzzy else tuple(words),
        tuple(places),
    )
