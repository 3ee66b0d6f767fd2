"""The scene of the demo clinic: video visits that begin soon, whenever the demo is started."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from patients.ports import DemoClinic
from portal.accounts.policy import grants_in_force
from portal.kernel import clock, door
from portal.kernel.actor import Actor, person_actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from scheduling import actions
from scheduling.models import Appointment, VisitType
from scheduling.visits import policy

log = logging.getLogger("portal.visits")
DESK, DOCTOR = "becker", "okafor"
NAME, MINUTES, STEP = "Short video visit", 15, 5
SOON = (("ada", 10), ("imani", 40), ("ada", 130))
"""For whom, and in how many minutes."""
OPEN_FOR = timedelta(hours=4)
AROUND = timedelta(minutes=30)


def play(clinic: DemoClinic) -> None:
    """Dr Okafor has short video visits with Ada and Imani soon, unless they were booked before."""
    if not {DESK, DOCTOR} <= clinic.people.keys():
        return
    desk, doctor = _acting(clinic.people[DESK]), clinic.people[DOCTOR]
    wanted = [
        (clinic.patients[key], _next_step(clock.now() + timedelta(minutes=ahead)))
        for key, ahead in SOON
        if key in clinic.patients
    ]
    missing = [(patient, at) for patient, at in wanted if not _is_booked(patient, doctor, at)]
    if not missing:
        return
    try:
        kind = _kind(desk, doctor)
        _open(desk, doctor)
        for patient, at in missing:
            _book(desk, patient, kind, doctor, at)
    except Refusal as refusal:
        # Somebody used the demo: its hours and visits are theirs now.
        log.info("the demo has no further video visits: %s", refusal.code)


def _kind(desk: Actor, doctor: UUID) -> UUID:
    """The kind of visit that begins at any five minutes; offered by the doctor."""
    found = VisitType.objects.filter(name=NAME).values_list("pk", flat=True).first()
    if found:
        return found
    define: Any = actions.define_visit_type  # its open keywords hide from types who the actor is
    told = {"name": NAME, "minutes": MINUTES, "step_minutes": STEP, "by_video": True}
    kind: VisitType = door.run(define, desk, **told, command_id=new_id())
    door.run(actions.offer_type, desk, doctor, kind.pk, command_id=new_id())
    return kind.pk


def _open(desk: Actor, doctor: UUID) -> None:
    """The doctor sees patients now and in the next hours, be it in the night."""
    wall = _next_step(clock.now()).astimezone(ZoneInfo(settings.TIME_ZONE)).replace(tzinfo=None)
    span = wall, wall + OPEN_FOR
    door.run(actions.add_opening, desk, doctor, *span, command_id=new_id())


def _book(desk: Actor, patient: UUID, kind: UUID, doctor: UUID, at: datetime) -> None:
    zone = settings.TIME_ZONE
    held = door.run(
        actions.hold,
        desk,
        patient,
        kind,
        doctor,
        at,
        policy.VIDEO,
        patient_zone=zone,
        command_id=new_id(),
    )
    door.run(actions.book, desk, held.pk, command_id=new_id())


def _is_booked(patient: UUID, doctor: UUID, at: datetime) -> bool:
    near = Appointment.objects.filter(starts_at__gt=at - AROUND, starts_at__lt=at + AROUND)
    ours = near.filter(patient=patient, clinician=doctor, mode=policy.VIDEO)
    return ours.filter(state=policy.BOOKED).exists()


def _next_step(at: datetime) -> datetime:
    """The next five minutes that the wall shows in full."""
    step = timedelta(minutes=STEP)
    over = timedelta(minutes=at.minute % STEP, seconds=at.second, microseconds=at.microsecond)
    return at - over + step


def _acting(person_id: UUID) -> Actor:
    """This person, in the roles of now."""
    roles = grants_in_force().filter(person=person_id).values_list("role", flat=True)
    return person_actor(person_id, frozenset(roles)).asking("", "command")
