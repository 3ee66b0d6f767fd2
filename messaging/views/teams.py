"""Pages on which administrators set up teams."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from messaging import actions, readings
from messaging.actions import TeamWords
from messaging.forms import MemberForm, NewTeamForm, TeamForm
from messaging.models import TeamKind
from messaging.views.places import given
from portal.accounts.ports import Request
from portal.kernel import door
from portal.kernel.errors import BadInput, Refusal
from portal.kernel.ids import new_id

WORDS = ("name", "purpose", "reply_hours", "hours_text", "is_open", "is_default")


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: Request) -> HttpResponse:
    """Every team, and a form for one more."""
    page = readings.teams_page(request.actor)
    if request.method != "POST":
        form = NewTeamForm(initial={"team": new_id(), "is_care": not page.has_care})
        if not page.has_care:
            form.initial["name"] = _("care team")
        return _teams_page(request, page, form)
    form = NewTeamForm(request.POST)
    if form.is_valid():
        kind = TeamKind.CARE if form.cleaned_data["is_care"] else TeamKind.NAMED
        if _saved(request, form.cleaned_data["team"], form, kind):
            return _to_team(form.cleaned_data["team"])
    return _teams_page(request, page, form)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: Request, team_id: UUID) -> HttpResponse:
    """One team, and its form."""
    page = readings.team_page(request.actor, team_id)
    kind = TeamKind.CARE if page.team.is_care else TeamKind.NAMED
    if request.method != "POST":
        return _team_page(request, page, TeamForm(initial=page.words))
    form = TeamForm(request.POST)
    if form.is_valid() and _saved(request, team_id, form, kind):
        messages.success(request, _("Saved."))
        return _to_team(team_id)
    return _team_page(request, page, form)


@require_POST
def join_team(request: Request, team_id: UUID) -> HttpResponse:
    """Somebody is on the team."""
    form = MemberForm(request.POST)
    if not form.is_valid():
        raise BadInput
    try:
        door.run(actions.join_team, request.actor, team_id, form.cleaned_data["person"])
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        messages.warning(request, str(refusal.sentence))
    return _to_team(team_id)


@require_POST
def leave_team(request: Request, membership_id: UUID) -> HttpResponse:
    """Somebody is not on the team any more."""
    return _to_team(door.run(actions.leave_team, request.actor, membership_id))


def _saved(request: Request, team_id: UUID, form: TeamForm, kind: TeamKind) -> bool:
    words = TeamWords(**{name: form.cleaned_data[name] for name in WORDS}, kind=kind)
    try:
        door.run(actions.save_team, request.actor, team_id, words)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _teams_page(request: Request, page: Any, form: TeamForm) -> HttpResponse:
    shown = given(page) | {"form": form}
    return render(request, "messaging/teams.html", shown, status=422 if form.is_bound else 200)


def _team_page(request: Request, page: Any, form: TeamForm) -> HttpResponse:
    shown = given(page) | {"form": form}
    return render(request, "messaging/team.html", shown, status=422 if form.is_bound else 200)


def _to_team(team_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("messaging:team", args=[team_id]), status=303)
