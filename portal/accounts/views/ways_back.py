"""Pages for whoever forgot a password, has another address, or lost a phone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import actions, selectors
from portal.accounts.actions import Outcome
from portal.accounts.errors import AlreadyNoted, LinkSpent, NoFactor, NotYourself, ResetSpent
from portal.accounts.forms import AddressForm, ForgottenForm, LostPhoneForm, ResetForm
from portal.accounts.policy import may_note_lost_phones
from portal.accounts.ports import Request, typed_into
from portal.accounts.views import steps
from portal.kernel import door

NOT_YOU = _("This is not your password. After ten tries we wait a quarter of an hour.")
ASKED = _("Two e-mails are on their way. Open the link in the one to your new address.")
CHANGED = _("Your password is changed. Sign in with the new one.")


@dataclass(frozen=True, slots=True)
class Button:
    """One button behind a link. Opening the page does nothing: programs open links, too."""

    title: Any
    words: Any
    button: Any
    done: Any
    find: Callable[[str], Any]
    action: Callable[..., None]
    onwards: str = "accounts:sign-in"


BUTTONS = {
    "prove-address": Button(
        title=_("Is this your new address?"),
        words=_("Say yes, and you sign in with this address from now on."),
        button=_("Yes, use this address"),
        done=_("You sign in with your new address from now on."),
        find=selectors.open_proof,
        action=actions.prove_address,
        onwards="accounts:sessions",
    ),
    "keep-address": Button(
        title=_("Keep your address"),
        words=_("Your old address stays, everybody is signed out, and you choose a new password."),
        button=_("It was not me: keep my address"),
        done=_("You keep your address. Please choose a new password now."),
        find=selectors.open_kept,
        action=actions.keep_address,
        onwards="accounts:forgotten",
    ),
    "keep-phone": Button(
        title=_("Keep your second step"),
        words=_("Nothing is switched off. You sign in with your phone as before."),
        button=_("Keep my second step"),
        done=_("Nothing is switched off. Thank you for telling us."),
        find=selectors.open_phone,
        action=actions.keep_phone,
    ),
}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: Request) -> HttpResponse:
    """An address is typed; the answer is the same for every one."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        door.run(actions.ask_reset, request.actor, email, source=request.source)
        return HttpResponseRedirect(reverse("accounts:forgotten") + "?sent=1")
    return steps.page(request, "forgotten", form, sent="sent" in request.GET)


@login_not_required
@sensitive_post_parameters("chosen")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: Request, token: str) -> HttpResponse:
    """A new password is chosen. Nobody is signed in by this."""
    if selectors.open_reset(token) is None:
        raise ResetSpent
    form = ResetForm(request.POST or None)
    if form.is_valid():
        hashed = selectors.hashed_password(form.cleaned_data["chosen"])
        door.run(actions.reset_password, request.actor, token, password_hash=hashed)
        messages.success(request, CHANGED)
        return redirect("accounts:sign-in")
    return steps.page(request, "reset", form, token=token)


@sensitive_post_parameters("current")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: Request) -> HttpResponse:
    """Another address to sign in with."""
    typed = typed_into(request, "accounts:address")
    form = AddressForm(request.POST or None, initial=typed.dict() if typed else None)
    person_id = request.actor.id
    if form.is_valid():
        given = form.cleaned_data
        attempt = selectors.attempt_own_password(person_id, given["current"], request.source)
        step = door.run(actions.ask_address_change, request.actor, attempt, given["address"])
        if step.outcome is Outcome.DONE:
            messages.success(request, ASKED)
            return redirect("accounts:sessions")
        form.add_error("current", NOT_YOU)
    return steps.page(request, "address", form, email=selectors.profiles([person_id])[person_id])


@require_http_methods(["GET", "HEAD", "POST"])
def prove_address(request: Request, token: str) -> HttpResponse:
    """Whoever asked, and reads the new address, says yes."""
    change = selectors.open_proof(token)
    if change is None or change.person_id != request.actor.id:
        raise LinkSpent
    return _by_link(request, "prove-address", token)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def keep_address(request: Request, token: str) -> HttpResponse:
    """Whoever reads the old address says no."""
    return _by_link(request, "keep-address", token)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def keep_phone(request: Request, token: str) -> HttpResponse:
    """Whoever is said to have lost a phone says no."""
    return _by_link(request, "keep-phone", token)


@require_http_methods(["GET", "HEAD", "POST"])
def lost_phones(request: Request) -> HttpResponse:
    """Who lost a phone, and how they showed who they are."""
    lines = selectors.lost_phones(request.actor)
    form = LostPhoneForm(request.POST or typed_into(request, "accounts:lost-phones"))
    if request.method == "POST" and form.is_valid() and _noted(request, form):
        messages.success(request, _("It is noted, and an e-mail tells the owner."))
        return redirect("accounts:lost-phones")
    given = {"phones": lines, "may_note": may_note_lost_phones(request.actor)}
    return steps.page(request, "lost_phones", form, **given)


@require_POST
def confirm_lost_phone(request: Request, note: UUID) -> HttpResponse:
    """A second person agrees."""
    door.run(actions.confirm_lost_phone, request.actor, note)
    messages.success(request, _("The old second step is switched off. They set up a new one."))
    return redirect("accounts:lost-phones")


@require_POST
def withdraw_lost_phone(request: Request, note: UUID) -> HttpResponse:
    """It was noted in error."""
    door.run(actions.withdraw_lost_phone, request.actor, note)
    messages.success(request, _("Their second step stays."))
    return redirect("accounts:lost-phones")


def _noted(request: Request, form: LostPhoneForm) -> bool:
    try:
        door.run(actions.note_lost_phone, request.actor, **form.cleaned_data)
    except (NoFactor, AlreadyNoted, NotYourself) as refusal:
        form.add_error("address", str(refusal.sentence))
        return False
    return True


def _by_link(request: Request, name: str, token: str) -> HttpResponse:
    """What the button does is done once."""
    page = BUTTONS[name]
    if page.find(token) is None:
        raise LinkSpent
    if request.method == "POST":
        door.run(page.action, request.actor, token)
        messages.success(request, page.done)
        return redirect(page.onwards)
    address = reverse(f"accounts:{name}", args=[token])
    return render(request, "accounts/by_link.html", {"page": page, "address": address})
