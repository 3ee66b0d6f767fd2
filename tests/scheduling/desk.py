"""What people do on pages of visits, by plain forms."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse

from portal.kernel import clock
from portal.kernel.ids import new_id
from scheduling.models import Appointment, VisitType
from tests.scheduling.world import Times

SLOT = re.compile(r'name="slot" value="([\w.]+)"')
COMMAND = re.compile(r'name="command_id" value="([\w-]+)"')


def text(answer) -> str:
    """What stands on the page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def times_page(kind: VisitType, who: Client, patient: UUID, **more: str):
    """The page of times of this kind."""
    query: dict[str, Any] = {"patient": patient, "kind": kind.pk, "mode": kind.modes[0], **more}
    return who.get(reverse("scheduling:book"), query)


def press(who: Client, kind: VisitType, patient: UUID, n: int = 0, **more: object):
    """A time of the page is pressed."""
    answer = times_page(kind, who, patient)
    page = answer.content.decode()
    found = {
        "patient": patient,
        "kind": kind.pk,
        "mode": kind.modes[0],
        "command_id": COMMAND.findall(page)[0],
        "slot": SLOT.findall(page)[n],
        **more,
    }
    return found, who.post(reverse("scheduling:hold"), found)


def confirm(who: Client, row: Appointment, reason: str = ""):
    """What is held is booked."""
    where = reverse("scheduling:confirm", args=[row.pk])
    return who.post(where, {"command_id": new_id(), "reason": reason})


def only() -> Appointment:
    """The one appointment that there is."""
    return Appointment.objects.get()


def booked_for_ada(times: Times, days: int = 4, **rules: object) -> Appointment:
    """A visit of Ada's in some days, in the morning."""
    kind = times.open(**rules)
    found = times.slots(kind, first=clock.now().date() + timedelta(days=days))
    return times.book(kind, found[0].starts_at, reason=times.world.words("It itches"))


def zone(name: str):
    """This zone."""
    return ZoneInfo(name)
