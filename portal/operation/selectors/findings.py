"""One finding: of which part, whether it is well, in a word, in a sentence, and what to do."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part does. `word` is for programs; it stays the same from version to version."""

    part: str
    word: str = "ok"
    sentence: str = ""
    advice: str = ""
    is_well: bool = True

    def as_json(self) -> dict[str, object]:
        """The finding, field by field."""
        return asdict(self)


def well(part: str, sentence: str = "", word: str = "ok") -> Finding:
    """All is well with this part, or as well as can be expected."""
    return Finding(part, word, sentence)


def ill(part: str, word: str, sentence: str, advice: str) -> Finding:
    """Something is wrong with this part, and this is what to do."""
    return Finding(part, word, sentence, advice, is_well=False)
