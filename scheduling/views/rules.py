"""The clinic's rules: who is here when, and which kinds of visits there are."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.ports import Request
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from scheduling import actions, forms, readings
from scheduling.views.pages import id_in, new_ids, page, to


@require_safe
def hours(request: Request) -> HttpResponse:
    """The week of one clinician, and what does not follow it."""
    return _hours(request, id_in(request.GET.get("person", "")))


@require_POST
def set_hours(request: Request, person_id: UUID) -> HttpResponse:
    """The week is as it was typed, from a day on."""
    form = forms.HoursForm(request.POST)
    if form.is_valid():
        try:
            door.run(actions.set_hours, request.actor, person_id, **form.week())
            messages.success(request, _("The hours are saved."))
            return to("scheduling:hours", query=f"?person={person_id}")
        except Refusal as refusal:
            form.refuse(refusal)
    return _hours(request, person_id, form=form)


@require_POST
def add_exception(request: Request) -> HttpResponse:
    """Somebody is away, the clinic is closed, or somebody is here besides."""
    form = forms.ExceptionForm(request.POST)
    form.offer(whole_clinic=True)
    person_id = id_in(request.POST.get("person", ""))
    if form.is_valid():
        act: Callable[..., Any] = actions.add_absence
        if form.is_opening:
            act = actions.add_opening
        try:
            door.run(act, request.actor, form.whose(), **form.times())
            messages.success(request, _("It is in the calendar."))
            return to("scheduling:hours", query=f"?person={person_id}")
        except Refusal as refusal:
            form.refuse(refusal)
    return _hours(request, person_id, exception_form=form)


@require_POST
def remove_exception(request: Request, exception_id: UUID) -> HttpResponse:
    """The usual hours hold again."""
    person_id = id_in(request.POST.get("person", ""))
    command_id = forms.CommandForm(request.POST).checked()["command_id"]
    door.run(actions.remove_exception, request.actor, exception_id, command_id=command_id)
    messages.success(request, _("The usual hours hold again."))
    return to("scheduling:hours", query=f"?person={person_id}" if person_id else "")


@require_http_methods(["GET", "HEAD", "POST"])
def types(request: Request) -> HttpResponse:
    """Every kind of visit; one is added or changed."""
    found = readings.visit_types(request.actor)
    if request.method != "POST":
        return _types(request, found, None, id_in(request.GET.get("type", "")))
    form = forms.TypeForm(request.POST)
    if form.is_valid():
        try:
            given = form.given()
            door.run(actions.define_visit_type, request.actor, given.pop("visit_type_id"), **given)
            messages.success(request, _("The kind of visit is saved."))
            return to("scheduling:types")
        except Refusal as refusal:
            form.refuse(refusal)
    return _types(request, found, form, None)


@require_POST
def offer(request: Request, type_id: UUID) -> HttpResponse:
    """Those who are ticked offer this kind of visit, the others do not."""
    found = readings.visit_types(request.actor)
    form = forms.OfferForm(request.POST)
    form.offer((each.id, each.name) for each in found.people)
    given = form.checked()
    for each in found.people:
        command_id = forms.command_of(given["command_id"], each.id.hex)
        is_offered = each.id in given["clinicians"]
        door.run(
            actions.offer_type, request.actor, each.id, type_id,
            is_offered=is_offered, command_id=command_id,
        )  # fmt: skip
    messages.success(request, _("It is saved who offers this."))
    return to("scheduling:types")


def _hours(
    request: Request,
    person_id: UUID | None,
    *,
    form: forms.HoursForm | None = None,
    exception_form: forms.ExceptionForm | None = None,
) -> HttpResponse:
    found = readings.hours(request.actor, person_id)
    away = exception_form or forms.ExceptionForm(initial=_away_now(found))
    away.offer(whole_clinic=found.may_close_clinic)
    status = 422 if form or exception_form else 200
    given = {"form": form or forms.HoursForm(initial=_week_now(found)), "exception_form": away}
    return page(request, "hours", found, status, **given, new_ids=new_ids("remove"))


def _week_now(found: readings.HoursPage) -> dict[str, Any]:
    days = {f"day{n}": forms.windows_text(found.windows[n]) for n in range(7)}
    zone = {"zone": found.hours_zone, "valid_from": found.today}
    return {"command_id": new_id(), **days, **zone}


def _away_now(found: readings.HoursPage) -> dict[str, Any]:
    return {
        "command_id": new_id(),
        "person": found.person.id,
        "first": found.today,
        "last": found.today,
        "first_time": "08:00",
        "last_time": "18:00",
    }


def _types(
    request: Request,
    found: readings.TypesPage,
    form: forms.TypeForm | None,
    type_id: UUID | None,
) -> HttpResponse:
    row = next((each.row for each in found.types if each.row.pk == type_id), None)
    told = form or forms.TypeForm(initial=forms.told_of(row) | {"command_id": new_id()})
    given = {"changing": row.name if row else "", "new_ids": new_ids("offer")}
    return page(request, "types", found, 422 if form else 200, form=told, **given)
