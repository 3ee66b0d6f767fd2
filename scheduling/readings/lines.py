"""One appointment as a page shows it: when, how, with whom, and what its reader may do with it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Scope
from patients.policy import proxies_in_force
from patients.readings import names_under
from patients.selectors import own_patient
from portal.accounts.policy import STAFF
from portal.accounts.selectors import names_of
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling import policy
from scheduling.models import Appointment, Mode, State
from scheduling.readings.times import Shown, shown
from scheduling.vocabulary import Event

OPENS_BEFORE = timedelta(minutes=30)
AT_ONCE = 100
"""An entry names no more patients."""
ICONS: dict[str, str] = {Mode.VIDEO: "video", Mode.PHONE: "phone", Mode.IN_PERSON: "place"}


@dataclass(frozen=True, slots=True, repr=False)
class VisitLine:
    """One appointment in a list, or at the top of its own page."""

    id: UUID
    patient_id: UUID
    clinician_id: UUID
    type_id: UUID
    type_name: str
    mode: str
    state: str
    words: str
    how: str
    icon: str
    clinician_name: str
    patient_name: str
    """Empty where the patient reads it."""
    when: Shown
    minutes: int
    held_until: Shown | None
    check_url: str
    room_url: str
    is_near: bool
    is_open: bool
    is_past: bool
    is_late: bool
    """Still to come, and too close for its reader to change it here."""
    may_move: bool
    may_cancel: bool
    may_extend: bool

    @property
    def is_held(self) -> bool:
        """Kept for a while, not booked."""
        return self.state == State.HELD

    @property
    def is_booked(self) -> bool:
        """Agreed on, whether it lies ahead or behind."""
        return self.state == State.BOOKED

    @property
    def is_cancelled(self) -> bool:
        """It was booked and given back."""
        return self.state == State.CANCELLED


def lines_of(actor: Actor, rows: Sequence[Appointment], zone: str) -> list[VisitLine]:
    """These appointments as lines, on this clock. The caller has asked the policy.

    Records: APPOINTMENTS_READ.
    """
    if not rows:
        return []
    patients = note_read(actor, rows)
    mine = own_patient(actor)
    called = names_under(each for each in patients if each != mine)
    names = names_of(row.clinician_id for row in rows)
    changeable = changeable_among(actor, (row.pk for row in rows))
    attended = _attended(actor, mine)
    return [
        line_of(
            actor,
            row,
            zone,
            (names, called),
            may_change=row.pk in changeable,
            attends=row.patient_id in attended or row.clinician_id == actor.id,
        )
        for row in rows
    ]


def note_read(actor: Actor, rows: Iterable[Appointment]) -> list[UUID]:
    """The patients of these appointments; that they were seen is on record, however many.

    Records: APPOINTMENTS_READ, once for each AT_ONCE of them.
    """
    counts = Counter(row.patient_id for row in rows)
    patients = [*counts]
    for begin in range(0, len(patients), AT_ONCE):
        some = patients[begin : begin + AT_ONCE]
        n = sum(counts[each] for each in some)
        audit.record_alone(actor, Event.APPOINTMENTS_READ, patients=some, appointments=n)
    return patients


def line_of(
    actor: Actor,
    row: Appointment,
    zone: str,
    names: tuple[dict[UUID, str], dict[UUID, str]],
    *,
    may_change: bool,
    attends: bool,
) -> VisitLine:
    """One of them."""
    now = clock.now()
    ahead = row.state == State.BOOKED and row.starts_at > now
    is_late = ahead and may_change and not is_staff(actor) and not in_time(row)
    is_ours = attends and row.mode == Mode.VIDEO and row.state == State.BOOKED and row.ends_at > now
    state = str(State.EXPIRED) if is_over(row) else row.state
    return VisitLine(
        id=row.pk,
        patient_id=row.patient_id,
        clinician_id=row.clinician_id,
        type_id=row.visit_type_id,
        type_name=row.visit_type.name,
        mode=row.mode,
        state=state,
        words=words_of(row.mode, names[0].get(row.clinician_id, _("the clinic"))),
        how=how_of(row) if ahead and not is_staff(actor) else "",
        icon=ICONS[row.mode],
        clinician_name=names[0].get(row.clinician_id, ""),
        patient_name=names[1].get(row.patient_id, ""),
        when=shown(row.starts_at, zone),
        minutes=int((row.ends_at - row.starts_at).total_seconds() // 60),
        held_until=shown(row.held_until, zone) if row.held_until else None,
        check_url=address("visits:check", row.pk, is_there=is_ours),
        room_url=address("visits:room", row.pk, is_there=is_ours),
        is_near=ahead and row.starts_at - now < timedelta(days=1),
        is_open=is_ours and row.starts_at - now <= OPENS_BEFORE,
        is_past=row.ends_at <= now,
        is_late=is_late,
        may_move=ahead and may_change and not is_late and _is_on_offer(actor, row),
        may_cancel=ahead and may_change and not is_late,
        may_extend=state == State.HELD and may_change and not row.is_extended,
    )


def _attended(actor: Actor, own: UUID | None) -> set[UUID]:
    """Patients as whom, or for whom, the actor may sit in a visit."""
    full = proxies_in_force().filter(person=actor.id, scope=Scope.FULL)
    return {*full.values_list("patient", flat=True), *([own] if own else [])}


def is_staff(actor: Actor) -> bool:
    """True for somebody who works at the clinic."""
    return not actor.roles.isdisjoint(STAFF)


def changeable_among(actor: Actor, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these the actor may change at all."""
    rows = policy.changeable_appointments(actor).filter(pk__in={*ids})
    return {*rows.values_list("pk", flat=True)}


def in_time(row: Appointment) -> bool:
    """True while a patient may still change it."""
    return clock.now() <= row.starts_at - timedelta(minutes=row.visit_type.cutoff_minutes)


def _is_on_offer(actor: Actor, row: Appointment) -> bool:
    """True if the reader could book such a visit: others are moved by the clinic, or not at all."""
    return row.visit_type.is_active and (is_staff(actor) or row.visit_type.bookable_by_patients)


def is_over(row: Appointment) -> bool:
    """True for a hold whose minutes are up, whether or not anybody noticed yet."""
    return bool(row.state == State.HELD and row.held_until and row.held_until <= clock.now())


def words_of(mode: str, who: str) -> str:
    """What it is, in a line."""
    given = {"who": who}
    if mode == Mode.VIDEO:
        return _("Video visit with %(who)s") % given
    if mode == Mode.PHONE:
        return _("Phone call with %(who)s") % given
    return _("Visit at the clinic with %(who)s") % given


def how_of(row: Appointment) -> str:
    """How the two will meet."""
    if row.mode == Mode.VIDEO:
        return _("You meet here, on this page. It opens half an hour before.")
    if row.mode == Mode.PHONE:
        return _("We call you. Keep your phone close for a quarter of an hour before and after.")
    return _("Please come to the clinic, and be there five minutes before.")


def address(name: str, appointment_id: UUID, *, is_there: bool) -> str:
    """Where a video visit takes place; empty where the reader has no seat in it."""
    return reverse(name, args=[appointment_id]) if is_there else ""
