"""Pages of visits: those to come and behind, and one of them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from patients.policy import proxies_in_force
from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling import policy, selectors
from scheduling.models import Appointment, State
from scheduling.readings.lines import VisitLine, in_time, is_over, is_staff, lines_of
from scheduling.readings.reasons import reason_of
from scheduling.readings.times import shown

PAST = 20


@dataclass(frozen=True, slots=True, repr=False)
class VisitsPage:
    """Everything that a patient, or who acts for one, has with the clinic."""

    coming: list[VisitLine]
    held: list[VisitLine]
    past: list[VisitLine]
    has_older: bool
    may_book: bool


@dataclass(frozen=True, slots=True, repr=False)
class VisitPage:
    """One visit, held, booked or over."""

    line: VisitLine
    title: str
    policy_words: str
    next_steps: list[str]
    reason: str
    """What it is about, where somebody said so and the reader may know."""
    is_staff: bool


def visits(actor: Actor, zone: str) -> VisitsPage:
    """The actor's visits, those to come first, the nearest on top.

    Records: APPOINTMENTS_READ.
    """
    now, rows = clock.now(), mine(actor)
    ahead = [*rows.filter(state=State.BOOKED, ends_at__gt=now).order_by("starts_at")]
    held = [*rows.filter(state=State.HELD, held_until__gt=now).order_by("starts_at")]
    behind = rows.filter(state=State.BOOKED, ends_at__lte=now) | rows.filter(state=State.CANCELLED)
    past = [*behind.order_by("-starts_at")[: PAST + 1]]
    lines = {line.id: line for line in lines_of(actor, [*ahead, *held, *past[:PAST]], zone)}
    return VisitsPage(
        coming=[lines[row.pk] for row in ahead],
        held=[lines[row.pk] for row in held],
        past=[lines[row.pk] for row in past[:PAST]],
        has_older=len(past) > PAST,
        may_book=policy.bookable_patients(actor).exists(),
    )


def visit(actor: Actor, appointment_id: UUID, zone: str) -> VisitPage:
    """One visit. Refuses NotFound.

    Records: APPOINTMENTS_READ, REASON_READ where there is a reason and it is shown.
    """
    row = find(actor, appointment_id)
    (line,) = lines_of(actor, [row], zone)
    return VisitPage(
        line=line,
        title=_titled(line),
        policy_words=_policy_words(row, zone, is_staff=is_staff(actor)),
        next_steps=_next_steps(line),
        reason=reason_of(actor, row),
        is_staff=is_staff(actor),
    )


def find(actor: Actor, appointment_id: UUID) -> Appointment:
    """The appointment with its kind, if the actor may know of it. Refuses NotFound."""
    return selectors.fetch_appointment(actor, appointment_id)


def other_holds(actor: Actor, kept: Appointment) -> list[UUID]:
    """Times that the actor keeps for the same patient besides this one."""
    rows = policy.changeable_appointments(actor).filter(
        made_by=actor.id, patient=kept.patient_id, state=State.HELD
    )
    return [*rows.exclude(pk=kept.pk).values_list("pk", flat=True)]


def mine(actor: Actor) -> QuerySet[Appointment]:
    """Appointments that the actor has as a patient or for one, not those at which they work."""
    acting = proxies_in_force().filter(person=actor.id).values("patient")
    rows = policy.readable_appointments(actor).select_related("visit_type")
    return rows.filter(Q(patient__person=actor.id) | Q(patient__in=acting))


def _titled(line: VisitLine) -> str:
    if line.is_held:
        return _("Look once more, then book")
    if line.is_cancelled:
        return _("This visit was cancelled")
    return line.words if line.is_booked else _("This time is no longer kept")


def _policy_words(row: Appointment, zone: str, *, is_staff: bool) -> str:
    """Until when it can be changed here, in words, before anybody needs it."""
    if is_staff:
        return _("Staff can move or cancel it at any time until it begins.")
    if row.starts_at <= clock.now():
        return _("For anything about this visit, write to your care team or call us.")
    if not in_time(row) and not is_over(row):
        return _("It can no longer be changed here, because it is soon. A call is enough.")
    last = shown(row.starts_at - timedelta(minutes=row.visit_type.cutoff_minutes), zone)
    given = {"day": last.day, "time": last.time}
    return _("Move or cancel it here by: %(day)s, %(time)s. After that, call us.") % given


def _next_steps(line: VisitLine) -> list[str]:
    """What happens until the visit, each step true for this way to meet and this hour."""
    steps = [_("Put it in your calendar, so that it does not slip your mind.")]
    if line.mode == "video":
        check = _("Before it begins, check your camera and sound. It takes a minute.")
        steps += [check, _("At the time, open this page. The door opens half an hour before.")]
    elif line.mode == "phone":
        steps.append(_("At the time, we call the number in your record."))
    else:
        steps.append(_("Come to the clinic five minutes before."))
    if line.may_move:
        steps.append(_("If something comes up, move or cancel it here."))
    return steps
