"""What changes about patients and the links around them, each with its entry."""

from patients.actions.imports import Engaged, Imported, import_people
from patients.actions.links import add_to_care_team, end_care_team, end_proxy, grant_proxy
from patients.actions.records import change_chart, link_account, register_patient

__all__ = [
    "Engaged",
    "Imported",
    "add_to_care_team",
    "change_chart",
    "end_care_team",
    "end_proxy",
    "grant_proxy",
    "import_people",
    "link_account",
    "register_patient",
]
