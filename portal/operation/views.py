"""The three probes: alive, ready, and the figures."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal.operation import policy
from portal.operation.selectors import figures, readiness

FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Whether it can work is another question (`/readyz`)."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be shown: 503 if not. Part by part only to whoever runs the portal."""
    findings = readiness.findings()
    word = readiness.word_for(findings)
    status = 503 if word == "not ready" else 200
    if not policy.may_watch(request):
        return HttpResponse(f"{word}\n", status=status, content_type="text/plain")
    told = {"word": word, "parts": [finding.as_json() for finding in findings]}
    return JsonResponse(told, status=status, json_dumps_params={"indent": 1})


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever runs the portal; for anybody else there is nothing here."""
    if not policy.may_watch(request):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    return HttpResponse(figures.text(), content_type=FORMAT)
