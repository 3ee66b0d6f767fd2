"""The portal's addresses, and one more that gets into whatever trouble it is asked for."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.timezone import get_current_timezone_name

from portal import urls
from portal.kernel.errors import NotFound, TooMany, Unavailable
from portal.kernel.ids import new_id

SUBJECT = new_id()


TROUBLES: dict[str, Callable[[], Exception]] = {
    "closed": lambda: NotFound(kind="thread", subject=SUBJECT),
    "missing": NotFound,
    "busy": TooMany,
    "away": lambda: OperationalError("connection refused: CANARY"),
    "kms": Unavailable,
    "large": RequestDataTooBig,
    "bug": lambda: RuntimeError("CANARY in a local"),
}


def answer(request: HttpRequest, what: str) -> HttpResponse:
    """Whatever the address asks for."""
    if what in TROUBLES:
        raise TROUBLES[what]()
    if what == "tag":
        return HttpResponse("x", headers={"ETag": '"1"', "Cache-Control": "public"})
    return HttpResponse(get_current_timezone_name())


urlpatterns = [path("try/<what>/", answer), path("", include("portal.urls"))]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
