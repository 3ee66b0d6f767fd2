"""The sign-ins of the demo: passwords drawn at random for this installation, kept in one file."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
NAME = "sign-ins.txt"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one person of the demo signs in."""

    key: str
    email: str
    password: str = field(repr=False)
    name: str = ""
    about: str = ""

    def answers_to(self, words: str) -> bool:
        """True if somebody asking for these words may mean this person."""
        asked = words.casefold().strip()
        whole = {self.key.casefold(), self.email.casefold(), self.email.split("@")[0].casefold()}
        return asked in whole or asked in self.name.casefold()


class SignIns:
    """All sign-ins of this installation, by e-mail address. Readable by its owner only."""

    def __init__(self, path: Path, known: dict[str, SignIn]) -> None:
        self.path = path
        self._known = known

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What was kept in this folder, or nothing yet."""
        path = folder / NAME
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [SignIn(*line.split("\t")) for line in lines if line.count("\t") == 4]
        return cls(path, {each.email: each for each in kept})

    def __iter__(self) -> Iterator[SignIn]:
        return iter(self._known.values())

    def get(self, email: str) -> SignIn | None:
        """The sign-in with this address."""
        return self._known.get(email)

    def add(self, key: str, email: str, *, name: str, about: str) -> SignIn:
        """This person has a password, the one from before if there is one. Not kept yet."""
        known = self._known.get(email)
        password = known.password if known else new_password()
        self._known[email] = SignIn(key, email, password, name, about)
        return self._known[email]

    def keep(self) -> None:
        """The file holds them all. Written before the accounts are, so that no password is lost."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = "".join(
            "\t".join((each.key, each.email, each.password, each.name, each.about)) + "\n"
            for each in self
        )
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    def meant_by(self, words: str) -> list[SignIn]:
        """Who may be meant: a key or address if it fits exactly, else every name it is part of."""
        found = [each for each in self if each.answers_to(words)]
        exact = [each for each in found if words.casefold() in {each.key, each.email}]
        return exact or found


def new_password() -> str:
    """Sixteen letters and digits in four groups, about 79 random bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
