"""Pages of patients: one record, the directory, arranging, and who acts for whom."""

from patients.views.arranging import appoint, arrange, invite, join_team, leave_team
from patients.views.directory import directory, register
from patients.views.proxies import accept, decline, end_proxy, proxies, withdraw
from patients.views.records import chart
from patients.views.report import report, report_file

__all__ = [
    "accept",
    "appoint",
    "arrange",
    "chart",
    "decline",
    "directory",
    "end_proxy",
    "invite",
    "join_team",
    "leave_team",
    "proxies",
    "register",
    "report",
    "report_file",
    "withdraw",
]
