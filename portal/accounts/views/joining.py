"""The page behind the link of an invitation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from portal.accounts import actions, selectors
from portal.accounts.actions import Newcomer, Outcome
from portal.accounts.errors import LinkSpent
from portal.accounts.forms import JoinForm
from portal.accounts.ports import Request
from portal.accounts.views import steps
from portal.kernel import door


@login_not_required
@sensitive_post_parameters("password")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Request, token: str) -> HttpResponse:
    """A name and a password are chosen; or somebody who signs in here says yes."""
    open_door = selectors.open_door(request.actor, token)
    if open_door is None:
        raise LinkSpent
    knows_us = open_door.has_sign_in or request.actor.is_person
    if knows_us and not (open_door.is_mine and request.method == "POST"):
        return render(request, "accounts/join_again.html", {"door": open_door, "token": token})
    form = JoinForm(request.POST or None, known_name=open_door.name)
    if knows_us or form.is_valid():
        return _joined(request, token, form if not knows_us else None)
    return steps.page(request, "join", form, door=open_door, token=token)


@sensitive_variables()
def _joined(request: Request, token: str, form: JoinForm | None) -> HttpResponse:
    """The link is used. Hashing a password takes its time, outside of any transaction."""
    newcomer = Newcomer()
    if form is not None:
        newcomer = Newcomer(
            name=form.cleaned_data.get("name", ""),
            password_hash=selectors.hashed_password(form.cleaned_data["password"]),
            device=selectors.device_code(request.headers.get("User-Agent", "")),
        )
    step = door.run(actions.accept_invitation, request.actor, token, newcomer)
    messages.success(request, _("Welcome. This is your account now."))
    if step.outcome is Outcome.CODE:
        return redirect("accounts:sign-in")
    return steps.onwards(request, step) if step.key else redirect("home")
