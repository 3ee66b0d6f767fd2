"""What happens to records and to the links around them, in the words of the evidence."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

SCOPES = ("read", "correspond", "full")
TEAM_ROLES = ("clinician", "nurse", "therapist", "pharmacist", "coordinator")
SOURCES = ("manual", "encounter", "demo")
RELATIONS = ("parent", "child", "partner", "guardian", "carer", "other")
PROOFS = ("in-person", "document", "known-contact")
PURPOSES = ("record", "proxy")
OUTCOMES = ("accepted", "declined", "withdrawn", "lapsed")
QUESTIONS = "question"
"""The purpose of the key that seals questions about accesses, and their answers."""
WAITS, ANSWERED = "patients.question-waits", "patients.question-answered"
"""Letters: to privacy officers that somebody asked, and to who asked that there is an answer."""
SEARCHES = ("name", "born", "number", "both")


class Event(StrEnum):
    """The acts of this ward that leave an entry."""

    PATIENT_REGISTERED = "patient.registered"
    ACCOUNT_LINKED = "patient.account-linked"
    CHART_CHANGED = "chart.changed"
    CHART_READ = "chart.read"
    NAMES_READ = "patient.names-read"
    CARE_TEAM_JOINED = "care-team.joined"
    CARE_TEAM_ENDED = "care-team.ended"
    PROXY_GRANTED = "proxy.granted"
    PROXY_ENDED = "proxy.ended"
    ENCOUNTERS_IMPORTED = "encounter.imported"
    PATIENTS_LOOKED_FOR = "patient.looked-for"
    ARRANGING_READ = "patient.arranging-read"
    OFFER_MADE = "offer.made"
    OFFER_SETTLED = "offer.settled"
    OFFERS_READ = "offer.read"
    PROXIES_READ = "proxy.read"
    RECORDS_MARKED = "patient.marked"
    REPORT_TAKEN = "report.taken"
    REPORT_ASKED = "report.asked"
    QUESTION_READ = "question.read"
    QUESTION_ANSWERED = "question.answered"
    QUESTIONS_LISTED = "question.listed"
    LOG_READ = "log.read"
    LOG_ENTRY_READ = "log.entry-read"
    LOG_PROOF_TAKEN = "log.proof-taken"


def _code(*codes: str) -> Detail:
    return Detail(DetailKind.CODE, frozenset(codes))


_COUNT = Detail(DetailKind.COUNT)
_ID = Detail(DetailKind.ID)

SPECS = (
    EventSpec(
        Event.PATIENT_REGISTERED,
        gettext_noop("A record was opened for a patient."),
        told=gettext_noop("Opened this record for you"),
    ),
    EventSpec(
        Event.ACCOUNT_LINKED,
        gettext_noop("A patient's own account was tied to the record."),
        {"person": _ID, "proof": _code(*PROOFS, "none")},
        told=gettext_noop("Tied your own account to your record"),
    ),
    EventSpec(
        Event.CHART_CHANGED,
        gettext_noop("Facts of the record were changed."),
        told=gettext_noop("Changed facts in your record, such as your name or how to reach you"),
    ),
    EventSpec(
        Event.CHART_READ,
        gettext_noop("Somebody opened the record."),
        {"encounters": _COUNT},
        told=gettext_noop("Opened your record"),
    ),
    EventSpec(
        Event.NAMES_READ,
        gettext_noop("Somebody saw the name and age in a list of patients."),
        {"shown": _COUNT},
        told=gettext_noop("Saw your name and age in a list"),
    ),
    EventSpec(
        Event.CARE_TEAM_JOINED,
        gettext_noop("Somebody joined the care team and may open the record."),
        {"person": _ID, "joined_as": _code(*TEAM_ROLES), "source": _code(*SOURCES)},
        told=gettext_noop("Put {person} on your care team"),
    ),
    EventSpec(
        Event.CARE_TEAM_ENDED,
        gettext_noop("Somebody left the care team and may no longer open the record."),
        {"person": _ID},
        told=gettext_noop("Took {person} off your care team"),
    ),
    EventSpec(
        Event.PROXY_GRANTED,
        gettext_noop("Somebody may act for the patient."),
        {"person": _ID, "scope": _code(*SCOPES), "proof": _code(*PROOFS, "none")},
        told=gettext_noop("Let {person} act for you"),
    ),
    EventSpec(
        Event.PROXY_ENDED,
        gettext_noop("Somebody may no longer act for the patient."),
        {"person": _ID},
        told=gettext_noop("Ended the right of {person} to act for you"),
    ),
    EventSpec(
        Event.ENCOUNTERS_IMPORTED,
        gettext_noop("Visits of the past and to come were taken over from another system."),
        {"added": _COUNT, "changed": _COUNT},
        told=gettext_noop("Took over past visits from another system: {added}"),
    ),
    EventSpec(
        Event.PATIENTS_LOOKED_FOR,
        gettext_noop(
            "Somebody looked for patients and saw the names, dates of birth and record numbers of "
            "those who were found."
        ),
        {"shown": _COUNT, "by": _code(*SEARCHES)},
        told=gettext_noop("Looked for patients and saw your name and date of birth"),
    ),
    EventSpec(
        Event.ARRANGING_READ,
        gettext_noop(
            "Somebody saw the name, date of birth and ways to reach the patient, and who is on the "
            "care team or acts for the patient. No messages, nothing about health."
        ),
        told=gettext_noop(
            "Opened the page where your contacts, care team and proxies are arranged"
        ),
    ),
    EventSpec(
        Event.OFFER_MADE,
        gettext_noop("Somebody was invited to use the portal as the patient, or for the patient."),
        {
            "purpose": _code(*PURPOSES),
            "scope": _code(*SCOPES, "none"),
            "proof": _code(*PROOFS, "none"),
        },
        told=gettext_noop("Sent an invitation to your record"),
    ),
    EventSpec(
        Event.OFFER_SETTLED,
        gettext_noop("An invitation was accepted, declined or withdrawn, or its time was over."),
        {"how": _code(*OUTCOMES)},
        told=gettext_noop("Settled an invitation to your record"),
    ),
    EventSpec(
        Event.OFFERS_READ,
        gettext_noop("Somebody saw that they are invited to act for the patient, and the name."),
        told=gettext_noop("Saw your name beside the question whether they will act for you"),
    ),
    EventSpec(
        Event.PROXIES_READ,
        gettext_noop("Somebody saw who may act for the patient."),
        told=gettext_noop("Looked at who may act for you"),
    ),
    EventSpec(
        Event.RECORDS_MARKED,
        gettext_noop("The portal itself opened records to renew what they are found by."),
        {"n": _COUNT},
        told=gettext_noop("Renewed what your record is found by, without anybody reading it"),
    ),
    EventSpec(
        Event.REPORT_TAKEN,
        gettext_noop("Somebody downloaded the report of who looked at the record, with proof."),
        {"entries": _COUNT},
        told=gettext_noop("Downloaded this list, with proof"),
    ),
    EventSpec(
        Event.REPORT_ASKED,
        gettext_noop("Somebody asked about an entry of the report of who looked at the record."),
        told=gettext_noop("Asked who looked, and why"),
    ),
    EventSpec(
        Event.QUESTION_READ,
        gettext_noop("Somebody read a question about who looked at the record, and its answer."),
        told=gettext_noop("Read a question about this list, with its answer if there was one"),
    ),
    EventSpec(
        Event.QUESTION_ANSWERED,
        gettext_noop("A privacy officer answered a question about who looked at the record."),
        told=gettext_noop("Answered a question about this list"),
    ),
    EventSpec(
        Event.QUESTIONS_LISTED,
        gettext_noop("A privacy officer saw who has asked about their record, by name."),
        {"shown": _COUNT},
        told=gettext_noop("Saw your name in the list of those who asked about their record"),
    ),
    EventSpec(
        Event.LOG_READ,
        gettext_noop(
            "A privacy officer looked through the log: who opened which record, and nothing of "
            "what is in it."
        ),
        {"shown": _COUNT, "who": _ID}
        | {f"by_{name}": _code("yes") for name in ("patient", "act", "way", "outcome", "time")},
        told=gettext_noop("Looked through the log, where it says who opened your record"),
    ),
    EventSpec(
        Event.LOG_ENTRY_READ,
        gettext_noop("A privacy officer looked at one entry of the log."),
        {"which": _ID},
        told=gettext_noop("Looked at one entry of the log about your record"),
    ),
    EventSpec(
        Event.LOG_PROOF_TAKEN,
        gettext_noop("A privacy officer downloaded the proof of one entry of the log."),
        {"which": _ID},
        told=gettext_noop("Downloaded the proof of one entry about your record"),
    ),
)
