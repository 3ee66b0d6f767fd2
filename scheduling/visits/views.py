"""Pages of visits. Everything but the call itself works by plain forms; a script makes it live."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.middleware.hardening import allowing
from portal.accounts.ports import Request, typed_into
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from scheduling.visits import actions, readings
from scheduling.visits.forms import CommandForm, ConfirmForm, DeclineForm, NoteForm

NAMES = ("arrive", "admit", "decline", "back", "note", "leave", "end", "confirm")
DEVICES = ("camera", "microphone", "display-capture", "autoplay", "screen-wake-lock")


@require_safe
def room(request: Request, appointment_id: UUID) -> HttpResponse:
    """One visit: the waiting room and the call, as it stands."""
    return _room(request, appointment_id)


@require_safe
def check(request: Request, appointment_id: UUID) -> HttpResponse:
    """Camera, microphone and speaker are tried beforehand."""
    page = readings.check_page(request.actor, appointment_id)
    address = reverse("visits:room", args=[appointment_id])
    answer = render(request, "visits/check.html", _given(page) | {"room_url": address})
    answer["Permissions-Policy"] = allowing(*DEVICES)
    return answer


@require_safe
def arrivals(request: Request) -> HttpResponse:
    """Who waits, for those who keep an eye on a waiting room."""
    return _arrivals(request, NoteForm())


@require_POST
def arrive(request: Request, appointment_id: UUID) -> HttpResponse:
    """Somebody waits."""
    return _done(request, appointment_id, actions.arrive)


@require_POST
def leave(request: Request, appointment_id: UUID) -> HttpResponse:
    """Somebody stopped waiting, or left the call."""
    return _done(request, appointment_id, actions.leave)


@require_POST
def admit(request: Request, appointment_id: UUID) -> HttpResponse:
    """Whoever waits is let in."""
    return _done(request, appointment_id, actions.admit)


@require_POST
def back(request: Request, appointment_id: UUID) -> HttpResponse:
    """The patient waits again."""
    return _done(request, appointment_id, actions.send_back)


@require_POST
def end(request: Request, appointment_id: UUID) -> HttpResponse:
    """The visit is over for everybody."""
    return _done(request, appointment_id, actions.end)


@require_POST
def decline(request: Request, appointment_id: UUID) -> HttpResponse:
    """The visit is not held."""
    form = DeclineForm(request.POST)
    why = form.checked()["why"]
    return _done(request, appointment_id, actions.decline, why, form=form)


@sensitive_post_parameters("text")
@sensitive_variables()
@require_POST
def note(request: Request, appointment_id: UUID) -> HttpResponse:
    """Whoever waits reads a note."""
    form = NoteForm(request.POST)
    asked = form.checked()
    given = appointment_id, asked["code"], asked["text"]
    try:
        door.run(actions.note, request.actor, *given, command_id=asked["command_id"])
    except Refusal as refusal:
        form.refuse(refusal)
        return _again(request, appointment_id, asked, note_form=form)
    return _onward(appointment_id, asked)


@sensitive_post_parameters("place", "phone", "others")
@sensitive_variables()
@require_POST
def confirm(request: Request, appointment_id: UUID) -> HttpResponse:
    """The opening questions are answered."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        command_id = form.cleaned_data["command_id"]
        given = appointment_id, form.answers()
        try:
            door.run(actions.confirm, request.actor, *given, command_id=command_id)
            return _onward(appointment_id, form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
    return _room(request, appointment_id, confirm_form=form)


def _done(
    request: Request, appointment_id: UUID, action: Any, *more: Any, form: CommandForm | None = None
) -> HttpResponse:
    """The step is carried out; one that came too late leads to the page, which says how it is."""
    asked = (form or CommandForm(request.POST)).checked()
    try:
        door.run(action, request.actor, appointment_id, *more, command_id=asked["command_id"])
    except Refusal as refusal:
        if refusal.status in {400, 404}:
            raise
        messages.info(request, refusal.sentence)
    return _onward(appointment_id, asked)


def _room(request: Request, appointment_id: UUID, **bound: Any) -> HttpResponse:
    page = readings.room_page(request.actor, appointment_id)
    ids = {name: new_id() for name in NAMES}
    given = {
        **_given(page),
        "new_ids": ids,
        "command_id": new_id(),
        "note_form": NoteForm(initial={"command_id": ids["note"]}),
        "decline_form": DeclineForm(initial={"command_id": ids["decline"]}),
        "confirm_form": _fresh(request, ids["confirm"]),
        **bound,
    }
    answer = render(request, "visits/room.html", given, status=422 if bound else 200)
    answer["Permissions-Policy"] = allowing(*DEVICES)
    return answer


def _fresh(request: Request, command_id: UUID) -> ConfirmForm:
    """The opening questions, with what was typed too late."""
    typed = typed_into(request, "visits:confirm")
    answers = typed.dict() if typed is not None else {}
    return ConfirmForm(initial={**answers, "command_id": command_id})


def _arrivals(request: Request, form: NoteForm, status: int = 200) -> HttpResponse:
    lines = readings.arrivals_page(request.actor)
    given = {
        "lines": [{"line": line, "new_ids": {name: new_id() for name in NAMES}} for line in lines],
        "note_form": form,
        "decline_form": DeclineForm(),
        "topic": f"arrivals.{request.actor.id.hex}",
        "last_sequence": 0,
        "is_clinician": request.actor.has_role("clinician"),
    }
    return render(request, "visits/arrivals.html", given, status=status)


def _again(
    request: Request, appointment_id: UUID, asked: dict[str, Any], note_form: NoteForm
) -> HttpResponse:
    """The page from which the note came, with what was refused still in it."""
    if asked["back_to"] == "arrivals":
        return _arrivals(request, note_form, status=422)
    return _room(request, appointment_id, note_form=note_form)


def _onward(appointment_id: UUID, asked: dict[str, Any]) -> HttpResponse:
    if asked["back_to"] == "arrivals":
        return HttpResponseRedirect(reverse("visits:arrivals"), status=303)
    return HttpResponseRedirect(reverse("visits:room", args=[appointment_id]), status=303)


def _given(page: Any) -> dict[str, Any]:
    return {field.name: getattr(page, field.name) for field in fields(page)}
