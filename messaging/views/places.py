"""The page of one thread, and where its forms lead: the reader's place in the queue is kept."""

from dataclasses import fields
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from messaging import readings
from messaging.forms import NoteForm, ReplyForm
from messaging.selectors import Queue
from portal.accounts.ports import Request
from portal.kernel.ids import new_id

PANE = 15


def thread_page(
    request: Request,
    thread_id: UUID,
    form: ReplyForm,
    *,
    before: int | None = None,
    note: NoteForm | None = None,
) -> HttpResponse:
    """The page of one thread, with what was refused still in its form."""
    page = readings.read_thread(request.actor, thread_id, before=before)
    form.initial["seen"] = page.last_sequence
    shown = given(page) | _shown(request, page, form, note)
    status = 422 if form.is_bound or note is not None else 200
    return render(request, "messaging/thread.html", shown, status=status)


def _shown(
    request: Request, page: readings.ThreadPage, form: ReplyForm, note: NoteForm | None
) -> dict[str, Any]:
    """The forms of the page, and for those who tend the thread their list beside it."""
    # What somebody wrote stays in sight, also if the thread was closed meanwhile.
    may_reply = page.may_reply or (form.is_bound and page.may_reopen)
    shown = {"form": form, "may_reply": may_reply, "act_command_id": new_id()}
    if page.tending is None:
        return shown
    note = note or NoteForm(initial={"command_id": new_id()})
    note.offer(page.tending.others)
    return shown | {"note": note, "queue": _pane(request), "keep": keep(request)}


def from_queue(request: Request) -> Queue | None:
    """The list from which the reader came."""
    came = request.GET.get("from", "")
    return Queue(came) if came in {*Queue} else None


def keep(request: Request) -> str:
    """What an address ends with, so that the list is known on the next page, too."""
    queue = from_queue(request)
    return "?" + urlencode({"from": queue.value}) if queue else ""


def to_thread(request: Request, thread_id: UUID, where: str) -> HttpResponse:
    """The thread, at this place."""
    address = reverse("messaging:thread", args=[thread_id])
    return HttpResponseRedirect(f"{address}{keep(request)}#{where}", status=303)


def to_queue(request: Request) -> HttpResponse:
    """The list from which the reader came."""
    queue = from_queue(request) or Queue.OPEN
    address = f"{reverse('messaging:threads')}?{urlencode({'show': queue.value})}"
    return HttpResponseRedirect(address, status=303)


def given(page: Any) -> dict[str, Any]:
    """The fields of a page as a template takes them."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


def _pane(request: Request) -> readings.DeskPage | None:
    """The list beside the thread, for somebody who came from it."""
    queue = from_queue(request)
    return readings.desk(request.actor, queue, limit=PANE) if queue else None
