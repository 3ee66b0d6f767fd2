"""Asking about an access, the answer beside it, and answering."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from patients import actions, readings
from patients.forms import WordsForm
from portal.accounts.ports import Request, typed_into
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id


@sensitive_post_parameters("text")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, patient_id: UUID, entry_id: UUID) -> HttpResponse:
    """A question about one access, to the privacy officer."""
    form = _form(request, "patients:ask")
    if form.is_bound and form.is_valid():
        try:
            asked = door.run(
                actions.ask_question, request.actor, patient_id, entry_id, **form.command()
            )
            messages.success(request, _("Your question is on its way. You get an e-mail."))
            return _see("patients:question", asked.pk)
        except Refusal as refusal:
            form.refuse(refusal)
    page = readings.ask_page(request.actor, patient_id, entry_id)
    return _page(request, "patients/ask.html", page, form)


@require_safe
def question(request: Request, question_id: UUID) -> HttpResponse:
    """One's question and its answer, beside the access."""
    page = readings.own_question(request.actor, question_id)
    return render(request, "patients/question.html", _given(page))


@sensitive_post_parameters("text")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, question_id: UUID) -> HttpResponse:
    """A question as a privacy officer reads and answers it."""
    form = _form(request, "patients:review-question")
    if form.is_bound and form.is_valid():
        try:
            door.run(actions.answer_question, request.actor, question_id, **form.command())
            messages.success(request, _("Answered. Whoever asked is told by e-mail."))
            return _see("patients:review")
        except Refusal as refusal:
            form.refuse(refusal)
    page = readings.answer_page(request.actor, question_id)
    return _page(request, "patients/answer.html", page, form)


def _form(request: Request, name: str) -> WordsForm:
    """What was written, or an empty form with the id of its command; or with what is not sent."""
    if request.method == "POST":
        return WordsForm(request.POST)
    typed = typed_into(request, name)
    text = typed.get("text", "") if typed is not None else ""
    return WordsForm(initial={"command_id": new_id(), "text": text})


def _see(name: str, *args: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=args), status=303)


def _page(request: Request, template: str, page: Any, form: WordsForm) -> HttpResponse:
    given = _given(page) | {"form": form}
    return render(request, template, given, status=422 if form.is_bound else 200)


def _given(page: Any) -> dict[str, Any]:
    return {field.name: getattr(page, field.name) for field in fields(page)}
