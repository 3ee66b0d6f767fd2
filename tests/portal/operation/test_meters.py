"""Figures: in the format that Prometheus reads, and never about anybody."""

import re

import pytest

from portal.kernel import meters
from portal.kernel.meters import Counter, Histogram

pytestmark = [pytest.mark.pure, pytest.mark.feature("X6")]
# What Prometheus accepts, version 0.0.4 of the text format.
LINE = re.compile(
    r'[a-z_]+(\{([a-z]+="[^"\\\n]*")(,[a-z]+="[^"\\\n]*")*\})? (\d+(\.\d+)?|\+Inf)|# (HELP|TYPE) .+'
)


@pytest.fixture
def counter():
    made = Counter("test_total", "for a test", ("kind",))
    yield made
    meters.METERS.remove(made)


@pytest.fixture
def histogram():
    made = Histogram("test_seconds", "for a test", ("kind",))
    yield made
    meters.METERS.remove(made)


def lines(name: str) -> list[str]:
    return [line for line in meters.told().splitlines() if line.startswith(name)]


def test_what_happened_is_counted_by_kind(counter):
    counter.add("a:b-c")
    counter.add("a:b-c", n=2)

    assert lines("test_total") == ['test_total{kind="a:b-c"} 3']


@pytest.mark.parametrize(
    "label",
    [
        "01a21916-ab49-7d12-b012-ea5da3568c06",
        "01a21916ab497d779502541284f1f006",
        "deadbeef1",
        "ada@example.org",
        "Ada Lindholm",
        "born-1984",
        'x"} 1\nportal_up{y="',
        "x" * 65,
        "",
    ],
)
def test_nobody_and_no_id_is_a_label(label, counter):
    counter.add(label)

    assert lines("test_total") == ['test_total{kind="other"} 1']


def test_kinds_without_end_are_one_kind(counter):
    letters = "ghijklmnopqrstuvwxyz"
    names = [a + b for a in letters for b in letters]
    for name in [*(f"z{one}" for one in names), *names]:
        counter.add(name)

    assert len(lines("test_total")) == meters.MOST_KINDS + 1
    assert counter.value("other") == 2 * len(names) - meters.MOST_KINDS


def test_how_long_it_took_stands_in_every_bound_from_there_on(histogram):
    histogram.add("x", seconds=0.02)
    histogram.add("x", seconds=99)

    told = dict(line.rsplit(" ", 1) for line in lines("test_seconds"))
    assert told['test_seconds_bucket{kind="x",le="0.01"}'] == "0"
    assert told['test_seconds_bucket{kind="x",le="0.025"}'] == "1"
    assert told['test_seconds_bucket{kind="x",le="10"}'] == "1"
    assert told['test_seconds_bucket{kind="x",le="+Inf"}'] == "2"
    assert told['test_seconds_count{kind="x"}'] == "2"
    assert told['test_seconds_sum{kind="x"}'] == "99.02"


def test_every_line_is_one_that_prometheus_reads(counter, histogram):
    counter.add("x")
    histogram.add("y", seconds=1.5)

    assert [line for line in meters.told().splitlines() if not LINE.fullmatch(line)] == []
