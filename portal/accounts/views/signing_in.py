"""Pages of signing in: two steps in, one out, and what a person can see and change of it."""

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import actions, selectors
from portal.accounts.actions import Outcome
from portal.accounts.forms import WAYS, AppCodeForm, PasswordForm, SignInForm
from portal.accounts.ports import Request
from portal.accounts.sessions import adopt
from portal.accounts.views import steps
from portal.kernel import clock, door

WRONG_PASSWORD = _(
    "This e-mail and password do not open an account here. "
    "After ten tries we wait a quarter of an hour."
)
WRONG_CODE = _("This code did not work. Wait for the next one, then type it in.")
WRONG_RECOVERY_CODE = _("This code did not work. Each works once. Please try another.")
NOT_YOU = _("This is not your password. After ten tries we wait a quarter of an hour.")
REASONS = frozenset({"ended", "idle", "kept", "signed-out"})
WRONG = {"app": WRONG_CODE, "recovery": WRONG_RECOVERY_CODE}
# Cookies are left out: that would clear those of every host of the domain.
CLEAR = '"cache", "storage"'


@login_not_required
@sensitive_post_parameters("password")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """The first step: e-mail and password."""
    form = SignInForm(request.POST or None)
    if form.is_valid():
        step = _first_step(request, **form.cleaned_data)
        if step.outcome is not Outcome.REFUSED:
            return steps.onwards(request, step)
        form.add_error(None, WRONG_PASSWORD)
    reason = request.GET.get("reason", "")
    return steps.page(request, "sign_in", form, reason=reason if reason in REASONS else "")


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: Request) -> HttpResponse:
    """The second step: a code of the app, or one that was kept on paper."""
    pending = request.standing.session_id
    if pending is None or not request.standing.waits_for_code:
        return redirect("accounts:sign-in")
    way = "recovery" if steps.given(request, "way") == "recovery" else "app"
    form = WAYS[way](request.POST or None)
    if form.is_valid():
        given, source = form.cleaned_data["code"], request.source
        step = door.run(
            actions.confirm_code, request.actor, pending, code=given, way=way, source=source
        )
        if step.outcome is Outcome.DONE:
            return steps.onwards(request, step)
        form.add_error("code", WRONG[way])
    return steps.page(request, "code", form, way=way)


@sensitive_variables()
@require_safe
def typed(request: Request) -> HttpResponse:
    """What the reader wrote before they were signed out, where no form can be filled with it."""
    kept = getattr(request, "typed", None)
    texts = [text for _name, texts in kept.fields.lists() for text in texts] if kept else []
    written = [text for text in texts if " " in text.strip() or text.isalpha()]
    return render(request, "accounts/typed.html", {"written": written})


@require_POST
def sign_out(request: Request) -> HttpResponse:
    """The session is over, and the browser forgets what it kept."""
    door.run(actions.sign_out, request.actor)
    request.session = type(request.session)()
    response = redirect(reverse("accounts:sign-in") + "?reason=signed-out")
    response["Clear-Site-Data"] = CLEAR
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: Request) -> HttpResponse:
    """For how many seconds the session lasts; posting says that somebody is here."""
    standing = request.standing
    if request.method == "POST" and standing.session_id:
        door.run(actions.note_presence, request.actor, standing.session_id)
        standing = selectors.standing_of_session(standing.session_id)
    left = (standing.stays_until - clock.now()).total_seconds() if standing.stays_until else 0
    return JsonResponse({"seconds": max(0, int(left)), "limit": standing.is_at_limit})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: Request) -> HttpResponse:
    """An app is set up, then proven by its first code; the recovery codes follow at once."""
    form = AppCodeForm(request.POST or None)
    if form.is_valid():
        enrolled = door.run(actions.confirm_factor, request.actor, form.cleaned_data["code"])
        if enrolled:
            adopt(request, enrolled.key)
            return _codes(request, enrolled.codes)
        form.add_error("code", WRONG_CODE)
    device = door.run(actions.begin_factor, request.actor)
    shown = selectors.set_up_of(device, request.actor.id)
    return steps.page(request, "set_up_factor", form, **asdict(shown))


@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: Request) -> HttpResponse:
    """How many codes are left; posting says that they were kept."""
    return steps.away(request) if request.method == "POST" else _codes(request, ())


@require_POST
def new_recovery_codes(request: Request) -> HttpResponse:
    """Ten new codes, shown once."""
    return _codes(request, door.run(actions.renew_recovery_codes, request.actor))


@sensitive_post_parameters("current", "chosen")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: Request) -> HttpResponse:
    """Another password, once the old one was given."""
    form, person_id = PasswordForm(request.POST or None), request.actor.id
    if form.is_valid():
        current, chosen = form.cleaned_data["current"], form.cleaned_data["chosen"]
        attempt = selectors.attempt_own_password(person_id, current, request.source)
        hashed = selectors.hashed_password(chosen)
        step = door.run(actions.change_password, request.actor, attempt, password_hash=hashed)
        if step.outcome is Outcome.DONE:
            messages.success(request, _("Your password is changed. Other devices are signed out."))
            return steps.onwards(request, step)
        form.add_error("current", NOT_YOU)
    return steps.page(request, "password", form)


@require_safe
def sessions(request: Request) -> HttpResponse:
    """Where the person is signed in."""
    actor = request.actor
    remaining = selectors.remaining_codes(actor.id) if selectors.has_factor(actor.id) else None
    given = {"sessions": selectors.sessions_of(actor), "remaining_codes": remaining}
    return render(request, "accounts/sessions.html", given)


@require_POST
def end_session(request: Request, handle: UUID) -> HttpResponse:
    """One session is over."""
    door.run(actions.end_session, request.actor, handle)
    return redirect("accounts:sessions")


@require_POST
def end_other_sessions(request: Request) -> HttpResponse:
    """Every session but this one is over."""
    door.run(actions.end_other_sessions, request.actor)
    return redirect("accounts:sessions")


@sensitive_variables()
def _first_step(request: Request, username: str, password: str) -> actions.Step:
    attempt = selectors.attempt_password(username, password, request.source)
    device = selectors.device_code(request.headers.get("User-Agent", ""))
    replaces = request.standing.session_id
    return door.run(actions.begin_sign_in, request.actor, attempt, device=device, replaces=replaces)


def _codes(request: Request, codes: tuple[str, ...]) -> HttpResponse:
    remaining = selectors.remaining_codes(request.actor.id)
    given = {"codes": codes, "remaining": remaining, "next": steps.next_of(request)}
    return render(request, "accounts/recovery_codes.html", given)
