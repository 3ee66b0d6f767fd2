"""The tables of patients: the sealed chart, and the dated links from which rights are derived."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.bundles.encounters import STATUSES
from patients.vocabulary import RELATIONS, SCOPES, SOURCES, TEAM_ROLES
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.ids import new_id

KEY_PURPOSE = "chart"


class Scope(models.TextChoices):
    """What a proxy may do: read, write messages too, or everything that the patient may."""

    READ = "read"
    CORRESPOND = "correspond"
    FULL = "full"


class Source(models.TextChoices):
    """Where a care-team link came from."""

    MANUAL = "manual"
    ENCOUNTER = "encounter"
    DEMO = "demo"


class Patient(models.Model):
    """A record. Who it is about is known only to those who hold the patient's chart key.

    A merged record points to the one that carries on; its seals keep their own context.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    chart_sealed = models.BinaryField()
    chart_version = models.PositiveIntegerField(default=1)
    source_index = models.BinaryField(max_length=16, null=True, unique=True)
    """Blind index of what the record is recognised by when it is imported again."""
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="record"
    )
    """The patient's own account."""
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="a_record_is_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"


class Link(models.Model):
    """A right of one person towards one patient, for some time.

    The two instants decide. The days beside them are what was meant, in the clinic's calendar,
    the last day included; ending a link early moves `ends_at` and leaves the days alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class Proxy(Link):
    """Somebody who acts for the patient, as themself, with a sign-in of their own."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="proxies", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="acts_for", db_index=False
    )
    scope = models.CharField(max_length=12, choices=Scope.choices)
    relation = models.CharField(max_length=12)
    granted_by = models.UUIDField()

    class Meta:
        verbose_name_plural = "proxies"
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=SCOPES), name="a_scope_of_a_proxy"),
            models.CheckConstraint(
                condition=Q(relation__in=RELATIONS), name="a_relation_of_a_proxy"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_proxy_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["patient", "person"],
                condition=Q(ends_at=None),
                name="one_open_grant_per_proxy",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "patient"], name="proxies_of_a_person"),
            models.Index(fields=["patient", "begins_at"], name="proxies_of_a_patient"),
        ]

    def __str__(self) -> str:
        return f"proxy {self.pk}"


class CareTeamMember(Link):
    """Somebody who treats the patient between two days."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="care_team", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="cares_for", db_index=False
    )
    role = models.CharField(max_length=24)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.MANUAL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=TEAM_ROLES), name="a_role_on_a_care_team"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="a_source_of_a_link"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_link_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["patient", "person"],
                condition=Q(ends_at=None),
                name="one_open_link_per_member",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "patient"], name="links_of_a_person"),
            models.Index(fields=["patient", "begins_at"], name="links_of_a_patient"),
        ]

    def __str__(self) -> str:
        return f"care-team link {self.pk}"


class Clinician(models.Model):
    """Under which number other systems know somebody who works here."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="known_elsewhere"
    )
    source_index = models.BinaryField(max_length=16, unique=True)

    def __str__(self) -> str:
        return f"clinician {self.pk}"


class Encounter(models.Model):
    """One time that the patient was, is or is to be seen. Kind, reason and place are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="encounters", db_index=False)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    source_index = models.BinaryField(max_length=16, unique=True)
    status = models.CharField(max_length=16)
    class_code = models.CharField(max_length=32, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    details_sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(STATUSES)), name="a_status_of_an_encounter"
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="an_encounter_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-starts_at"], name="encounters_of_a_patient"),
        ]

    def __str__(self) -> str:
        return f"encounter {self.pk}"


def chart_place(key: OpenKey, patient_id: UUID, version: int) -> Place:
    """Where the seal of a chart belongs: an older version does not open in a newer one's place."""
    return key.place("patient", item=patient_id, field="chart", sequence=version)


def encounter_place(key: OpenKey, encounter_id: UUID) -> Place:
    """Where the seal of an encounter's words belongs."""
    return key.place("encounter", item=encounter_id, field="details")
