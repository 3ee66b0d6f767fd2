"""Threads, their items, and how far each reader has read."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel.ids import new_id

KEY_PURPOSE = "thread"


class State(models.TextChoices):
    """Whether a thread takes messages."""

    OPEN = "open"
    CLOSED = "closed"


class Kind(models.TextChoices):
    """What an item of a thread is: a message, or a change of the thread's state."""

    MESSAGE = "message"
    CLOSED = "closed"
    REOPENED = "reopened"


class Thread(models.Model):
    """A conversation about one patient. Whom it is about never changes: its seals hold the patient.

    What the patient may see is numbered by `sequence`, internal notes by `note_sequence`, so that
    a gap never tells. Both are taken under the row's lock.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="threads", db_index=False
    )
    team_id = models.UUIDField(null=True)
    """The named team that it is with; null while it is with the patient's care team."""
    team_since = models.DateTimeField(null=True)
    """Since when, if it was handed on."""
    owner_id = models.UUIDField(null=True)
    """Who of the clinic has taken it over."""
    owned_since = models.DateTimeField(null=True)
    topic_sealed = models.BinaryField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    sequence = models.PositiveIntegerField(default=0)
    note_sequence = models.PositiveIntegerField(default=0)
    last_message = models.PositiveIntegerField(default=0)
    """The sequence of the newest message; what closed or reopened the thread is none."""
    last_message_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    """Since when the clinic owes an answer; null while it does not."""
    opened_by = models.UUIDField()
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="a_state_of_a_thread"),
            models.CheckConstraint(
                condition=Q(last_message__lte=F("sequence")), name="the_newest_message_is_an_item"
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN) | Q(waiting_since=None),
                name="nobody_waits_in_a_closed_thread",
            ),
            models.CheckConstraint(
                condition=Q(owner_id=None, owned_since=None)
                | Q(owner_id__isnull=False, owned_since__isnull=False),
                name="an_owner_since_then",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "changed_at", "id"], name="threads_of_a_patient"),
            models.Index(
                fields=["waiting_since", "id"],
                condition=Q(waiting_since__isnull=False),
                name="threads_that_wait",
            ),
            models.Index(
                fields=["team_id", "changed_at", "id"],
                condition=Q(team_id__isnull=False),
                name="threads_of_a_team",
            ),
            models.Index(
                fields=["owner_id"], condition=Q(owner_id__isnull=False), name="threads_of_an_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Message(models.Model):
    """One item of a thread. The text is sealed for this thread, this id and this sequence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="items", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    author_id = models.UUIDField()
    author_role = models.CharField(max_length=24)
    """The role in which it was written, as it was then."""
    on_behalf = models.BooleanField()
    """True if a proxy wrote it, as themself, for the patient."""
    body_sealed = models.BinaryField(null=True)
    key_version = models.PositiveIntegerField()
    sent_at = models.DateTimeField()
    command_id = models.UUIDField()
    command_digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "sequence"], name="one_item_per_sequence"),
            models.UniqueConstraint(fields=["author_id", "command_id"], name="a_command_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="sequences_begin_at_one"),
            models.CheckConstraint(
                condition=Q(kind=Kind.MESSAGE, body_sealed__isnull=False)
                | Q(kind__in=[Kind.CLOSED, Kind.REOPENED], body_sealed=None),
                name="messages_alone_have_a_text",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.sequence} of thread {self.thread_id}"


class ReadMark(models.Model):
    """How far one person has read one thread. It only moves on."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="marks", db_index=False)
    person_id = models.UUIDField()
    upto = models.PositiveIntegerField()
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "person_id"], name="one_mark_per_reader"),
        ]

    def __str__(self) -> str:
        return f"mark {self.upto} in thread {self.thread_id}"


def topic_place(key: OpenKey, thread_id: UUID) -> Place:
    """Where the seal of a topic belongs."""
    return key.place("thread", item=thread_id, field="topic")


def body_place(key: OpenKey, message_id: UUID, sequence: int) -> Place:
    """Where the seal of a message's text belongs."""
    return key.place("message", item=message_id, field="body", sequence=sequence)
