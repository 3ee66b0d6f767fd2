"""A forgotten password: asked for in the dark, answered by letter, chosen anew by a link.

Asking does the same work for everybody; who it was is looked up later, by a job. So neither the
answer nor its time tells whether there is an account.
"""

from portal.accounts import policy
from portal.accounts.actions.open_links import end_open_links
from portal.accounts.actions.sessions import end_sessions
from portal.accounts.actions.throttles import clear_tickets, take_ticket
from portal.accounts.errors import ResetSpent
from portal.accounts.models import PasswordReset, Person
from portal.accounts.selectors.invitations import may_sign_in
from portal.accounts.selectors.links import new_token, token_digest
from portal.accounts.selectors.people import sign_in_index
from portal.accounts.selectors.ways_back import RESET, lock_reset
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock, jobs
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox

ANSWER = "accounts.answer_resets"
MOST = 50


def ask_reset(actor: Actor, email: str, *, source: str) -> None:
    """If somebody signs in with this address, a letter will follow. Beyond the limits, nothing.

    Locks: the throttles of source and account.
    Records: nothing; the answer does.
    """
    index = sign_in_index(email)
    granted = [
        take_ticket(actor, policy.RESET_BY_SOURCE, source.encode()),
        take_ticket(actor, policy.RESET_BY_ACCOUNT, index),
    ]
    if all(granted):
        PasswordReset.objects.create(sign_in_index=index, asked_at=clock.now())
    jobs.after_commit(ANSWER)


def answer_resets(actor: Actor) -> int:
    """Whoever asked and has an open account is sent a letter. Returns how many there were.

    Locks: the requests, past those that somebody else answers.
    Records: RESET_ASKED.
    """
    waiting = PasswordReset.objects.filter(answered_at=None).order_by("asked_at", "pk")
    found = list(waiting.select_for_update(skip_locked=True)[:MOST])
    for request in found:
        request.answered_at = clock.now()
        person = Person.objects.filter(sign_in_index=bytes(request.sign_in_index)).first()
        if person is not None and may_sign_in(person):
            _send_link(actor, request, person)
        request.save()
    return len(found)


def reset_password(actor: Actor, token: str, *, password_hash: str) -> None:
    """The password is another; every session and every other link is over. Nobody is signed in.

    The second factor stays: whoever signs in next passes it.

    Refuses: ResetSpent.
    Locks: the link, the person.
    Records: RESET_DONE, SESSION_ENDED.
    """
    link = lock_reset(token)
    person = link.person if link else None
    if person is None or not may_sign_in(person):
        raise ResetSpent
    locked = Person.objects.select_for_update().get(pk=person.pk)
    locked.password = password_hash
    locked.save(update_fields=["password"])
    end_open_links(actor, locked.pk)
    end_sessions(actor, policy.open_sessions().filter(person=locked), why="reset")
    clear_tickets(actor, policy.PASSWORD_BY_ACCOUNT, bytes(locked.sign_in_index))
    key = f"accounts.password-changed.{link.pk.hex}" if link else ""
    outbox.post(actor, "accounts.password-changed", to=locked.pk, params={}, key=key)
    audit.record(actor, Event.RESET_DONE, subject=locked.pk)


def _send_link(actor: Actor, request: PasswordReset, person: Person) -> None:
    """An earlier link of theirs works no more."""
    now, token = clock.now(), new_token()
    PasswordReset.objects.filter(person=person, ended_at=None).update(ended_at=now)
    outbox.withdraw(actor, person.pk, kinds=["accounts.reset"])
    request.person, request.digest = person, token_digest(RESET, token)
    request.expires_at = now + policy.RESET_LINK
    outbox.post(
        actor,
        "accounts.reset",
        to=person.pk,
        params={"link": token, "until": request.expires_at},
        key=f"accounts.reset.{request.pk.hex}",
        about=person.pk,
        until=request.expires_at,
    )
    audit.record(actor, Event.RESET_ASKED, subject=person.pk)
