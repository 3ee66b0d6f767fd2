"""An instant as people read it: on their own clock, and on the clinic's where that differs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.kernel import clock


@dataclass(frozen=True, slots=True)
class Shown:
    """One instant in words. `other` is the same instant at the clinic, if that reads otherwise."""

    at: datetime
    date: date
    day: str
    short_day: str
    time: str
    place: str
    other: str = ""

    @property
    def day_and_time(self) -> str:
        """The date in full and the time: words that stay true tomorrow."""
        return f"{date_format(self.date, 'l j F Y')}, {self.time}"

    @property
    def iso(self) -> str:
        """For programs that read the page."""
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(at: datetime, zone: str) -> Shown:
    """The instant on this clock, and on the clinic's."""
    here, clinic = at.astimezone(ZoneInfo(zone)), at.astimezone(clinic_zone())
    other = ""
    if here.replace(tzinfo=None) != clinic.replace(tzinfo=None):
        when = clock_words(clinic)
        if here.date() != clinic.date():
            when = f"{date_format(clinic.date(), 'D j M')}, {when}"
        other = _("%(time)s at the clinic") % {"time": when}
    return Shown(
        at=at,
        date=here.date(),
        day=day_words(here.date(), zone),
        short_day=short_day(here.date(), zone),
        time=clock_words(here),
        place=_("%(place)s time") % {"place": place_of(zone)},
        other=other,
    )


def clock_words(wall: datetime) -> str:
    """Hours and minutes. In the hour that comes twice, also which of the two it is."""
    twice = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    return wall.strftime("%H:%M %Z" if twice else "%H:%M")


def day_words(day: date, zone: str) -> str:
    """Today, tomorrow, or the day with its date."""
    today = today_in(zone)
    if day == today:
        return _("Today")
    if day == today + timedelta(days=1):
        return _("Tomorrow")
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


def short_day(day: date, zone: str) -> str:
    """The same in a few letters."""
    today = today_in(zone)
    if day == today:
        return _("Today")
    return _("Tomorrow") if day == today + timedelta(days=1) else date_format(day, "D j M")


def today_in(zone: str) -> date:
    """Which day it is there."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def clinic_zone() -> ZoneInfo:
    """The zone in which the clinic lives."""
    return ZoneInfo(settings.TIME_ZONE)


def place_of(zone: str) -> str:
    """A zone's name as a person reads it: "America/New_York" is New York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@cache
def zones() -> frozenset[str]:
    """Every zone of a country, by name, and UTC."""
    rows = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines()
    return frozenset({row.split("\t")[2] for row in rows if not row.startswith("#")} | {"UTC"})


def is_zone(name: str) -> bool:
    """True for a zone that this installation knows."""
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (ValueError, OSError, KeyError):
        return False
