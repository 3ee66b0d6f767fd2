"""Reads that unseal: each leaves its entry first, and without the entry shows nothing."""

from patients.readings.arranging import ArrangePage, arranging, staff
from patients.readings.directory import (
    Asked,
    DirectoryLine,
    DirectoryPage,
    directory,
    look_for,
    refuse_unless_registering,
    same_person,
)
from patients.readings.lines import (
    PatientLine,
    home_card,
    lines_of,
    lines_under,
    names_of,
    names_under,
)
from patients.readings.proxies import ProxiesPage, proxies, questions_card
from patients.readings.records import ChartPage, chart, exported, exported_offers
from patients.readings.report import ReportPage, Sought, report
from patients.readings.takeaway import question, taken

__all__ = [
    "ArrangePage",
    "Asked",
    "ChartPage",
    "DirectoryLine",
    "DirectoryPage",
    "PatientLine",
    "ProxiesPage",
    "ReportPage",
    "Sought",
    "arranging",
    "chart",
    "directory",
    "exported",
    "exported_offers",
    "home_card",
    "lines_of",
    "lines_under",
    "look_for",
    "names_of",
    "names_under",
    "proxies",
    "question",
    "questions_card",
    "refuse_unless_registering",
    "report",
    "same_person",
    "staff",
    "taken",
]
