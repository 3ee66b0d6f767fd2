"""The page of one thread, and where its forms lead: the reader's place in the queue is kept."""

from dataclasses import fields
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from messaging import readings
from messaging.forms import CommandForm, NoteForm, ReplyForm, WriteForm
from messaging.readings import DraftShown, Words
from messaging.selectors import Queue
from portal.accounts.ports import Request, typed_into
from portal.kernel.ids import new_id

PANE = 15


def thread_page(
    request: Request,
    thread_id: UUID,
    form: ReplyForm,
    *,
    before: int | None = None,
    note: NoteForm | None = None,
    other: Words | None = None,
) -> HttpResponse:
    """The page of one thread, with what was refused still in its form; else with the draft.

    `other` is what another device keeps there, while the form holds what was typed on this one.
    """
    page = readings.read_thread(request.actor, thread_id, before=before)
    form.initial["seen"] = page.last_sequence
    status = 422 if form.is_bound or note is not None else 200
    shown = given(page) | _shown(request, page, form, note) | {"other": other}
    return render(request, "messaging/thread.html", shown, status=409 if other else status)


def with_draft(form: ReplyForm | WriteForm, draft: DraftShown | None) -> dict[str, Any]:
    """The draft goes into a form in which nothing stands; told is whether what stands is kept."""
    is_empty = not form.is_bound and "body" not in form.initial
    if draft is not None and is_empty:
        words = draft.words
        form.initial.update(body=words.text, topic=words.topic, team=words.team, draft=draft.mark)
    return {"draft": draft, "is_kept": is_empty}


def write_page(
    request: Request, form: WriteForm, patient_id: UUID | None, other: Words | None = None
) -> HttpResponse:
    """The page for a new thread, with what was refused still in its form; else with the draft."""
    page = readings.write_page(request.actor, patient_id)
    only = page.patients[0][0] if len(page.patients) == 1 else None
    draft = readings.draft_about(request.actor, only) if only else None
    shown = given(page) | with_draft(form, draft) | {"form": form, "other": other}
    form.offer(page.patients, [each.key for each in page.addressees])
    shown["team"] = str(form["team"].value() or "")
    status = 422 if form.is_bound else 200
    return render(request, "messaging/write.html", shown, status=409 if other else status)


def _shown(
    request: Request, page: readings.ThreadPage, form: ReplyForm, note: NoteForm | None
) -> dict[str, Any]:
    """The forms of the page, and for those who tend the thread their list beside it."""
    # What somebody wrote stays in sight, also if the thread was closed meanwhile.
    draft = readings.draft_in(request.actor, page.thread.id)
    is_begun = form.is_bound or draft is not None or "body" in form.initial
    may_reply = page.may_reply or (page.may_reopen and is_begun)
    shown = {"form": form, "may_reply": may_reply, "act_command_id": new_id(), "keep": ""}
    shown |= with_draft(form, draft)
    if page.tending is None:
        return shown
    held = held_of(request, "messaging:note", NoteForm)
    note = note or NoteForm(initial={"command_id": new_id(), **held})
    note.offer(page.tending.others)
    return shown | {"note": note, "queue": _pane(request), "keep": keep(request)}


def held_of(request: Request, name: str, form: type[CommandForm]) -> dict[str, Any]:
    """What was typed into such a form before its writer was signed out; what is no value is not."""
    typed = typed_into(request, name)
    if typed is None:
        return {}
    asked = form(typed)
    asked.is_valid()
    return {name: value for name, value in asked.cleaned_data.items() if value is not None}


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


def to_writing(patient_id: UUID) -> HttpResponse:
    """The page for a new thread about this patient, at its draft."""
    address = f"{reverse('messaging:write')}?{urlencode({'patient': patient_id})}"
    return HttpResponseRedirect(f"{address}#draft", status=303)


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
