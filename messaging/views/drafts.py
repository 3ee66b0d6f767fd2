"""Drafts are kept: by a button, or by the page itself, which is answered in JSON."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from messaging import actions
from messaging.actions import Kept
from messaging.forms import ReplyForm, WriteForm
from messaging.readings import Words
from messaging.readings.standing import moment
from messaging.selectors import Seen
from messaging.views.places import thread_page, to_thread, to_writing, write_page
from portal.accounts.ports import Request
from portal.kernel import door
from portal.kernel.errors import NotFound, Refusal
from portal.kernel.wording import said

NOTHING = Words("")


@sensitive_post_parameters("body")
@sensitive_variables()
@require_POST
def keep(request: Request, thread_id: UUID) -> HttpResponse:
    """What is written in a thread is kept, or thrown away."""
    form = ReplyForm(request.POST)
    text = form.checked()["body"]
    kept = _kept(request, form, actions.keep_reply, thread_id, "" if _throws(request) else text)
    if _is_script(request):
        return _told(kept)
    if isinstance(kept, Refusal):
        return thread_page(request, thread_id, form)
    if kept.other:
        return thread_page(request, thread_id, _again(form), other=kept.other)
    _say(request, kept)
    return to_thread(request, thread_id, "draft")


@sensitive_post_parameters("topic", "body")
@sensitive_variables()
@require_POST
def keep_new(request: Request) -> HttpResponse:
    """The same of a thread that is not opened yet."""
    form = WriteForm(request.POST)
    if not form.is_valid():
        return write_page(request, form, None)
    patient_id, words = form.cleaned_data["patient"], NOTHING if _throws(request) else form.words
    kept = _kept(request, form, actions.keep_new, patient_id, words)
    if _is_script(request):
        return _told(kept)
    if isinstance(kept, Refusal):
        return write_page(request, form, patient_id)
    if kept.other:
        return write_page(request, _again(form), patient_id, kept.other)
    _say(request, kept)
    return to_writing(patient_id)


def _kept(request: Request, form: Any, action: Any, *about: Any) -> Kept | Refusal:
    """What became of it. A refusal stands in the form; what is not there stays a 404."""
    # Whoever was shown both texts may write over the one that is there.
    over = request.POST.get("over", "")
    seen = Seen.parse(over) if over else form.cleaned_data["draft"]
    given = {"seen": seen, "command_id": form.cleaned_data["command_id"]}
    try:
        kept: Kept = door.run(action, request.actor, *about, **given)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return refusal
    return kept


def _told(kept: Kept | Refusal) -> JsonResponse:
    """What the page is told that keeps a draft by itself."""
    if isinstance(kept, Refusal):
        return JsonResponse({"sentence": said(kept.sentence)}, status=422)
    told: dict[str, Any] = {"mark": kept.mark}
    if kept.changed_at:
        told["at"] = moment(kept.changed_at)
    if not kept.other:
        return JsonResponse(told)
    told |= {"text": kept.other.text, "topic": kept.other.topic, "team": kept.other.team}
    return JsonResponse(told, status=409)


def _again(form: Any) -> Any:
    """What was typed, in a form that the page fills up."""
    return type(form)(initial=form.cleaned_data)


def _say(request: Request, kept: Kept) -> None:
    messages.success(request, _("Draft kept.") if kept.mark else _("The draft was thrown away."))


def _throws(request: Request) -> bool:
    return "throw" in request.POST


def _is_script(request: Request) -> bool:
    return not request.accepts("text/html")
