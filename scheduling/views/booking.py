"""Booking in three steps: what kind, which time, look once more. Moving is one step."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.ports import Request
from portal.kernel import door
from portal.kernel.errors import BadInput, Refusal
from portal.kernel.ids import new_id
from scheduling import actions, forms, readings
from scheduling.errors import HoldOver, NotOffered, SlotTaken
from scheduling.models import Appointment, State
from scheduling.readings.picker import Asked
from scheduling.views.pages import id_in, page, to, zone_here
from scheduling.views.visits import booking_page

LOST = (SlotTaken, NotOffered, HoldOver)


@require_safe
def book(request: Request) -> HttpResponse:
    """For whom and what; once that is known, the times."""
    patient_id = id_in(request.GET.get("patient", ""))
    type_id, mode = id_in(request.GET.get("kind", "")), request.GET.get("mode", "")
    if patient_id is None or type_id is None:
        return page(request, "book_kind", readings.kinds(request.actor, patient_id))
    asked = _asked(request, patient_id, type_id, mode)
    return _times(request, asked, day=_day(request), clinician_id=_with(request))


@sensitive_post_parameters("reason")
@sensitive_variables()
@require_POST
def hold(request: Request) -> HttpResponse:
    """A time is kept while somebody looks once more. Lost to another: the next ones are shown."""
    given = forms.SlotForm(request.POST).checked()
    asked = _asked(request, given["patient"], given["kind"], given["mode"])
    try:
        kept = door.run(
            actions.hold, request.actor, given["patient"], given["kind"],
            given["slot"].clinician_id, given["slot"].starts_at, given["mode"],
            patient_zone=zone_here(), command_id=given["command_id"],
        )  # fmt: skip
    except Refusal as refusal:
        return _lost(request, asked, given, refusal)
    return _held(request, kept, given["reason"])


@sensitive_post_parameters("reason")
@sensitive_variables()
@require_POST
def confirm(request: Request, appointment_id: UUID) -> HttpResponse:
    """What was held is booked. Where that came too late, the next times are shown."""
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return booking_page(request, appointment_id, form, 422)
    try:
        door.run(actions.book, request.actor, appointment_id, **form.cleaned_data)
        return to("scheduling:booking", appointment_id, query="?booked")
    except LOST as refusal:
        return _lost_hold(request, appointment_id, form, refusal)
    except Refusal as refusal:
        form.refuse(refusal)
        return booking_page(request, appointment_id, form, 422)


def _held(request: Request, kept: Appointment, reason: str) -> HttpResponse:
    """On to the last look. What was typed before another was faster goes along, not by address.

    Whoever went back and pressed another time wants that one: the others are free again. A press
    that came before, and whose time is booked or over by now, wants nothing anew.
    """
    others = readings.other_holds(request.actor, kept) if kept.state == State.HELD else []
    for each in others:
        with suppress(Refusal):
            door.run(actions.release, request.actor, each, command_id=new_id())
    if not reason:
        return to("scheduling:booking", kept.pk)
    form = forms.ReasonForm(initial={"command_id": new_id(), "reason": reason})
    return booking_page(request, kept.pk, form)


@require_POST
def extend(request: Request, appointment_id: UUID) -> HttpResponse:
    """The time is kept a little longer, once."""
    command_id = forms.CommandForm(request.POST).checked()["command_id"]
    try:
        door.run(actions.extend_hold, request.actor, appointment_id, command_id=command_id)
        messages.success(request, _("You have more time."))
    except Refusal as refusal:
        _tell(request, refusal)
    return to("scheduling:booking", appointment_id)


@require_POST
def release(request: Request, appointment_id: UUID) -> HttpResponse:
    """The time is free again, and others are shown."""
    command_id = forms.CommandForm(request.POST).checked()["command_id"]
    row = readings.find(request.actor, appointment_id)
    try:
        door.run(actions.release, request.actor, appointment_id, command_id=command_id)
    except Refusal as refusal:
        _tell(request, refusal)
    query = f"?patient={row.patient_id}&kind={row.visit_type_id}&mode={row.mode}"
    return to("scheduling:book", query=query)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Request, appointment_id: UUID) -> HttpResponse:
    """Another time for a visit, in one step: the old one goes only when the new one is won."""
    if request.method != "POST":
        return _moving(request, appointment_id)
    given = forms.SlotForm(request.POST).checked()
    slot = given["slot"]
    try:
        door.run(
            actions.move, request.actor, appointment_id, slot.starts_at,
            clinician_id=slot.clinician_id, command_id=given["command_id"],
        )  # fmt: skip
    except Refusal as refusal:
        return _moving(request, appointment_id, given, refusal)
    messages.success(request, _("The visit has moved. The old time is free again."))
    return to("scheduling:booking", appointment_id)


def _asked(request: Request, patient_id: UUID, type_id: UUID, mode: str) -> Asked:
    kind = readings.kind_of(request.actor, patient_id, type_id, mode)
    query = (("patient", str(patient_id)), ("kind", str(type_id)), ("mode", mode))
    return Asked(patient_id, kind, mode, reverse("scheduling:book"), query)


def _moving(
    request: Request, appointment_id: UUID, given: Any = None, refusal: Refusal | None = None
) -> HttpResponse:
    found = readings.visit(request.actor, appointment_id, zone_here())
    line, here = found.line, reverse("scheduling:move", args=[appointment_id])
    if not line.may_move:
        return page(request, "cancel", found, 409 if refusal else 200, asked_to_move=True)
    kind = readings.kind_of(request.actor, line.patient_id, line.type_id, line.mode, moving=True)
    asked = Asked(line.patient_id, kind, line.mode, here, moving=line.id, now_at=line.when.at)
    if refusal:
        return _lost(request, asked, given, refusal, moving=line, action=here)
    more: dict[str, Any] = {"day": _day(request), "clinician_id": _with(request)}
    return _times(request, asked, moving=line, action=here, **more)


def _times(
    request: Request, asked: Asked, *, status: int = 200, refused: Any = None, **more: Any
) -> HttpResponse:
    """The times, with what the reader has typed so far."""
    choice = {name: more.pop(name, None) for name in ("day", "clinician_id", "wanted")}
    found = readings.times(request.actor, replace(asked, **choice), zone_here())
    told = readings.about(request.actor, asked)
    told |= {"command_id": new_id(), "refused": refused, "action": reverse("scheduling:hold")}
    return page(request, "book_times", found, status, **(told | more))


def _lost(
    request: Request, asked: Asked, given: dict[str, Any], refusal: Refusal, **more: Any
) -> HttpResponse:
    """Somebody was faster, or the time is gone: kindly said, with the next good ones."""
    if refusal.status == 404:
        raise refusal
    head = (
        _("This time has just gone") if isinstance(refusal, SlotTaken) else _("Please choose again")
    )
    more |= {"kept_reason": given.get("reason", ""), "wanted": given["slot"].starts_at}
    told = {"head": head, "sentence": refusal.sentence}
    return _times(request, asked, status=409, refused=told, **more)


def _lost_hold(
    request: Request, appointment_id: UUID, form: forms.ReasonForm, refusal: Refusal
) -> HttpResponse:
    row = readings.find(request.actor, appointment_id)
    asked = _asked(request, row.patient_id, row.visit_type_id, row.mode)
    slot = forms.Picked(row.clinician_id, row.starts_at)
    return _lost(request, asked, {"reason": form.cleaned_data["reason"], "slot": slot}, refusal)


def _tell(request: Request, refusal: Refusal) -> None:
    if refusal.status == 404:
        raise refusal
    messages.warning(request, refusal.sentence)


def _day(request: Request) -> date | None:
    try:
        return date.fromisoformat(request.GET["day"]) if "day" in request.GET else None
    except ValueError:
        raise BadInput from None


def _with(request: Request) -> UUID | None:
    return id_in(request.GET.get("with", ""))
