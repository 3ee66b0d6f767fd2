"""The visits of a patient: the list, one of them, giving one up, taking one into a calendar."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import actions as accounts
from portal.accounts.ports import Request, typed_into
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from scheduling import actions, forms, readings
from scheduling.ics import MEDIA_TYPE, named, packed
from scheduling.views.pages import new_ids, page, to, zone_here


@require_safe
def visits(request: Request) -> HttpResponse:
    """The reader's visits."""
    return page(request, "visits", readings.visits(request.actor, zone_here()))


@sensitive_variables()
@require_safe
def booking(request: Request, appointment_id: UUID) -> HttpResponse:
    """One visit: to be confirmed, agreed on, or over."""
    return booking_page(request, appointment_id)


@sensitive_variables()
def booking_page(
    request: Request, appointment_id: UUID, form: forms.ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of one visit, with what somebody typed."""
    found = readings.visit(request.actor, appointment_id, zone_here())
    back = "scheduling:day" if found.is_staff else "scheduling:visits"
    more = {
        "form": form or _fresh(request),
        "new_ids": new_ids("extend", "release"),
        "just_booked": "booked" in request.GET,
        "back_url": reverse(back),
        "back_words": _("Calendar") if found.is_staff else _("Your visits"),
    }
    return page(request, "booking", found, status, **more)


def _fresh(request: Request) -> forms.ReasonForm:
    """The form of a visit to be confirmed, with what was typed too late."""
    typed = typed_into(request, "scheduling:confirm")
    reason = typed.get("reason", "") if typed is not None else ""
    return forms.ReasonForm(initial={"command_id": new_id(), "reason": reason})


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: Request, appointment_id: UUID) -> HttpResponse:
    """A visit is given up, for a reason out of a few."""
    form = forms.CancelForm(request.POST or None, initial={"command_id": new_id()})
    form.offer(readings.whys(request.actor))
    if request.method == "POST" and form.is_valid():
        try:
            door.run(actions.cancel, request.actor, appointment_id, **form.cleaned_data)
            messages.success(request, _("The visit is cancelled. The time is free for others."))
            return to("scheduling:booking", appointment_id)
        except Refusal as refusal:
            form.refuse(refusal)
    found = readings.visit(request.actor, appointment_id, zone_here())
    return page(request, "cancel", found, 422 if form.is_bound else 200, form=form)


@require_safe
def ics(request: Request, appointment_id: UUID) -> HttpResponse:
    """The visit as a file for a calendar: when, and nothing about why."""
    told = readings.invitation(request.actor, appointment_id, zone_here())
    answer = HttpResponse(packed(told), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{named(told)}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def zone(request: Request) -> HttpResponse:
    """On which clock the reader sees all times."""
    onwards = {"zone": zone_here(), "next": request.GET.get("next", "")}
    names = {*readings.zones(), zone_here(), settings.TIME_ZONE}
    names |= {told for told in request.POST.getlist("zone") if readings.is_zone(told)}
    form = forms.ZoneForm(request.POST or None, initial=onwards, names=[*names])
    if request.method == "POST" and form.is_valid():
        door.run(accounts.set_zone, request.actor, form.cleaned_data["zone"])
        return HttpResponseRedirect(_onwards(form.cleaned_data["next"]), status=303)
    return page(
        request, "zone", None, 422 if form.is_bound else 200,
        form=form, next=_onwards(onwards["next"]),
    )  # fmt: skip


def _onwards(asked: str) -> str:
    """The page of ours that was asked for, or the list of visits."""
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if ours else reverse("scheduling:visits")
