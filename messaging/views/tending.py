"""Buttons of those who tend a thread: claim, let go, assign, done; and their notes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from messaging import actions, readings
from messaging.forms import AssignForm, CommandForm, NoteForm, ReplyForm
from messaging.views.places import thread_page, to_queue, to_thread
from portal.accounts.ports import Request
from portal.kernel import door
from portal.kernel.errors import NotFound, Refusal
from portal.kernel.ids import new_id, parse_id


@require_POST
def claim(request: Request, thread_id: UUID) -> HttpResponse:
    """The thread is the reader's, or they are told whose it is."""
    _act(request, actions.claim, thread_id, command_id=_command(request))
    return to_thread(request, thread_id, "whose")


@require_POST
def release(request: Request, thread_id: UUID) -> HttpResponse:
    """The thread is nobody's."""
    _act(request, actions.release, thread_id, command_id=_command(request))
    return to_thread(request, thread_id, "whose")


@require_POST
def resolve(request: Request, thread_id: UUID) -> HttpResponse:
    """Nothing is owed in the thread; back to the list."""
    if _act(request, actions.resolve, thread_id, command_id=_command(request)):
        messages.success(request, _("Done. Nobody waits in this thread now."))
    return to_queue(request)


@sensitive_post_parameters("reason")
@sensitive_variables()
@require_POST
def assign(request: Request, thread_id: UUID) -> HttpResponse:
    """The thread is a colleague's, or another team's."""
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Please choose who should get it."))
        return to_thread(request, thread_id, "whose")
    asked = form.cleaned_data
    kind, _dot, whom = asked["to"].partition(".")
    to = None if whom == readings.CARE else _id(whom)
    action = actions.assign if kind == "p" else actions.hand_on
    given = {"reason": asked["reason"], "command_id": asked["command_id"]}
    if _act(request, action, thread_id, to, **given):
        messages.success(request, _("Handed over. It is in the history of the thread."))
        if kind == "t":
            return to_queue(request)
    return to_thread(request, thread_id, "whose")


@sensitive_post_parameters("body")
@sensitive_variables()
@require_POST
def note(request: Request, thread_id: UUID) -> HttpResponse:
    """An internal note; what is refused stays in its form."""
    form = NoteForm(request.POST)
    asked = form.checked()
    given = {"asks": asked["asks"], "command_id": asked["command_id"]}
    try:
        noted = _run(request, actions.write_note, thread_id, asked["body"], **given)
    except Refusal as refusal:
        form.refuse(refusal)
        reply = ReplyForm(initial={"command_id": new_id()})
        return thread_page(request, thread_id, reply, note=form)
    return to_thread(request, thread_id, f"n{noted.sequence}")


def _command(request: Request) -> UUID:
    command_id: UUID = CommandForm(request.POST).checked()["command_id"]
    return command_id


def _act(request: Request, action: Any, thread_id: UUID, *args: Any, **given: Any) -> bool:
    """True if it was done; a refusal is told on the next page. What is not there stays a 404."""
    try:
        _run(request, action, thread_id, *args, **given)
    except NotFound:
        raise
    except Refusal as refusal:
        # The sentence of the kind, not of the case: it travels in a cookie, where no name may be.
        messages.warning(request, str(type(refusal).sentence))
        return False
    return True


def _run(request: Request, action: Any, thread_id: UUID, *args: Any, **given: Any) -> Any:
    return door.run_grouped(thread_id.hex, action, request.actor, thread_id, *args, **given)


def _id(text: str) -> UUID:
    try:
        return parse_id(text)
    except ValueError:
        raise NotFound(kind="thread") from None
