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


def _code(*codes: str) -> Detail:
    return Detail(DetailKind.CODE, frozenset(codes))


_COUNT = Detail(DetailKind.COUNT)
_ID = Detail(DetailKind.ID)

SPECS = (
    EventSpec(Event.PATIENT_REGISTERED, gettext_noop("A record was opened for a patient.")),
    EventSpec(
        Event.ACCOUNT_LINKED,
        gettext_noop("A patient's own account was tied to the record."),
        {"person": _ID, "proof": _code(*PROOFS, "none")},
    ),
    EventSpec(Event.CHART_CHANGED, gettext_noop("Facts of the record were changed.")),
    EventSpec(
        Event.CHART_READ, gettext_noop("Somebody opened the record."), {"encounters": _COUNT}
    ),
    EventSpec(
        Event.NAMES_READ,
        gettext_noop("Somebody saw the name and age in a list of patients."),
        {"shown": _COUNT},
    ),
    EventSpec(
        Event.CARE_TEAM_JOINED,
        gettext_noop("Somebody joined the care team and may open the record."),
        {"person": _ID, "joined_as": _code(*TEAM_ROLES), "source": _code(*SOURCES)},
    ),
    EventSpec(
        Event.CARE_TEAM_ENDED,
        gettext_noop("Somebody left the care team and may no longer open the record."),
        {"person": _ID},
    ),
    EventSpec(
        Event.PROXY_GRANTED,
        gettext_noop("Somebody may act for the patient."),
        {"person": _ID, "scope": _code(*SCOPES), "proof": _code(*PROOFS, "none")},
    ),
    EventSpec(
        Event.PROXY_ENDED,
        gettext_noop("Somebody may no longer act for the patient."),
        {"person": _ID},
    ),
    EventSpec(
        Event.ENCOUNTERS_IMPORTED,
        gettext_noop("Visits of the past and to come were taken over from another system."),
        {"added": _COUNT, "changed": _COUNT},
    ),
    EventSpec(
        Event.PATIENTS_LOOKED_FOR,
        gettext_noop(
            "Somebody looked for patients and saw the names, dates of birth and record numbers of "
            "those who were found."
        ),
        {"shown": _COUNT, "by": _code(*SEARCHES)},
    ),
    EventSpec(
        Event.ARRANGING_READ,
        gettext_noop(
            "Somebody saw the name, date of birth and ways to reach the patient, and who is on the "
            "care team or acts for the patient. No messages, nothing about health."
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
    ),
    EventSpec(
        Event.OFFER_SETTLED,
        gettext_noop("An invitation was accepted, declined or withdrawn, or its time was over."),
        {"how": _code(*OUTCOMES)},
    ),
    EventSpec(
        Event.OFFERS_READ,
        gettext_noop("Somebody saw that they are invited to act for the patient, and the name."),
    ),
    EventSpec(
        Event.PROXIES_READ,
        gettext_noop("Somebody saw who may act for the patient."),
    ),
    EventSpec(
        Event.RECORDS_MARKED,
        gettext_noop("The portal itself opened records to renew what they are found by."),
        {"n": _COUNT},
    ),
)
