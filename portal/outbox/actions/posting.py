"""Letters are posted in the transaction of what they tell about, and withdrawn the same way."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal.kernel import clock, jobs
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from portal.outbox.errors import LetterRefused, NoAddress
from portal.outbox.models import Letter, State
from portal.outbox.selectors import plain_params_of, sealed, still_concerns
from portal.outbox.vocabulary import checked, kinds, spec_of, without_secrets

DELIVER = "notifications.deliver"
MOST_ADDRESS = 254
_KEY = re.compile(r"[0-9a-z][0-9a-z:._-]{0,159}", re.ASCII)


def post(
    actor: Actor,
    kind: str,
    *,
    to: UUID | str,
    params: Mapping[str, Any],
    key: str,
    about: UUID | None = None,
    due_at: datetime | None = None,
    until: datetime | None = None,
) -> Letter:
    """The letter waits to be sent from `due_at` on, and not after `until`.

    `to` is a person's id, or an e-mail address, which is sealed. `key` names the occasion (ids and
    codes, never words): posting again returns the first. `about` is what `withdraw` asks for.

    Refuses: LetterRefused, NoAddress.
    Records: nothing; the act that posts does.
    """
    if not _KEY.fullmatch(key):
        raise LetterRefused("a letter's key is made of ids and codes")
    plain, letter_id, now = checked(spec_of(kind), params), new_id(), clock.now()
    address = None if isinstance(to, UUID) else sealed(letter_id, "address", _address(to))
    letter = Letter(
        id=letter_id,
        kind=kind,
        key=key,
        to_person=to if isinstance(to, UUID) else None,
        address_sealed=address,
        params_sealed=sealed(letter_id, "params", plain),
        about=about,
        posted_at=now,
        due_at=due_at or now,
        next_at=due_at or now,
        until=until,
    )
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    if letter.due_at <= now:
        jobs.after_commit(DELIVER)
    return Letter.objects.get(key=key)


def withdraw(
    actor: Actor, about: UUID, *, kinds: Collection[str] = (), to: UUID | None = None
) -> int:
    """Letters about this that wait are never sent. Returns how many there were.

    All of them, or those of some kinds, or to one person.

    One that the postman has in hand at this very moment may still go.

    Locks: the letters.
    Records: nothing; the act that withdraws does.
    """
    waiting = Letter.objects.filter(about=about, state=State.QUEUED)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    if to:
        waiting = waiting.filter(to_person=to)
    found = list(waiting.select_for_update().order_by("pk"))
    for letter in found:
        _take_back(actor, letter)
    return len(found)


def withdraw_from(actor: Actor, person_id: UUID) -> int:
    """Nothing waits for this person that is no business of theirs any more. Returns how much did.

    Locks: the letters.
    Records: nothing; the act by which it ceased to be does.
    """
    declared = [name for name, spec in kinds().items() if spec.concerns]
    waiting = Letter.objects.filter(to_person=person_id, state=State.QUEUED, kind__in=declared)
    rows = waiting.select_for_update().order_by("pk")
    found = [letter for letter in rows if not still_concerns(letter)]
    for letter in found:
        _take_back(actor, letter)
    return len(found)


def forget_secrets(actor: Actor, letter: Letter) -> None:
    """The letter, once saved, holds the key of no link any more.

    Records: nothing.
    """
    spec = kinds().get(letter.kind)
    kept = without_secrets(spec, plain_params_of(letter)) if spec else {}
    letter.params_sealed = sealed(letter.pk, "params", kept)


def _take_back(actor: Actor, letter: Letter) -> None:
    letter.state, letter.done_at = State.WITHDRAWN, clock.now()
    forget_secrets(actor, letter)
    letter.save(update_fields=["state", "done_at", "params_sealed"])


def _address(given: str) -> str:
    """The address, if it is one and could never be read as two, or as a header."""
    address = given.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise NoAddress from None
    if len(address) > MOST_ADDRESS or not address.isprintable() or set(address) & set(',;<>"'):
        raise NoAddress
    return address
