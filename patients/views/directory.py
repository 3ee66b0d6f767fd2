"""Looking for a patient, and writing a new one down."""

from dataclasses import fields
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from patients import actions, readings
from patients.forms import LookForm, RegisterForm
from patients.readings import DirectoryLine, DirectoryPage
from portal.accounts.ports import Request, typed_into
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id


@sensitive_post_parameters("text", "born")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def directory(request: Request) -> HttpResponse:
    """Patients, found by what was posted: no name is ever part of an address."""
    if request.method != "POST":
        return _directory(request, LookForm(), readings.directory(request.actor))
    form = LookForm(request.POST)
    if not form.is_valid():
        return _directory(request, form, readings.directory(request.actor), status=422)
    return _directory(request, form, readings.look_for(request.actor, form.asked()), asked=True)


@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponse:
    """A record is opened by hand, after a look at those that may be about the same person."""
    readings.refuse_unless_registering(request.actor)
    if request.method != "POST":
        typed = typed_into(request, "patients:register")
        kept = typed.dict() if typed is not None else {}
        return _register(request, RegisterForm(initial={"command_id": new_id(), **kept}))
    form = RegisterForm(request.POST)
    if not form.is_valid():
        return _register(request, form)
    twins = [] if form.cleaned_data["seen"] else readings.same_person(request.actor, form.chart())
    return _register(request, form, twins) if twins else _registered(request, form)


def _registered(request: Request, form: RegisterForm) -> HttpResponse:
    command_id = form.cleaned_data["command_id"]
    try:
        patient = door.run(
            actions.register_patient, request.actor, form.chart(), command_id=command_id
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _register(request, form)
    messages.success(request, _("The record is open. Now you can invite the patient."))
    return HttpResponseRedirect(reverse("patients:arrange", args=[patient.pk]), status=303)


def _directory(
    request: Request, form: LookForm, page: DirectoryPage, *, asked: bool = False, status: int = 200
) -> HttpResponse:
    given: dict[str, Any] = {field.name: getattr(page, field.name) for field in fields(page)}
    given |= {"form": form, "asked": asked}
    return render(request, "patients/directory.html", given, status=status)


def _register(
    request: Request, form: RegisterForm, twins: list[DirectoryLine] | None = None
) -> HttpResponse:
    given = {"form": form, "twins": twins or []}
    return render(request, "patients/register.html", given, status=422 if form.is_bound else 200)
