"""Rules: kinds of visits, weekly hours in wall time, and the times in which they do not hold."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.kernel import clock
from portal.kernel.ids import new_id
from scheduling.vocabulary import EXCEPTIONS, MODES, OCCASIONS

ZONE_LENGTH = 48
DAY = 1440


class VisitType(models.Model):
    """A kind of visit: how long, with which buffers, by which means, and who may book it when.

    All lengths are whole steps of five minutes. Notice, cut-off and horizon bind patients; staff
    may book any time that is still to come.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()
    before_minutes = models.PositiveSmallIntegerField(default=0)
    after_minutes = models.PositiveSmallIntegerField(default=0)
    step_minutes = models.PositiveSmallIntegerField(default=15)
    """How far apart the offered times begin, counted from the opening of each window."""
    by_video = models.BooleanField(default=False)
    by_phone = models.BooleanField(default=False)
    in_person = models.BooleanField(default=False)
    bookable_by_patients = models.BooleanField(default=False)
    notice_minutes = models.PositiveIntegerField(default=120)
    cutoff_minutes = models.PositiveIntegerField(default=DAY)
    horizon_days = models.PositiveSmallIntegerField(default=60)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=480, step_minutes__gte=5)
                & Q(before_minutes__lte=240, after_minutes__lte=240, step_minutes__lte=480),
                name="a_visit_has_a_length",
            ),
            models.CheckConstraint(
                condition=Q(by_video=True) | Q(by_phone=True) | Q(in_person=True),
                name="a_visit_has_a_way_to_meet",
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=366),
                name="a_visit_is_booked_within_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"visit type {self.pk}"

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways to meet, in the order in which they are offered."""
        given = (self.by_video, self.by_phone, self.in_person)
        return tuple(mode for mode, is_given in zip(MODES, given, strict=True) if is_given)


class Offering(models.Model):
    """A clinician offers a kind of visit."""

    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="offerings", db_index=False
    )
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="offerings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinician", "visit_type"], name="an_offering_once"),
        ]

    def __str__(self) -> str:
        return f"offering {self.pk}"


class Hours(models.Model):
    """A window that a clinician keeps every week, in wall time, from one day to another.

    `weekday` counts from Monday as 0; a window that ends at midnight closes at minute 1440.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="hours", db_index=False
    )
    weekday = models.PositiveSmallIntegerField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=ZONE_LENGTH)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name_plural = "hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, closes_minute__lte=DAY)
                & Q(opens_minute__lt=F("closes_minute")),
                name="a_window_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="hours_end_after_they_began",
            ),
        ]
        indexes = [models.Index(fields=["person", "valid_from"], name="hours_of_a_person")]

    def __str__(self) -> str:
        return f"hours {self.pk}"


class TimeException(models.Model):
    """A time in which the usual hours do not hold: an absence, or an opening of its own.

    Without a person it closes the whole clinic. The instants decide; the wall times beside them
    are what was meant.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="time_exceptions",
        db_index=False,
    )
    kind = models.CharField(max_length=8)
    occasion = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=ZONE_LENGTH)
    wall_start = models.CharField(max_length=16)
    wall_end = models.CharField(max_length=16)
    made_by = models.UUIDField()
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EXCEPTIONS), name="a_kind_of_exception"),
            models.CheckConstraint(
                condition=Q(occasion__in=OCCASIONS), name="an_occasion_of_an_exception"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="an_exception_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(kind="absence") | Q(person__isnull=False),
                name="an_opening_is_somebodys",
            ),
        ]
        indexes = [models.Index(fields=["person", "ends_at"], name="exceptions_of_a_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
