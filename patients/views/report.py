"""Who looked at a record, for whom it is about: as a page, and as a file that proves itself."""

from dataclasses import fields
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients import readings
from patients.readings import Sought
from portal.accounts.ports import Request
from portal.kernel.errors import BadInput
from portal.kernel.ids import parse_id


@require_safe
def report(request: Request, patient_id: UUID) -> HttpResponse:
    """Who opened or changed a record, when, in what role and why."""
    sought = Sought(
        who=_id(request, "who"),
        what=request.GET.get("what", ""),
        own=bool(request.GET.get("own")),
        before=_id(request, "before"),
    )
    page = readings.report(request.actor, patient_id, sought)
    given = {field.name: getattr(page, field.name) for field in fields(page)}
    return render(request, "patients/report.html", given)


@require_safe
def report_file(request: Request, patient_id: UUID) -> HttpResponse:
    """The same as a file: entries, what they disclose, and the proof that they are in the log."""
    found = readings.taken(request.actor, patient_id, _id(request, "before"))
    response = JsonResponse(found, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="who-looked.json"'
    return response


def _id(request: Request, name: str) -> UUID | None:
    asked = request.GET.get(name, "")
    try:
        return parse_id(asked) if asked else None
    except ValueError:
        raise BadInput from None
