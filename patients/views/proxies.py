"""Who can act for me: asked, seen, ended; and what others ask of me."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from patients import actions, policy, readings, selectors
from patients.errors import AlreadyEnded
from patients.forms import CommandForm, ProxyForm
from patients.models import Scope
from portal.accounts.ports import Request, typed_into
from portal.kernel import door
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id


@sensitive_post_parameters("address")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def proxies(request: Request) -> HttpResponse:
    """Who can act for me; posting asks somebody to."""
    if request.method != "POST":
        typed = typed_into(request, "patients:proxies")
        return _page(request, ProxyForm(typed, initial={"command_id": new_id()}))
    form = ProxyForm(request.POST)
    mine = selectors.fetch_own(request.actor)
    if form.is_valid():
        given = dict(form.cleaned_data) | {"scope": Scope(form.cleaned_data["scope"])}
        try:
            door.run(actions.offer_proxy, request.actor, mine, **given)
            messages.success(request, _("The e-mail is on its way. Nothing is open until a yes."))
            return _back(request.actor, mine)
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, form)


@require_POST
def end_proxy(request: Request, proxy_id: UUID) -> HttpResponse:
    """Somebody may no longer act for the patient, at once."""
    CommandForm(request.POST).checked()
    patient_id = selectors.patient_of_grant(request.actor, proxy_id)
    try:
        door.run(actions.end_proxy, request.actor, proxy_id)
        messages.success(request, _("This has ended. It counts from this moment."))
    except AlreadyEnded as refusal:
        messages.info(request, refusal.sentence)
    return _back(request.actor, patient_id)


@require_POST
def withdraw(request: Request, offer_id: UUID) -> HttpResponse:
    """An invitation works no more."""
    CommandForm(request.POST).checked()
    offer = door.run(actions.withdraw_offer, request.actor, offer_id)
    messages.success(request, _("The invitation was withdrawn. Its link leads nowhere now."))
    return _back(request.actor, offer.patient_id)


@require_POST
def accept(request: Request, offer_id: UUID) -> HttpResponse:
    """The reader says yes."""
    CommandForm(request.POST).checked()
    try:
        offer = door.run(actions.accept_offer, request.actor, offer_id)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        messages.warning(request, refusal.sentence)
        return HttpResponseRedirect(reverse("patients:proxies"), status=303)
    address = reverse("patients:chart", args=[offer.patient_id])
    return HttpResponseRedirect(address, status=303)


@require_POST
def decline(request: Request, offer_id: UUID) -> HttpResponse:
    """The reader says no."""
    CommandForm(request.POST).checked()
    door.run(actions.decline_offer, request.actor, offer_id)
    messages.success(request, _("You said no. Nothing of it is open to you."))
    return HttpResponseRedirect(reverse("patients:proxies"), status=303)


def _page(request: Request, form: ProxyForm) -> HttpResponse:
    page = readings.proxies(request.actor)
    given: dict[str, Any] = {field.name: getattr(page, field.name) for field in fields(page)}
    given |= {"form": form, "act_command_id": new_id()}
    status = 422 if form.is_bound and request.method == "POST" else 200
    return render(request, "patients/proxies.html", given, status=status)


def _back(actor: Actor, patient_id: UUID) -> HttpResponse:
    """To the page from which this can be done: a coordinator's, or one's own."""
    if policy.arrangeable_patients(actor).filter(pk=patient_id).exists():
        address = reverse("patients:arrange", args=[patient_id]) + "#proxies"
        return HttpResponseRedirect(address, status=303)
    return HttpResponseRedirect(reverse("patients:proxies"), status=303)
