"""The tables of patients: sealed records, and the dated links from which rights are derived."""

from patients.models.links import (
    CareTeamMember,
    Link,
    Offer,
    Outcome,
    Proxy,
    Purpose,
    Receipt,
    Scope,
    Source,
    address_place,
)
from patients.models.questions import MOST_WORDS, AccessQuestion, question_place
from patients.models.records import (
    KEY_PURPOSE,
    Clinician,
    Encounter,
    Mark,
    Patient,
    chart_place,
    encounter_place,
)

__all__ = [
    "KEY_PURPOSE",
    "MOST_WORDS",
    "AccessQuestion",
    "CareTeamMember",
    "Clinician",
    "Encounter",
    "Link",
    "Mark",
    "Offer",
    "Outcome",
    "Patient",
    "Proxy",
    "Purpose",
    "Receipt",
    "Scope",
    "Source",
    "address_place",
    "chart_place",
    "encounter_place",
    "question_place",
]
