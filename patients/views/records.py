"""The page of one record."""

from dataclasses import fields
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients import readings
from portal.accounts.ports import Request


@require_safe
def chart(request: Request, patient_id: UUID) -> HttpResponse:
    """The record of a patient, for whoever reaches it."""
    page = readings.chart(request.actor, patient_id)
    given = {field.name: getattr(page, field.name) for field in fields(page)}
    return render(request, "patients/chart.html", given)
