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
    """Whether the portal can work; part by part only to whoever runs it."""
    findings = readiness.findings()
    is_ready = all(finding.is_well for finding in findings)
    status = 200 if is_ready else 503
    if not policy.may_watch(request):
        word = "ready\n" if is_ready else "not ready\n"
        return HttpResponse(word, status=status, content_type="text/plain")
    told = {"ready": is_ready, "parts": [finding.as_json() for finding in findings]}
    return JsonResponse(told, status=status, json_dumps_params={"indent": 1})


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever runs the portal; for anybody else there is nothing here."""
    if not policy.may_watch(request):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    return HttpResponse(figures.text(), content_type=FORMAT)
