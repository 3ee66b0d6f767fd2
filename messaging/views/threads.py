"""Pages of threads. Everything works by plain forms; a script makes it live."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging import actions, readings
from messaging.errors import AlreadyClosed, AlreadyOpen
from messaging.forms import CommandForm, MarkForm, ReplyForm, WriteForm
from messaging.selectors import Cursor, Queue, Show
from messaging.views.places import given, held_of, thread_page, to_thread, write_page
from portal.accounts.ports import Request
from portal.kernel import door
from portal.kernel.errors import BadInput, Refusal
from portal.kernel.ids import new_id, parse_id

MOST_NAME = 80


@require_safe
def threads(request: Request) -> HttpResponse:
    """The reader's threads, a page at a time."""
    asked, before = request.GET.get("show", ""), request.GET.get("before", "")
    cursor = Cursor.parse(before) if before else None
    # What is about themself, or about somebody for whom they act, is in no queue of theirs.
    if readings.answers(request.actor) and asked != Show.ALL:
        queue = Queue(asked) if asked in {*Queue} else Queue.OPEN
        name = request.GET.get("name", "")[:MOST_NAME]
        desk = readings.desk(request.actor, queue, before=cursor, name=name)
        shown = given(desk) | {"act_command_id": new_id()}
        return render(request, "messaging/desk.html", shown)
    show = Show(asked) if asked in {*Show} else Show.OPEN
    page = readings.inbox(request.actor, show=show, before=cursor)
    return render(request, "messaging/thread_list.html", given(page))


@sensitive_post_parameters("topic", "body")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Request) -> HttpResponse:
    """A thread is begun."""
    if request.method != "POST":
        typed = held_of(request, "messaging:write", WriteForm)
        patient_id = typed.get("patient") or _patient(request)
        return write_page(request, WriteForm(initial={"command_id": new_id(), **typed}), patient_id)
    form = WriteForm(request.POST)
    if form.is_valid():
        try:
            sent = door.run(actions.open_thread, request.actor, **form.asked)
            return to_thread(request, sent.thread_id, "latest")
        except Refusal as refusal:
            form.refuse(refusal)
    return write_page(request, form, None)


@require_safe
def thread(request: Request, thread_id: UUID) -> HttpResponse:
    """One thread, at its end or before an item."""
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) < 10):
        raise BadInput
    typed = held_of(request, "messaging:reply", ReplyForm)
    form = ReplyForm(initial={"command_id": new_id(), **typed})
    return thread_page(request, thread_id, form, before=int(before) if before else None)


@sensitive_post_parameters("body")
@sensitive_variables()
@require_POST
def reply(request: Request, thread_id: UUID) -> HttpResponse:
    """A message is sent; what is refused stays in its form."""
    form = ReplyForm(request.POST)
    asked = form.checked()
    try:
        sent = door.run_grouped(
            thread_id.hex, actions.reply, request.actor, thread_id, asked["body"],
            command_id=asked["command_id"], seen=asked["seen"], draft=asked["draft"],
        )  # fmt: skip
    except Refusal as refusal:
        form.refuse(refusal)
        return thread_page(request, thread_id, form)
    return to_thread(request, thread_id, f"m{sent.sequence}")


@require_POST
def close(request: Request, thread_id: UUID) -> HttpResponse:
    """The thread is closed."""
    command_id = CommandForm(request.POST).checked()["command_id"]
    try:
        door.run_grouped(
            thread_id.hex, actions.close_thread, request.actor, thread_id, command_id=command_id
        )
    except AlreadyClosed as refusal:
        messages.info(request, refusal.sentence)
    return to_thread(request, thread_id, "latest")


@sensitive_post_parameters("body")
@require_POST
def reopen(request: Request, thread_id: UUID) -> HttpResponse:
    """The thread is open again; what waited in its form is still there."""
    form = ReplyForm(request.POST)
    command_id = form.checked()["command_id"]
    try:
        door.run_grouped(
            thread_id.hex, actions.reopen_thread, request.actor, thread_id, command_id=command_id
        )
    except AlreadyOpen as refusal:
        messages.info(request, refusal.sentence)
    asked = form.cleaned_data
    if not asked["body"]:
        return to_thread(request, thread_id, "latest")
    kept = {"body": asked["body"], "draft": asked["draft"]}
    fresh = ReplyForm(initial={"command_id": new_id(), **kept})
    return thread_page(request, thread_id, fresh)


@require_POST
def mark_read(request: Request, thread_id: UUID) -> HttpResponse:
    """The reader has read up to here."""
    upto = MarkForm(request.POST).checked()["sequence"]
    door.run_grouped(thread_id.hex, actions.mark_read, request.actor, thread_id, upto)
    return to_thread(request, thread_id, "latest")


def _patient(request: Request) -> UUID | None:
    return _id(request, "patient")


def _id(request: Request, name: str) -> UUID | None:
    asked = request.GET.get(name, "")
    try:
        return parse_id(asked) if asked else None
    except ValueError:
        raise BadInput from None
