"""The privacy officer's pages: what waits, the log, one entry with its proof."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from patients import readings
from patients.forms import SieveForm, SomebodyForm
from patients.readings import Sieve
from portal.accounts.ports import Request


@require_safe
def review(request: Request) -> HttpResponse:
    """Questions that wait, and how the log stands."""
    return render(request, "patients/review.html", _given(readings.desk(request.actor)))


@require_safe
def review_log(request: Request) -> HttpResponse:
    """The log, narrowed to what the address says in ids, codes and days."""
    readings.refuse_unless_reviewing(request.actor)
    form = SieveForm(request.GET)
    if not form.is_valid():
        given = {"form": form, "sieve": Sieve(), "lines": None, "acts": readings.acts()}
        return render(request, "patients/review_log.html", given, status=422)
    page = readings.logbook(request.actor, form.sieve())
    given = _given(page) | {"form": form, "kept": form.kept()}
    return render(request, "patients/review_log.html", given)


@sensitive_post_parameters("text")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def review_find(request: Request) -> HttpResponse:
    """Somebody is chosen by name: what was posted is never part of an address."""
    readings.refuse_unless_reviewing(request.actor)
    form = SomebodyForm(request.POST) if request.method == "POST" else SomebodyForm()
    found = None
    if form.is_valid():
        found = readings.find_somebody(request.actor, form.cleaned_data["text"])
    status = 422 if form.errors else 200
    kept = SieveForm(request.GET)
    given = {"form": form, "found": found, "kept": kept.kept() if kept.is_valid() else ""}
    return render(request, "patients/review_find.html", given, status=status)


@require_safe
def review_entry(request: Request, entry_id: UUID) -> HttpResponse:
    """One entry of the log in plain words, and where it stands."""
    page = readings.entry_page(request.actor, entry_id)
    return render(request, "patients/review_entry.html", _given(page))


@require_safe
def review_proof(request: Request, entry_id: UUID) -> HttpResponse:
    """The proof of an entry, as a file that others can check."""
    index, proof = readings.entry_proof(request.actor, entry_id)
    response = HttpResponse(proof, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="entry-{index}.tlog-proof"'
    return response


def _given(page: Any) -> dict[str, Any]:
    return {field.name: getattr(page, field.name) for field in fields(page)}
