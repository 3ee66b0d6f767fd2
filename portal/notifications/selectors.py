"""A letter as it leaves: its reader's address, subject, text and attachment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.accounts.selectors import Profile, find_open_person, profiles
from portal.crypto.primitives import SealBroken
from portal.notifications.errors import NeverSendable
from portal.outbox.errors import LetterRefused
from portal.outbox.models import Letter
from portal.outbox.selectors import address_of, params_of, still_concerns
from portal.outbox.vocabulary import spec_of, zones

MORNING, NIGHT = 8, 21
"""Letters that can wait leave between these hours of the reader's day."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, written out. Never shown in a repr: it holds an address, and perhaps a key."""

    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    attachment: tuple[str, str, bytes] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a letter tells it: for the reader, and for the clinic if that is elsewhere."""

    at: datetime
    reader_zone: str

    @property
    def reader(self) -> str:
        """The day and time for the reader."""
        return _told(self.at, self.reader_zone)

    @property
    def clinic(self) -> str:
        """The day and time at the clinic."""
        return _told(self.at, settings.TIME_ZONE)

    @property
    def is_elsewhere(self) -> bool:
        """True if the reader's clock shows another time than the clinic's."""
        there, here = (self.at.astimezone(ZoneInfo(zone)) for zone in self._zones)
        return there.utcoffset() != here.utcoffset()

    @property
    def _zones(self) -> tuple[str, str]:
        return self.reader_zone, settings.TIME_ZONE

    def __str__(self) -> str:
        if not self.is_elsewhere:
            return self.clinic
        return _("%(reader)s (at the clinic: %(clinic)s)") % {
            "reader": self.reader,
            "clinic": self.clinic,
        }


def written(letter: Letter) -> Written:
    """The letter as it leaves.

    Raises NeverSendable for one that nobody can get: closed, without an address, unreadable, or
    about what is no business of its reader any more.
    """
    try:
        spec, params, given = spec_of(letter.kind), params_of(letter), address_of(letter)
    except (LetterRefused, SealBroken):
        raise NeverSendable("unreadable") from None
    if not still_concerns(letter):
        raise NeverSendable("not-theirs")
    profile = _reader(letter) if letter.to_person else Profile("", given)
    if "@" not in profile.email or not profile.email.isprintable():
        raise NeverSendable("no-address")
    zone = str(params.get("zone") or profile.zone or settings.TIME_ZONE)
    with _as_read_by(profile, zone):
        subject, body = _text(spec.template, _told_to(params, zone))
        attachment = spec.attachment(params) if spec.attachment else None
    return Written(profile.email.strip(), subject, body, attachment)


def by_day(at: datetime, zone: str) -> datetime:
    """The instant, or eight in the morning if the reader's clock says that it is night."""
    here = ZoneInfo(zone if zone in zones() else settings.TIME_ZONE)
    local = at.astimezone(here)
    if MORNING <= local.hour < NIGHT:
        return at
    day = local.date() + timedelta(days=local.hour >= NIGHT)
    return datetime.combine(day, time(MORNING), tzinfo=here).astimezone(UTC)


def _reader(letter: Letter) -> Profile:
    person = find_open_person(letter.to_person) if letter.to_person else None
    if person is None:
        raise NeverSendable("closed")
    return profiles([person.pk])[person.pk]


@contextmanager
def _as_read_by(profile: Profile, zone: str) -> Iterator[None]:
    language = profile.language if profile.language in dict(settings.LANGUAGES) else None
    here = ZoneInfo(zone if zone in zones() else settings.TIME_ZONE)
    with translation.override(language or settings.LANGUAGE_CODE), timezone.override(here):
        yield


def _told_to(params: Mapping[str, Any], zone: str) -> dict[str, Any]:
    reader_zone = zone if zone in zones() else settings.TIME_ZONE
    return {
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        "base_url": settings.BASE_URL,
        **{
            name: Moment(value, reader_zone) if isinstance(value, datetime) else value
            for name, value in params.items()
        },
    }


def _text(template: str, told: dict[str, Any]) -> tuple[str, str]:
    """The subject, which is the first line, and what follows it."""
    try:
        inner: Any = get_template(template)
    except TemplateDoesNotExist:
        raise NeverSendable("unreadable") from None
    text = inner.template.render(Context(told, autoescape=False)).strip()
    subject, _line, body = text.partition("\n")
    return " ".join(subject.split()), f"{body.strip()}\n"


def _told(at: datetime, zone: str) -> str:
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    when = date_format(at.astimezone(ZoneInfo(zone)), "l j F Y, H:i")
    return _("%(when)s, %(place)s time") % {"when": when, "place": place}
