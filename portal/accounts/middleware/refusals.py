"""What a refusal looks like on a page, and the entry that it leaves."""

from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from portal.accounts.errors import NotAllowed
from portal.accounts.ports import Request
from portal.accounts.vocabulary import KINDS, Event
from portal.audit import actions as audit
from portal.audit.vocabulary import Outcome
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refusal, Unavailable
from portal.kernel.wording import said

PAGES = {404: "404.html", 405: "405.html", 429: "429.html"}


def page_of(request: Request, refusal: Refusal, **headers: str) -> HttpResponse:
    """The page that tells of a refusal, once its entry is durable.

    *Not yours* and *not there* give the same bytes: no sentence and no id of their own.
    """
    try:
        leave_entry(request.actor, refusal)
    except (DatabaseError, Unavailable):
        return unavailable()
    template = PAGES.get(refusal.status, "portal/refusal.html")
    response = render(request, template, _told(request, refusal), status=refusal.status)
    for name, value in headers.items():
        response[name] = value
    if refusal.status == 429:
        response["Retry-After"] = str(getattr(refusal, "retry_after", 60))
    return response


def leave_entry(actor: Actor, refusal: Refusal) -> None:
    """An entry of what was tried, if it was about an object. It names one only if it exists."""
    if not isinstance(refusal, NotFound | NotAllowed):
        return
    kind, subject = getattr(refusal, "kind", ""), getattr(refusal, "subject", None)
    known = subject if isinstance(subject, UUID) else None
    patient = getattr(refusal, "patient", None) or (known if kind == "patient" else None)
    audit.record_alone(
        actor,
        Event.ACCESS_REFUSED,
        patient=patient,
        subject=known,
        outcome=Outcome.REFUSED,
        kind=kind if kind in KINDS else "page",
    )


def unavailable() -> HttpResponse:
    """The page that needs nothing to be shown: no request, no database."""
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})


def too_large(request: HttpRequest) -> HttpResponse:
    """The page for a form that holds more than any form of ours."""
    return render(request, "413.html", status=413)


def _told(request: Request, refusal: Refusal) -> dict[str, Any]:
    if refusal.status == 404:
        return {}
    next_name = getattr(refusal, "next_name", "")
    return {
        "sentence": said(refusal.sentence),
        "code": refusal.code,
        "status": refusal.status,
        "request_id": request.request_id,
        "next_url": reverse(next_name) if next_name else "",
        "next_words": getattr(refusal, "next_words", ""),
    }
