"""The tables of visits: where each stands, who sits where, and what is on its way between them."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel.ids import new_id
from scheduling.visits.states import OVER, Ending, Side, State
from scheduling.visits.vocabulary import NOTES, ROLES, WHYS_DECLINED

KEY_PURPOSE = "visit"
STATES = [state.value for state in State]
OVER_STATES = [state.value for state in sorted(OVER)]
ENDINGS = [ending.value for ending in Ending]
SIDES = [side.value for side in Side]


class Visit(models.Model):
    """A video visit of one appointment. Made when it is first needed, never before.

    Everything that a page can see of it is numbered by `sequence`, taken under the row's lock; the
    state changed last at `state_sequence`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appointment = models.OneToOneField(
        "scheduling.Appointment", models.PROTECT, related_name="visit"
    )
    revision = models.PositiveIntegerField(default=0)
    """Of the appointment as it stood when this began; one that moved since begins anew."""
    state = models.CharField(max_length=12, default=State.PLANNED.value)
    epoch = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=1)
    state_sequence = models.PositiveIntegerField(default=1)
    waiting_since = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=16, blank=True)
    declined_why = models.CharField(max_length=16, blank=True)
    note_code = models.CharField(max_length=24, blank=True)
    note_sealed = models.BinaryField(null=True)
    note_sequence = models.PositiveIntegerField(default=0)
    note_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="a_state_of_a_visit"),
            models.CheckConstraint(
                condition=Q(state__in=OVER_STATES, over_at__isnull=False, ending__in=ENDINGS)
                | ~Q(state__in=OVER_STATES) & Q(over_at=None, ending=""),
                name="what_is_over_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(note_code__in=["", *NOTES]), name="a_note_of_a_visit"
            ),
            models.CheckConstraint(
                condition=Q(declined_why__in=["", *WHYS_DECLINED]), name="why_a_visit_is_declined"
            ),
            models.CheckConstraint(
                condition=Q(state_sequence__lte=F("sequence")), name="a_state_has_its_number"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"],
                condition=Q(over_at=None),
                name="visits_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"


class Seat(models.Model):
    """A seat that was taken, and by whom. One row for each side: two people never sit in one."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="seats", db_index=False)
    side = models.CharField(max_length=8)
    person_id = models.UUIDField()
    role = models.CharField(max_length=12)
    device = models.UUIDField()
    token = models.UUIDField()
    socket = models.CharField(max_length=64, db_index=True)
    """The socket over which they sit; empty once it was seen to close."""
    session = models.CharField(max_length=64)
    seen_at = models.DateTimeField()
    lost_at = models.DateTimeField(null=True)
    is_left = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "side"], name="one_seat_for_each_side"),
            models.CheckConstraint(condition=Q(side__in=SIDES), name="a_side_of_a_visit"),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="a_role_in_a_seat"),
        ]

    def __str__(self) -> str:
        return f"seat of the {self.side} in {self.visit_id}"


class Attendance(models.Model):
    """Who was in the visit, in which role, from when to when. The times never change once set."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="attendance", db_index=False)
    person_id = models.UUIDField()
    role = models.CharField(max_length=12)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    parted = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "person_id"],
                condition=Q(to_at=None),
                name="a_person_is_there_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(to_at=None) | Q(to_at__gte=F("from_at")),
                name="nobody_leaves_before_coming",
            ),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="a_role_in_a_visit"),
        ]
        indexes = [models.Index(fields=["visit", "from_at"], name="attendance_of_a_visit")]

    def __str__(self) -> str:
        return f"attendance {self.pk}"


class Confirmation(models.Model):
    """The opening questions, answered. What was said is sealed; the newest row counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="confirmations", db_index=False)
    by = models.UUIDField()
    at = models.DateTimeField()
    answers_sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["visit", "at"], name="confirmations_of_a_visit")]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class Frame(models.Model):
    """What one seat said to the other, sealed, for the seconds until it is taken.

    What remains afterwards is the number alone, so that nothing is passed on twice; it goes with
    the epoch.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="frames", db_index=False)
    epoch = models.PositiveIntegerField()
    side = models.CharField(max_length=8)
    number = models.PositiveIntegerField()
    sequence = models.PositiveIntegerField()
    body_sealed = models.BinaryField(null=True)
    digest = models.BinaryField(max_length=32)
    put_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "epoch", "side", "number"], name="each_frame_once"
            ),
            models.CheckConstraint(condition=Q(side__in=SIDES), name="a_side_of_a_frame"),
        ]
        indexes = [models.Index(fields=["visit", "sequence"], name="frames_of_a_visit")]

    def __str__(self) -> str:
        return f"frame {self.sequence} of {self.visit_id}"


class Carried(models.Model):
    """A command that was carried out, so that its repetition gives the first result."""

    person_id = models.UUIDField()
    command_id = models.UUIDField()
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="commands", db_index=False)
    digest = models.BinaryField(max_length=32)
    result = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "carried"
        constraints = [
            models.UniqueConstraint(fields=["person_id", "command_id"], name="a_step_once"),
        ]

    def __str__(self) -> str:
        return f"command {self.command_id}"


def note_place(key: OpenKey, visit_id: UUID, sequence: int) -> Place:
    """Where the seal of a note belongs."""
    return key.place("visit", item=visit_id, field="note", sequence=sequence)


def answers_place(key: OpenKey, confirmation_id: UUID) -> Place:
    """Where the seal of the opening answers belongs."""
    return key.place("confirmation", item=confirmation_id, field="answers")


def frame_place(key: OpenKey, visit_id: UUID, side: str, epoch: int, number: int) -> Place:
    """Where the seal of a frame belongs: to one seat's number in one epoch."""
    field = f"frame of the {side}"
    return key.place("visit", item=visit_id, field=field, sequence=(epoch << 32) | number)
