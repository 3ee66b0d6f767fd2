"""What the postman notes. A letter in hand is only moved in time: a crash gives it back."""

from datetime import timedelta
from uuid import UUID

from portal.audit import actions as audit
from portal.audit.vocabulary import Outcome
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.outbox.actions.posting import forget_secrets
from portal.outbox.models import Letter, State
from portal.outbox.vocabulary import Event

IN_HAND = timedelta(minutes=3)
"""How long the postman may take; longer than any mail server is waited for."""
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
MOST_ATTEMPTS = len(DELAYS) + 1
KEPT = timedelta(days=90)


def take_due(actor: Actor, *, most: int = 10) -> list[Letter]:
    """Letters that are due, the oldest first; nobody else takes them meanwhile.

    Those past their time, or tried often enough, are given up instead.

    Locks: the letters, past those that somebody else holds.
    Records: LETTER_FAILED.
    """
    now = clock.now()
    waiting = Letter.objects.filter(state=State.QUEUED, next_at__lte=now).order_by("next_at", "pk")
    taken = []
    for letter in waiting.select_for_update(skip_locked=True)[:most]:
        if letter.until and letter.until <= now:
            _give_up(actor, letter, "too-late")
        elif letter.attempts >= MOST_ATTEMPTS:
            _give_up(actor, letter, letter.last_error or "gave-up")
        else:
            letter.attempts, letter.next_at = letter.attempts + 1, now + IN_HAND
            letter.save(update_fields=["attempts", "next_at"])
            taken.append(letter)
    return taken


def mark_sent(actor: Actor, letter_id: UUID) -> None:
    """The letter is gone, and what was secret in it is forgotten here.

    Locks: the letter.
    Records: LETTER_SENT.
    """
    letter = Letter.objects.select_for_update().filter(pk=letter_id).first()
    if letter is None or letter.state == State.SENT:
        return
    letter.state, letter.done_at, letter.last_error = State.SENT, clock.now(), ""
    if letter.params_sealed:
        forget_secrets(actor, letter)
    letter.save(update_fields=["state", "done_at", "last_error", "params_sealed"])
    audit.record(
        actor,
        Event.LETTER_SENT,
        subject=letter.to_person,
        which=letter.pk,
        attempts=letter.attempts,
        about=letter.about or letter.pk,
    )


def mark_failed(actor: Actor, letter_id: UUID, *, why: str, for_good: bool = False) -> None:
    """The letter is tried again later, each time after a longer wait; in the end it is given up.

    Locks: the letter.
    Records: LETTER_FAILED.
    """
    letter = Letter.objects.select_for_update().filter(pk=letter_id, state=State.QUEUED).first()
    if letter is None:
        return
    if for_good or letter.attempts >= MOST_ATTEMPTS:
        _give_up(actor, letter, why)
        return
    letter.last_error = why
    letter.next_at = clock.now() + DELAYS[max(letter.attempts, 1) - 1]
    letter.save(update_fields=["last_error", "next_at"])


def sweep(actor: Actor) -> int:
    """Letters that wait no more are forgotten after three months. Returns how many.

    Records: nothing; each has its entry.
    """
    old = Letter.objects.exclude(state=State.QUEUED).filter(done_at__lt=clock.now() - KEPT)
    return old.delete()[0]


def _give_up(actor: Actor, letter: Letter, why: str) -> None:
    letter.state, letter.done_at, letter.last_error = State.FAILED, clock.now(), why
    forget_secrets(actor, letter)
    letter.save(update_fields=["state", "done_at", "last_error", "params_sealed"])
    audit.record(
        actor,
        Event.LETTER_FAILED,
        subject=letter.to_person,
        outcome=Outcome.FAILED,
        which=letter.pk,
        why=why,
        about=letter.about or letter.pk,
    )
