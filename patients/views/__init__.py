"""Pages of patients: one record, the directory, arranging, and who acts for whom."""

from patients.views.arranging import appoint, arrange, invite, join_team, leave_team
from patients.views.directory import directory, register
from patients.views.proxies import accept, decline, end_proxy, proxies, withdraw
from patients.views.questions import answer, ask, question
from patients.views.records import chart
from patients.views.report import report, report_file
from patients.views.review import (
    review,
    review_entry,
    review_find,
    review_log,
    review_proof,
)

__all__ = [
    "accept",
    "answer",
    "appoint",
    "arrange",
    "ask",
    "chart",
    "decline",
    "directory",
    "end_proxy",
    "invite",
    "join_team",
    "leave_team",
    "proxies",
    "question",
    "register",
    "report",
    "report_file",
    "review",
    "review_entry",
    "review_find",
    "review_log",
    "review_proof",
    "withdraw",
]
