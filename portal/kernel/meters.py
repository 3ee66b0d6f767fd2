"""What this process has counted, for whoever watches it: how often, how long, how many now.

A label says of which kind something was, never of whom: what looks like an id, or holds more than
plain letters, is counted as "other", and so is whatever comes after the first few hundred kinds.
"""

import re
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

MOST_KINDS = 400
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
OTHER = "other"
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
# Four digits in a row are a year or a number of somebody; eight digits of hex a piece of an id.
_ID = re.compile(r"\d{4}|(?=[a-f-]*\d)[0-9a-f]{8}|[0-9a-f]{4}-[0-9a-f]{4}", re.I)

Labels = tuple[str, ...]
Sample = tuple[str, Sequence[tuple[str, str]], float]


class Meter:
    """One figure, told apart by labels. Subclasses say what is kept of each kind."""

    kind = "gauge"

    def __init__(self, name: str, meaning: str, labels: Labels = ()) -> None:
        self.name, self.meaning, self.labels = name, meaning, labels
        self._guard = threading.Lock()
        METERS.append(self)

    def samples(self) -> Iterator[Sample]:
        """Every line of this figure: suffix of the name, labels, value."""
        raise NotImplementedError

    def clear(self) -> None:
        """Nothing was counted yet. For tests."""
        raise NotImplementedError

    def _kind_of(self, values: Labels, known: object) -> Labels:
        assert len(values) == len(self.labels)  # noqa: S101
        clean = tuple(value if is_plain(value) else OTHER for value in values)
        full = len(known) >= MOST_KINDS  # type: ignore[arg-type]
        return (OTHER,) * len(clean) if full and clean not in known else clean  # type: ignore[operator]


class Counter(Meter):
    """How often something has happened since this process began."""

    kind = "counter"

    def __init__(self, name: str, meaning: str, labels: Labels = ()) -> None:
        super().__init__(name, meaning, labels)
        self._counts: dict[Labels, float] = {}
        self.clear()

    def add(self, *values: str, n: float = 1) -> None:
        """It has happened again."""
        with self._guard:
            kind = self._kind_of(values, self._counts)
            self._counts[kind] = self._counts.get(kind, 0) + n

    def value(self, *values: str) -> float:
        """How often, of this kind."""
        return self._counts.get(values, 0)

    def samples(self) -> Iterator[Sample]:
        """One line for each kind."""
        with self._guard:
            counts = sorted(self._counts.items())
        return (("", tuple(zip(self.labels, kind, strict=True)), n) for kind, n in counts)

    def clear(self) -> None:
        """Nothing was counted yet; what has no labels is nought from the beginning."""
        self._counts = {} if self.labels else {(): 0}


class Gauge(Counter):
    """How many there are of something now."""

    kind = "gauge"


class Histogram(Meter):
    """How long something took: how often within each of SECONDS, and altogether."""

    kind = "histogram"

    def __init__(self, name: str, meaning: str, labels: Labels = ()) -> None:
        super().__init__(name, meaning, labels)
        self._taken: dict[Labels, tuple[list[int], list[float]]] = {}

    def add(self, *values: str, seconds: float) -> None:
        """It took so long this time."""
        with self._guard:
            kind = self._kind_of(values, self._taken)
            if kind not in self._taken:
                self._taken[kind] = ([0] * (len(SECONDS) + 1), [0.0])
            within, total = self._taken[kind]
            within[bisect_left(SECONDS, seconds)] += 1
            total[0] += seconds

    def samples(self) -> Iterator[Sample]:
        """The lines that Prometheus asks of a histogram."""
        with self._guard:
            taken = [
                (kind, list(within), total[0]) for kind, (within, total) in self._taken.items()
            ]
        for kind, within, total in sorted(taken):
            labels = tuple(zip(self.labels, kind, strict=True))
            bounds = [f"{bound:g}" for bound in SECONDS] + ["+Inf"]
            for bound, count in zip(bounds, accumulate(within), strict=True):
                yield "_bucket", (*labels, ("le", bound)), count
            yield "_sum", labels, total
            yield "_count", labels, sum(within)

    def clear(self) -> None:
        """Nothing was measured yet."""
        self._taken = {}


def is_plain(value: str) -> bool:
    """True for a word that may be a label: short, plain, and no id."""
    return bool(_PLAIN.fullmatch(value)) and not _ID.search(value)


def family(name: str, kind: str, meaning: str, samples: Iterator[Sample]) -> str:
    """One figure in the text format of Prometheus, version 0.0.4."""
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
    for suffix, labels, value in samples:
        told = ",".join(f'{label}="{text}"' for label, text in labels)
        number = f"{value:.6f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
        lines.append(f"{name}{suffix}{{{told}}} {number}" if told else f"{name}{suffix} {number}")
    return "\n".join(lines) + "\n"


def told() -> str:
    """Everything that this process has counted, in the text format of Prometheus."""
    return "".join(family(m.name, m.kind, m.meaning, m.samples()) for m in METERS)


METERS: list[Meter] = []
requests = Histogram(
    "portal_request_seconds", "answers to requests, by route", ("route", "method", "status")
)
actions = Histogram(
    "portal_action_seconds",
    "what was done, refused or failed, sending and signing in among it, by action",
    ("action", "outcome"),
)
sockets = Gauge("portal_sockets_open", "pages with an open socket")
closes = Counter("portal_sockets_closed_total", "sockets that the portal closed", ("why",))
jobs = Histogram("portal_job_seconds", "jobs that this process ran, by name", ("job", "outcome"))
