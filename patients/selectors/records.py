"""Finding patients and the people around them. Nothing here unseals or leaves an entry."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from patients import policy
from patients.clocks import Ages
from patients.models import CareTeamMember, Clinician, Encounter, Patient, Proxy
from portal.accounts.models import Person
from portal.crypto import blind
from portal.crypto.keys import shred_keys_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound

Rule = Callable[[Actor], "QuerySet[Patient]"]
SOURCE = "patients.source"


@dataclass(frozen=True, slots=True)
class Around:
    """Somebody who may open a patient's record today, and as what.

    `role` is patient, proxy, or the role on the care team.
    """

    person_id: UUID
    role: str
    scope: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_staff(self) -> bool:
        """True for the care team."""
        return self.role not in {"patient", "proxy"}


def own_record(actor: Actor) -> UUID | None:
    """The record that is about the actor."""
    if "patient" not in actor.roles:
        return None
    mine = policy.reachable_patients(actor).filter(person=actor.id)
    return mine.values_list("pk", flat=True).first()


def fetch_own(actor: Actor) -> UUID:
    """The record that is about the actor. Raises NotFound for somebody without one."""
    record = own_record(actor)
    if record is None:
        raise NotFound(kind="patient")
    return record


def fetch_patient(
    actor: Actor, patient_id: UUID, *, among: Rule = policy.reachable_patients
) -> Patient:
    """The patient, if the actor reaches them. Raises NotFound, which names only what exists."""
    patient = among(actor).filter(pk=patient_id).first()
    if patient is None:
        raise not_found(patient_id)
    return patient


def lock_patient(
    actor: Actor, patient_id: UUID, *, among: Rule = policy.reachable_patients
) -> Patient:
    """The patient, locked until the transaction ends. Raises NotFound, also once erased."""
    patient = among(actor).select_for_update(of=("self",)).filter(pk=patient_id).first()
    if patient is None or not shred_keys_of([patient_id]):
        raise not_found(patient_id)
    return patient


def not_found(patient_id: UUID) -> NotFound:
    """The one answer for a patient who is not there and one who is not yours."""
    exists = Patient.objects.filter(pk=patient_id).exists()
    return NotFound(kind="patient", subject=patient_id if exists else None)


def patients_for(actor: Actor) -> list[UUID]:
    """The patients whom the actor reaches, the newest record first."""
    reached = policy.reachable_patients(actor).order_by("-created_at", "-id")
    return list(reached.values_list("pk", flat=True))


def own_patient(actor: Actor) -> UUID | None:
    """The actor's own record."""
    mine = policy.reachable_patients(actor).filter(person=actor.id)
    return mine.values_list("pk", flat=True).first() if actor.is_person else None


def careteam_of(patient_id: UUID) -> list[CareTeamMember]:
    """The care team of today, in the order in which they joined."""
    links = policy.links_in_force().filter(patient=patient_id, person__is_active=True)
    return list(links.order_by("begins_at", "id"))


def team_ahead(patient_id: UUID) -> list[CareTeamMember]:
    """The care team of today and of days to come, in the order in which they join."""
    stands = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    links = CareTeamMember.objects.filter(stands, patient=patient_id, person__is_active=True)
    return list(links.order_by("begins_at", "id"))


def patient_of(patient_id: UUID) -> Patient:
    """The record itself, for a reading that has asked the policy."""
    return Patient.objects.get(pk=patient_id)


def proxies_of(patient_id: UUID) -> list[Proxy]:
    """Who acts for the patient today."""
    grants = policy.proxies_in_force().filter(patient=patient_id, person__is_active=True)
    return list(grants.order_by("begins_at", "id"))


def people_around(patient_id: UUID) -> list[Around]:
    """Everybody who may open the record today: the patient, proxies, the care team; each once."""
    own = Patient.objects.filter(pk=patient_id).values_list("person", flat=True).first()
    found = [Around(own, "patient")] if own else []
    found += [
        Around(p.person_id, "proxy", p.scope, p.valid_from, p.valid_to)
        for p in proxies_of(patient_id)
    ]
    found += [
        Around(m.person_id, m.role, "", m.valid_from, m.valid_to) for m in careteam_of(patient_id)
    ]
    return list({around.person_id: around for around in reversed(found)}.values())[::-1]


def label_for(person_id: UUID, patient_id: UUID) -> str:
    """As what this person writes about this patient now; empty for somebody without a link.

    The nearest link counts: oneself, then acting for the patient, then the care team.
    """
    here = {"patient": OuterRef("pk"), "person": person_id}
    team = policy.links_in_force().filter(**here).order_by("begins_at", "id")
    label = Case(
        When(person=person_id, then=Value("patient")),
        When(Exists(policy.proxies_in_force().filter(**here)), then=Value("proxy")),
        default=Coalesce(Subquery(team.values("role")[:1]), Value("")),
        output_field=CharField(),
    )
    found = Patient.objects.filter(pk=patient_id).values_list(label, flat=True).first()
    return str(found or "")


def has_account(patient_id: UUID) -> bool:
    """True for a record that is tied to the patient's own account."""
    return Patient.objects.filter(pk=patient_id, person__isnull=False).exists()


def was_linked(patient_id: UUID, person_id: UUID) -> bool:
    """True if this person ever treated or acted for the patient, or is to."""
    pair = {"patient": patient_id, "person": person_id}
    return CareTeamMember.objects.filter(**pair).exists() or Proxy.objects.filter(**pair).exists()


def encounters_of(patient_id: UUID) -> QuerySet[Encounter]:
    """The patient's encounters, the newest first; those without a date come last."""
    newest = F("starts_at").desc(nulls_last=True)
    return Encounter.objects.filter(patient=patient_id).order_by(newest, "-id")


def clinic_day(at: datetime) -> date:
    """The day that the clinic's calendar shows at this instant."""
    return at.astimezone(_clinic_zone()).date()


def clinic_days(first: date, last: date | None) -> tuple[datetime, datetime | None]:
    """The instants at which these days begin and are over at the clinic, the last one included."""
    begins_at = datetime.combine(first, time.min, tzinfo=_clinic_zone()).astimezone(UTC)
    if last is None:
        return begins_at, None
    after = last + timedelta(days=1)
    return begins_at, datetime.combine(after, time.min, tzinfo=_clinic_zone()).astimezone(UTC)


def proxy_ages() -> Ages:
    """From which birthdays a parent may do less here."""
    teen, adult = settings.PROXY_AGES
    return Ages(teen, adult, settings.PROXY_TEEN_SCOPE)


def _clinic_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def source_index(source: str) -> bytes:
    """The blind index of what a record is recognised by in other systems."""
    return blind.index(SOURCE, source)


def find_imported(source: str) -> Patient | None:
    """The patient whom other systems know by this."""
    return Patient.objects.filter(source_index=source_index(source)).first()


def imported_patients(*, but: Iterable[str] = ()) -> list[UUID]:
    """Everybody who came from another system, but for those whom it knows by these."""
    own = [source_index(source) for source in but]
    came = Patient.objects.filter(source_index__isnull=False, merged_into=None)
    return list(came.exclude(source_index__in=own).order_by("pk").values_list("pk", flat=True))


def find_clinicians(sources: Iterable[str]) -> dict[str, Person]:
    """The people whom other systems know by these, by what they are known."""
    by_index = {source_index(source): source for source in sources}
    rows = Clinician.objects.filter(source_index__in=by_index).select_related("person")
    return {by_index[bytes(row.source_index)]: row.person for row in rows}


def lapsed(after: datetime, until: datetime) -> set[UUID]:
    """Whose right towards a patient ended in this time, be it by a day that was set long before."""
    found: set[UUID] = set()
    for links in (Proxy.objects.all(), CareTeamMember.objects.all()):
        ended = links.filter(ends_at__gt=after, ends_at__lte=until)
        found |= {*ended.values_list("person", flat=True)}
    return found
