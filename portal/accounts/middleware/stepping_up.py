"""Asked once more who one is, on the way to an act for which that has to be fresh.

Nothing that was posted is carried out by this, before or after: whoever confirms gets back the form
with all that they typed, and presses the button again. Meanwhile what was typed stands in the page
alone, never with us; passwords and codes are not carried along.
"""

import contextlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from portal.accounts import actions, selectors
from portal.accounts.actions import Outcome
from portal.accounts.forms import WAYS
from portal.accounts.middleware.refusals import page_of
from portal.accounts.ports import Request, Typed
from portal.accounts.sessions import SessionStore, go_on_under
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.plugs import FreshAct, fresh_acts

FIELD, AGAIN = "_step_up", "_step_up_by"
"""The way of the proof that a form holds; and the way to which somebody wants to change."""
ACT, TYPED = "_step_up_for", "_step_up_typed"
NEVER_CARRIED = {"csrfmiddlewaretoken", "password", "current", "chosen", "code"}
TOO_LONG = 140_000
WRONG = {
    "app": _("This code is not right, or it was used before. Wait for the next one, then try."),
    "recovery": _("This recovery code is not right, or it was used before."),
    "password": _("This is not your password. After ten tries we wait a quarter of an hour."),
}
LOOK_IT_OVER = _("Thank you. Nothing has been done yet: look it over, then press the button again.")


def stand_between(request: Request, name: str) -> HttpResponse | None:
    """Nothing if the view of this name may be called; else the page that asks who one is."""
    if request.method == "POST" and FIELD in request.POST and request.actor.is_person:
        request.sensitive_post_parameters = "__ALL__"  # type: ignore[attr-defined]
        return _answered(request)
    method = "GET" if request.method == "HEAD" else request.method
    act = fresh_acts().get(f"{method} {name}")
    if act is None or request.standing.is_fresh:
        return None
    return _page(request, act, typed=typed_of(request))


@sensitive_variables()
def _answered(request: Request) -> HttpResponse | None:
    act = fresh_acts().get(request.POST.get(ACT, ""))
    if act is None:
        return HttpResponseRedirect(reverse("home"))
    way, typed = _way(request, request.POST[FIELD]), request.POST.get(TYPED, "")
    if AGAIN in request.POST:
        return _page(request, act, typed=typed, way=_way(request, request.POST[AGAIN]))
    form = WAYS[way](request.POST)
    if not form.is_valid():
        return _page(request, act, typed=typed, way=way, form=form)
    try:
        step = _step(request, way, form.cleaned_data)
    except Refusal as refusal:
        return page_of(request, refusal)
    if step.outcome is not Outcome.DONE:
        form.add_error(None, str(WRONG[way]))
        return _page(request, act, typed=typed, way=way, form=form)
    go_on_under(request, step.key)
    request.standing = selectors.standing_of(_store(request).row)
    return _go_on(request, act, typed)


def _step(request: Request, way: str, given: Mapping[str, Any]) -> actions.Step:
    actor, source = request.actor, request.source
    if way == "password":
        attempt = selectors.attempt_own_password(actor.id, given["password"], source)
        return door.run(actions.step_up_by_password, actor, attempt)
    return door.run(actions.step_up_by_code, actor, code=given["code"], way=way, source=source)


def _go_on(request: Request, act: FreshAct, typed: str) -> HttpResponse | None:
    """To what was asked for; for a form to its page, which shows what was typed, unsent."""
    if not act.asked.startswith("GET "):
        request.typed = Typed(act.asked.removeprefix("POST "), QueryDict(typed))
        request.method, request.POST = "GET", QueryDict()
        messages.info(request, LOOK_IT_OVER)
        return None
    if not act.is_file:
        return HttpResponseRedirect(request.get_full_path())
    given = {"act": act, "file": request.get_full_path(), "back": _page_of(request, act)}
    return render(request, "accounts/stepped_up.html", given)


def _page(
    request: Request, act: FreshAct, *, typed: str, way: str = "", form: forms.Form | None = None
) -> HttpResponse:
    way = way or _way(request, "")
    given = {
        "act": act,
        "way": way,
        "form": form or WAYS[way](),
        "field": FIELD,
        "again": AGAIN,
        "address": _where_to(request, act),
        "carried": {ACT: act.asked, TYPED: typed},
        "has_typed": bool(typed),
    }
    # A form that comes back with what was typed is 422 here, whatever it was refused for.
    status = 422 if request.method == "POST" else 403
    return render(request, "accounts/step_up.html", given, status=status)


def _way(request: Request, wanted: str) -> str:
    """How this person can show who they are; as they want it, if that is one of the ways."""
    if not selectors.has_factor(request.actor.id):
        return "password"
    return "recovery" if wanted == "recovery" else "app"


def _where_to(request: Request, act: FreshAct) -> str:
    """Where the proof goes: to what was asked for, or to the page on which its form stands."""
    is_there_already = FIELD in request.POST or act.asked.startswith("GET ")
    return request.get_full_path() if is_there_already else _page_of(request, act)


def _page_of(request: Request, act: FreshAct) -> str:
    """The page of the act; it takes the arguments of what was asked for, or the first of them."""
    return address_of(request, act.page)


def address_of(request: Request, page: str) -> str:
    """The page of this name, with the arguments of what was asked for, or the first of them."""
    if not page:
        return request.get_full_path()
    parts = [*request.resolver_match.kwargs.values()] if request.resolver_match else []
    for most in range(len(parts), -1, -1):
        with contextlib.suppress(NoReverseMatch):
            return reverse(page, args=parts[:most])
    return reverse("home")


def typed_of(request: Request) -> str:
    """What was typed, but for passwords and codes. Far more than a form holds is left out."""
    if request.method != "POST":
        return ""
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_CARRIED
        for value in values
    ]
    typed = urlencode(pairs)
    return typed if len(typed) <= TOO_LONG else ""


def _store(request: Request) -> SessionStore:
    store: Any = request.session
    found: SessionStore = store
    return found
