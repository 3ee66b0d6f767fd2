"""Teams of the clinic: what they are for, what they promise, and who is on them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.kernel import clock
from portal.kernel.ids import new_id

MOST_NAME = 60
MOST_PURPOSE = 200
MOST_HOURS_TEXT = 120
MOST_REPLY_HOURS = 24 * 60


class TeamKind(models.TextChoices):
    """A named team, or the one row that says what every care team promises."""

    NAMED = "named"
    CARE = "care"


class Team(models.Model):
    """Whom a patient can write to, in words that patients understand. Holds nothing of patients."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=TeamKind.choices, default=TeamKind.NAMED)
    name = models.CharField(max_length=MOST_NAME)
    purpose = models.CharField(max_length=MOST_PURPOSE, blank=True)
    reply_hours = models.PositiveSmallIntegerField(null=True)
    """Within how many hours patients are promised an answer."""
    hours_text = models.CharField(max_length=MOST_HOURS_TEXT, blank=True)
    is_open = models.BooleanField(default=False)
    """True if patients may choose it."""
    is_default = models.BooleanField(default=False)
    """True for the one that gets what nobody else would."""
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TeamKind.values), name="a_kind_of_a_team"),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(reply_hours__gte=1) & ~Q(purpose=""),
                name="an_open_team_says_what_for_and_when",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_open=True, kind=TeamKind.NAMED),
                name="what_nobody_else_gets_goes_to_an_open_team",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind=TeamKind.CARE), name="one_word_for_care_teams"
            ),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_team"
            ),
        ]

    def __str__(self) -> str:
        return f"team {self.pk}"


class TeamMember(models.Model):
    """Somebody who answers for a team between two instants."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="members", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="serves_on", db_index=False
    )
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    added_by = models.UUIDField()
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at")),
                name="a_membership_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(ends_at=None),
                name="one_open_membership_per_person",
            ),
        ]
        indexes = [models.Index(fields=["person", "team"], name="teams_of_a_person")]

    def __str__(self) -> str:
        return f"membership {self.pk}"
