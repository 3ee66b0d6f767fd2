"""What was typed and sent too late is held for its writer, in their browser, for an hour."""

from uuid import UUID

from portal.accounts.models import HeldForm, Session, Stage
from portal.accounts.selectors.held_forms import HELD, LAPSED, Form, form_sealed, held_by
from portal.accounts.selectors.sessions import digest
from portal.crypto.primitives import random_bytes
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id

MOST = 5


def hold_form(actor: Actor, session_id: UUID, form: Form, *, secret: str) -> str:
    """The form is held for whom this lapsed session was. Returns the secret of their browser.

    That is the one that it has, while something is held under it for the same person. Of more
    forms than five, of a browser or of a session, the oldest is gone. Empty if the session did not
    lapse by itself, or was somebody else's than the actor's.

    Locks: the session.
    Records: nothing; the end of the session did.
    """
    lapsed = Session.objects.filter(pk=session_id, ended_why__in=LAPSED, stage=Stage.FULL)
    session = lapsed.select_for_update().first()
    if session is None or session.person_id is None:
        return ""
    # Signed in as somebody else meanwhile: whose words these are, nobody can tell.
    if actor.is_person and actor.id != session.person_id:
        return ""
    held = held_by(secret)
    if not held or any(each.person_id != session.person_id for each in held):
        held, secret = [], random_bytes(32).hex()
    # A browser that forgets its secret each time would otherwise have any number of them held.
    of_session = HeldForm.objects.filter(session=session).order_by("until", "pk")
    for older in (held, list(of_session)):
        HeldForm.objects.filter(pk__in=[each.pk for each in older[: -MOST + 1]]).delete()
    held_id = new_id()
    HeldForm.objects.create(
        id=held_id,
        session=session,
        person_id=session.person_id,
        key_digest=digest(secret),
        form_sealed=form_sealed(form, secret, held_id),
        until=clock.now() + HELD,
    )
    return secret


def drop_held_form(actor: Actor, held_id: UUID) -> bool:
    """Nothing is held any more: it was given back, or somebody else signed in. False if it was so.

    Records: nothing.
    """
    return HeldForm.objects.filter(pk=held_id).delete()[0] > 0


def drop_held_forms(actor: Actor) -> None:
    """What nobody came back for in time is gone.

    Records: nothing.
    """
    HeldForm.objects.filter(until__lte=clock.now()).delete()
