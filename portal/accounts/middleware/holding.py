"""A form that was sent after its session had lapsed is not lost.

It is held for an hour, sealed under a secret that this browser alone holds. Whoever was signed in
there, and signs in there again, gets it back once, filled in and not sent; nobody else ever does.
Passwords and codes are not held.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions, selectors
from portal.accounts.middleware.stepping_up import address_of, typed_of
from portal.accounts.ports import Request, Typed
from portal.accounts.selectors.held_forms import HELD, Form
from portal.kernel import door
from portal.kernel.errors import Unavailable
from portal.kernel.plugs import FormPage, form_pages

COOKIE = "__Host-held" if settings.PRODUCTION else "held"
WAS = "__Host-was" if settings.PRODUCTION else "was"
"""The cookie of the session that lapsed, for forms that other tabs send after it."""
ELSEWHERE = FormPage("", page="accounts:typed")
"""Where what was typed is shown if no page asks for it."""
HERE_IT_IS = _(
    "Here is what you wrote. Nothing of it has been sent:"
    " look it over, then press the button again."
)


def hold(request: Request, name: str) -> HttpResponseRedirect | None:
    """To sign in, with what was posted held until then; nothing if there is nothing to hold."""
    typed = typed_of(request)
    where = form_pages().get(f"POST {name}", ELSEWHERE)
    if not _is_written(QueryDict(typed), where.boxes):
        return None
    was = request.standing.was or selectors.lapsed_lately(request.COOKIES.get(WAS, ""))
    if was is None:
        return None
    page = address_of(request, where.page).partition("?")[0]
    form, secret = Form(where.form or name, page, typed), request.COOKIES.get(COOKIE, "")
    request.holds = door.run(actions.hold_form, request.actor, was, form, secret=secret)
    if not request.holds:
        return None
    if request.actor.is_person:
        # Signed in again in another tab: the form is older than this session, its page is not.
        return HttpResponseRedirect(page, status=303)
    query = urlencode({"reason": "kept", "next": page})
    return HttpResponseRedirect(f"{reverse('accounts:sign-in')}?{query}")


def hold_stale(request: Request) -> HttpResponseRedirect | None:
    """The same for a form whose page was shown in a session that lapsed, after a new one began.

    Only what came from a page of this origin is held. A browser says so with every form; one that
    does not is told to go back.
    """
    # A script would follow to the page, take it for an answer and throw it away.
    is_page = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.headers.get("Origin")
    if not request.actor.is_person or not is_page:
        return None
    if not request.tempo.allows(request.actor.id.hex):
        return None
    try:
        return hold(request, request.resolver_match.view_name if request.resolver_match else "")
    except (OperationalError, InterfaceError, Unavailable):
        return None


def give_back(request: Request) -> None:
    """The page that somebody opens after signing in again knows what they had typed for it.

    What was held for somebody else in this browser is gone. A script that fetches the page gets
    none of it: nobody would see it there.
    """
    secret = request.COOKIES.get(COOKIE, "")
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if not secret or request.method != "GET" or not is_page:
        return
    held = selectors.held_by(secret)
    forms = {each.pk: selectors.held_for(request.actor, each, secret) for each in held}
    here = [pk for pk, form in forms.items() if form is None or form.page == request.path]
    gone = [pk for pk in here if door.run(actions.drop_held_form, request.actor, pk)]
    if len(here) == len(held):
        request.holds = ""
    for form in filter(None, (forms[pk] for pk in gone)):
        request.typed = Typed(form.name, QueryDict(form.fields))
        messages.info(request, HERE_IT_IS)


def remember(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """The browser holds what opens its forms, while there are any, and which session lapsed."""
    holds = getattr(request, "holds", None)
    if holds:
        _set(response, COOKIE, holds)
    elif holds == "":
        response.delete_cookie(COOKIE, samesite="Lax")
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if request.standing.was and key:
        _set(response, WAS, key)
    return response


def _set(response: HttpResponseBase, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=HELD, secure=secure, httponly=True, samesite="Lax")


def _is_written(typed: QueryDict, boxes: tuple[str, ...]) -> bool:
    """True if somebody wrote something, and did not only press a button."""
    if boxes:
        return any(typed.get(box, "").strip() for box in boxes)
    # No room says where one writes: words have spaces between them, codes and ids have none.
    return any(" " in text.strip() for _name, texts in typed.lists() for text in texts)
