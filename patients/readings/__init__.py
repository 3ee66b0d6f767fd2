"""Reads that unseal: each leaves its entry first, and without the entry shows nothing."""

from patients.readings.lines import (
    PatientLine,
    home_card,
    lines_of,
    lines_under,
    names_of,
    names_under,
)
from patients.readings.records import ChartPage, chart, exported

__all__ = [
    "ChartPage",
    "PatientLine",
    "chart",
    "exported",
    "home_card",
    "lines_of",
    "lines_under",
    "names_of",
    "names_under",
]
