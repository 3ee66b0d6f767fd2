"""People who work here, as administrators see and change them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import actions, selectors
from portal.accounts.errors import NotAllowed
from portal.accounts.forms import InviteForm
from portal.accounts.policy import may_manage_people
from portal.accounts.ports import Request, typed_into
from portal.accounts.views import steps
from portal.kernel import door

CLOSED = _("The account is closed. Every device of theirs is signed out.")


@require_safe
def people(request: Request) -> HttpResponse:
    """Everybody who works here, and who was invited to."""
    lines = selectors.staff(request.actor)
    given = {"people": lines, "invitations": selectors.staff_invitations(request.actor)}
    return render(request, "accounts/people.html", given)


@require_safe
def person(request: Request, person: UUID) -> HttpResponse:
    """One of them: roles, state, and what can be ended."""
    line = selectors.staff_member(request.actor, person)
    held = selectors.belongings(request.actor, person)
    given = {"person": line, "is_me": person == request.actor.id, "belongings": held}
    return render(request, "accounts/person.html", given)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Request) -> HttpResponse:
    """Somebody is invited to work here."""
    if not may_manage_people(request.actor):
        raise NotAllowed
    form = InviteForm(request.POST or typed_into(request, "accounts:invite"))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        door.run(actions.invite, request.actor, purpose="staff", subject=None, **given)
        messages.success(request, _("The e-mail with the link is on its way."))
        return redirect("accounts:people")
    return steps.page(request, "invite", form)


@require_POST
def withdraw_invitation(request: Request, invitation: UUID) -> HttpResponse:
    """A link works no more."""
    if door.run(actions.withdraw_invitation, request.actor, invitation):
        text = _("The invitation is taken back. Its link does not work any more.")
        messages.success(request, text)
    else:
        text = _("The invitation was over already: used, taken back, or too old.")
        messages.info(request, text)
    return redirect("accounts:people")


@require_POST
def end_role(request: Request, person: UUID, role: str) -> HttpResponse:
    """Somebody holds a role no more."""
    door.run(actions.end_role, request.actor, person, role)
    messages.success(request, _("The role is ended. Open pages of theirs know within a second."))
    return redirect("accounts:person", person)


@require_POST
def close_person(request: Request, person: UUID) -> HttpResponse:
    """Somebody cannot sign in any more."""
    door.run(actions.close_person, request.actor, person)
    messages.success(request, CLOSED)
    return redirect("accounts:person", person)


@require_POST
def reopen_person(request: Request, person: UUID) -> HttpResponse:
    """Somebody who was closed out can sign in again, with the roles that were not ended."""
    door.run(actions.reopen_person, request.actor, person)
    messages.success(request, _("The account is open again."))
    return redirect("accounts:person", person)
