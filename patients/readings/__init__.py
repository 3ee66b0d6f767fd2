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
from patients.readings.evidence import EntryPage, entry_page, entry_proof
from patients.readings.lines import (
    PatientLine,
    home_card,
    lines_of,
    lines_under,
    names_of,
    names_under,
)
from patients.readings.logbook import (
    OUTCOMES,
    Chosen,
    LogPage,
    Sieve,
    acts,
    find_somebody,
    logbook,
    refuse_unless_reviewing,
)
from patients.readings.proxies import ProxiesPage, proxies, questions_card
from patients.readings.questions import (
    AnswerPage,
    AskPage,
    DeskPage,
    OwnQuestionPage,
    answer_page,
    ask_page,
    desk,
    exported_questions,
    own_question,
    review_card,
)
from patients.readings.records import ChartPage, chart, exported, exported_offers
from patients.readings.report import ReportPage, Sought, report
from patients.readings.takeaway import taken

__all__ = [
    "OUTCOMES",
    "AnswerPage",
    "ArrangePage",
    "AskPage",
    "Asked",
    "ChartPage",
    "Chosen",
    "DeskPage",
    "DirectoryLine",
    "DirectoryPage",
    "EntryPage",
    "LogPage",
    "OwnQuestionPage",
    "PatientLine",
    "ProxiesPage",
    "ReportPage",
    "Sieve",
    "Sought",
    "acts",
    "answer_page",
    "arranging",
    "ask_page",
    "chart",
    "desk",
    "directory",
    "entry_page",
    "entry_proof",
    "exported",
    "exported_offers",
    "exported_questions",
    "find_somebody",
    "home_card",
    "lines_of",
    "lines_under",
    "logbook",
    "look_for",
    "names_of",
    "names_under",
    "own_question",
    "proxies",
    "questions_card",
    "refuse_unless_registering",
    "refuse_unless_reviewing",
    "report",
    "review_card",
    "same_person",
    "staff",
    "taken",
]
