"""Links: the dated rights of one person towards one patient, and the offers that become them."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.models.records import Patient
from patients.vocabulary import (
    OUTCOMES,
    PROOFS,
    PURPOSES,
    RELATIONS,
    SCOPES,
    SOURCES,
    TEAM_ROLES,
)
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.ids import new_id


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
    proofing = models.CharField(max_length=16, blank=True)
    """How the clinic made sure that this is the right person; empty where the patient vouches."""

    class Meta:
        verbose_name_plural = "proxies"
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=SCOPES), name="a_scope_of_a_proxy"),
            models.CheckConstraint(
                condition=Q(relation__in=RELATIONS), name="a_relation_of_a_proxy"
            ),
            models.CheckConstraint(
                condition=Q(proofing__in=("", *PROOFS)), name="a_proof_of_a_proxy"
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
            models.Index(fields=["ends_at"], name="proxies_by_end"),
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
            models.Index(fields=["ends_at"], name="links_by_end"),
        ]

    def __str__(self) -> str:
        return f"care-team link {self.pk}"


class Purpose(models.TextChoices):
    """What an offer is for: the patient's own account, or acting for the patient."""

    RECORD = "record"
    PROXY = "proxy"


class Outcome(models.TextChoices):
    """How an offer was settled."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Offer(models.Model):
    """An invitation to one address, tied to one record. Whoever signs in with it may accept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="offers", db_index=False)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    scope = models.CharField(max_length=12, blank=True)
    relation = models.CharField(max_length=12, blank=True)
    valid_to = models.DateField(null=True)
    proofing = models.CharField(max_length=16, blank=True)
    address_sealed = models.BinaryField()
    sign_in_index = models.BinaryField(max_length=16)
    """Under which whoever has the address signs in."""
    letter = models.UUIDField(null=True)
    """The invitation that went out."""
    made_by = models.UUIDField()
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True, choices=Outcome.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who accepted or declined."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="a_purpose_of_an_offer"),
            models.CheckConstraint(
                condition=Q(purpose="record", scope="", relation="")
                | Q(purpose="proxy", scope__in=SCOPES, relation__in=RELATIONS),
                name="an_offer_says_what_it_is_for",
            ),
            models.CheckConstraint(
                condition=Q(proofing__in=("", *PROOFS)), name="a_proof_of_an_offer"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="")
                | Q(settled_at__isnull=False, outcome__in=OUTCOMES),
                name="an_offer_is_settled_somehow",
            ),
            models.UniqueConstraint(
                fields=["patient", "purpose", "sign_in_index"],
                condition=Q(settled_at=None),
                name="one_open_offer_to_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["sign_in_index", "settled_at"], name="offers_to_an_address"),
            models.Index(fields=["patient", "made_at"], name="offers_about_a_patient"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class Receipt(models.Model):
    """A command that was carried out: what it made, and a keyed digest of what it said."""

    person_id = models.UUIDField()
    command_id = models.UUIDField()
    digest = models.BinaryField(max_length=16)
    result = models.UUIDField()
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "command_id"], name="a_receipt_once"),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


def address_place(key: OpenKey, offer_id: UUID) -> Place:
    """Where the seal of an invited address belongs."""
    return key.place("offer", item=offer_id, field="address")
