"""What clients saw, and whether the end agrees with it.

Each send is invoked, then answered `ok`, or its fate is unknown to the client. At the end every
`ok` must be stored, at the sequence that was told; nothing twice; nothing that nobody sent; and
each device's transcript must equal what is stored.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stored:
    """One message at the end: its place and its text."""

    thread: str
    sequence: int
    text: str


@dataclass
class History:
    """What was invoked and what was answered, by the text of each send (texts are unique)."""

    invoked: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)

    def invoke(self, thread: str, text: str) -> None:
        """A client is about to send this."""
        self.invoked[text] = thread

    def ok(self, text: str, sequence: int) -> None:
        """The portal said that this is durably stored."""
        self.acknowledged[text] = sequence


@dataclass(frozen=True)
class Verdict:
    """What the checker found; all of it empty in a run without fault."""

    lost: list[str]
    doubled: list[str]
    misplaced: list[str]
    unsent: list[str]
    gaps: list[str]
    differing: list[str]

    @property
    def is_clean(self) -> bool:
        """True if the end agrees with everything that anybody saw."""
        return not any(
            (self.lost, self.doubled, self.misplaced, self.unsent, self.gaps, self.differing)
        )


def check(
    history: History,
    stored: Iterable[Stored],
    transcripts: Mapping[str, tuple[str, Mapping[int, str]]],
) -> Verdict:
    """The verdict. `transcripts`: device -> (thread, sequence -> text)."""
    rows = list(stored)
    places = {row.text: row.sequence for row in rows}
    count = Counter(row.text for row in rows)
    by_thread: dict[str, dict[int, str]] = {}
    for row in rows:
        by_thread.setdefault(row.thread, {})[row.sequence] = row.text
    return Verdict(
        lost=[text for text in history.acknowledged if text not in places],
        doubled=[text for text, times in count.items() if times > 1],
        misplaced=[
            text
            for text, sequence in history.acknowledged.items()
            if text in places and places[text] != sequence
        ],
        unsent=[row.text for row in rows if history.invoked.get(row.text) != row.thread],
        gaps=[
            thread
            for thread, lines in by_thread.items()
            if sorted(lines) != list(range(min(lines), min(lines) + len(lines)))
        ],
        differing=[
            device
            for device, (thread, lines) in transcripts.items()
            if dict(lines) != by_thread.get(thread, {})
        ],
    )
