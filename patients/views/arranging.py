"""The page on which one patient is arranged, and the forms on it."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from patients import actions, policy, readings, selectors
from patients.errors import AlreadyEnded
from patients.forms import CommandForm, InviteForm, ProvenProxyForm, TeamForm
from patients.models import Scope
from portal.accounts.ports import Request, typed_into
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id

BLANK: dict[str, type[CommandForm]] = {
    "team_form": TeamForm,
    "invite_form": InviteForm,
    "proxy_form": ProvenProxyForm,
}


@require_safe
def arrange(request: Request, patient_id: UUID) -> HttpResponse:
    """Everything that is arranged about one patient."""
    typed = {
        "invite_form": typed_into(request, "patients:invite"),
        "proxy_form": typed_into(request, "patients:appoint"),
    }
    bound = {name: BLANK[name](fields) for name, fields in typed.items() if fields is not None}
    return _page(request, patient_id, **bound)


@sensitive_post_parameters("address")
@sensitive_variables()
@require_POST
def invite(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient is invited to the portal."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            door.run(actions.invite_patient, request.actor, patient_id, **_plain(form))
            messages.success(request, _("The invitation is on its way. It works for 14 days."))
            return _back(patient_id, "account")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, patient_id, invite_form=form)


@sensitive_post_parameters("address")
@sensitive_variables()
@require_POST
def appoint(request: Request, patient_id: UUID) -> HttpResponse:
    """Somebody is asked, on the clinic's proof, to act for the patient."""
    selectors.fetch_patient(request.actor, patient_id, among=policy.arrangeable_patients)
    form = ProvenProxyForm(request.POST)
    if form.is_valid():
        given = _plain(form) | {"scope": Scope(form.cleaned_data["scope"])}
        try:
            door.run(actions.offer_proxy, request.actor, patient_id, **given)
            messages.success(request, _("The e-mail is on its way. Nothing is open until a yes."))
            return _back(patient_id, "proxies")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, patient_id, proxy_form=form)


@require_POST
def join_team(request: Request, patient_id: UUID) -> HttpResponse:
    """Somebody joins the care team."""
    form = TeamForm(request.POST)
    form.offer(readings.staff(request.actor, patient_id))
    if form.is_valid():
        given = {key: form.cleaned_data[key] for key in ("role", "valid_from", "valid_to")}
        person = UUID(form.cleaned_data["person"])
        try:
            door.run(actions.add_to_care_team, request.actor, patient_id, person, **given)
            return _back(patient_id, "team")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, patient_id, team_form=form)


@require_POST
def leave_team(request: Request, link_id: UUID) -> HttpResponse:
    """Somebody leaves the care team, at once."""
    CommandForm(request.POST).checked()
    patient_id = selectors.patient_of_link(request.actor, link_id)
    try:
        door.run(actions.end_care_team, request.actor, link_id)
    except AlreadyEnded as refusal:
        messages.info(request, refusal.sentence)
    return _back(patient_id, "team")


def _plain(form: CommandForm) -> dict[str, Any]:
    return dict(form.cleaned_data)


def _page(request: Request, patient_id: UUID, **bound: CommandForm) -> HttpResponse:
    page = readings.arranging(request.actor, patient_id)
    given: dict[str, Any] = {field.name: getattr(page, field.name) for field in fields(page)}
    for name, form in BLANK.items():
        first = {"command_id": new_id(), "address": page.suggested_address}
        address = first if name == "invite_form" else {"command_id": new_id()}
        given[name] = bound.get(name) or form(initial=address, prefix=None, auto_id=f"{name}_%s")
    given["team_form"].offer(page.staff)
    refused = bound and request.method == "POST"
    given |= {"page": page, "act_command_id": new_id(), "form": next(iter(bound.values()), None)}
    return render(request, "patients/arrange.html", given, status=422 if refused else 200)


def _back(patient_id: UUID, where: str) -> HttpResponse:
    address = reverse("patients:arrange", args=[patient_id])
    return HttpResponseRedirect(f"{address}#{where}", status=303)
