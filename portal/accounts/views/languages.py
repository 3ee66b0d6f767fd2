"""Which language somebody reads."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.accounts import actions
from portal.accounts.ports import Request
from portal.accounts.views import steps
from portal.kernel import door


@login_not_required
@require_POST
def language(request: Request) -> HttpResponse:
    """This browser, and whoever is signed in here, read this language from now on."""
    answer = HttpResponseRedirect(steps.next_of(request) or reverse("home"), status=303)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        if request.actor.is_person:
            door.run(actions.set_language, request.actor, chosen)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return answer
