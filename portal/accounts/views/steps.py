"""What the pages of identity have in common: where one goes next, and under which cookie."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts import actions
from portal.accounts.actions import Outcome
from portal.accounts.ports import Request
from portal.accounts.sessions import adopt


def onwards(request: Request, step: actions.Step) -> HttpResponseRedirect:
    """The browser holds the new cookie and goes where the step leads."""
    adopt(request, step.key)
    names = {Outcome.CODE: "accounts:code", Outcome.ENROL: "accounts:factor"}
    if step.outcome not in names:
        return away(request)
    onward = next_of(request)
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return HttpResponseRedirect(reverse(names[step.outcome]) + query)


def away(request: Request) -> HttpResponseRedirect:
    """To where the person was going, or to the first page."""
    return HttpResponseRedirect(next_of(request) or reverse("home"))


def page(request: Request, name: str, form: forms.Form, **told: Any) -> HttpResponse:
    """The page of a form, with what was typed and what is wrong with it."""
    context = {"form": form, "next": next_of(request), **told}
    status = 422 if form.is_bound and request.method == "POST" else 200
    return render(request, f"accounts/{name}.html", context, status=status)


def next_of(request: Request) -> str:
    """Where the person was going, if that is a page of ours."""
    onward = given(request, "next")
    hosts, secure = {request.get_host()}, request.is_secure()
    is_ours = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, hosts, secure)
    return onward if is_ours else ""


def given(request: Request, name: str) -> str:
    """What was sent under this name, by form or address."""
    return request.POST.get(name) or request.GET.get(name) or ""
