"""A lost phone: noted with a proof, and the factor falls only after time, or a second person.

Recovery codes stay the quick way. Whoever signs in with the second factor has not lost it.
"""

from uuid import UUID

from portal.accounts import policy
from portal.accounts.actions.sessions import end_sessions
from portal.accounts.errors import AlreadyNoted, LinkSpent, NoFactor, NotAllowed, NotYourself
from portal.accounts.models import LostPhone, Person, RecoveryDevice, TotpDevice
from portal.accounts.selectors.factors import has_factor
from portal.accounts.selectors.links import new_token, token_digest
from portal.accounts.selectors.people import find_person
from portal.accounts.selectors.ways_back import PHONE, is_staff, lock_phone
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.outbox import actions as outbox

LOST, FELL = "accounts.phone-lost", "accounts.factor-fell"


def note_lost_phone(actor: Actor, address: str, *, proof: str) -> LostPhone:
    """The owner is told. A patient's factor falls after two days, a colleague's when confirmed.

    Refuses: NotAllowed, NoFactor (nobody with one signs in with this address), NotYourself,
        AlreadyNoted.
    Locks: the person.
    Records: PHONE_LOST.
    """
    if not policy.may_note_lost_phones(actor):
        raise NotAllowed
    found = find_person(address)
    person = Person.objects.select_for_update().filter(pk=found.pk).first() if found else None
    if person is None or not has_factor(person.pk):
        raise NoFactor
    of_staff = is_staff(person.pk)
    if not policy.may_note_lost_phone_of(actor, of_staff=of_staff):
        raise NoFactor
    if person.pk == actor.id:
        raise NotYourself
    if policy.waiting_phones().filter(person=person).exists():
        raise AlreadyNoted
    now, token = clock.now(), new_token()
    note = LostPhone.objects.create(
        person=person,
        asked_by=actor.id,
        proof=proof,
        of_staff=of_staff,
        stop_digest=token_digest(PHONE, token),
        asked_at=now,
        falls_at=now + policy.LOST_PHONE,
    )
    waits = "person" if of_staff else "time"
    outbox.post(
        actor,
        LOST,
        to=person.pk,
        params={"link": token, "until": note.falls_at, "waits": waits},
        key=f"{LOST}.{note.pk.hex}",
        about=note.pk,
    )
    audit.record(actor, Event.PHONE_LOST, subject=person.pk, which=note.pk, proof=proof)
    return note


def confirm_lost_phone(actor: Actor, note_id: UUID) -> None:
    """A second person agrees: the colleague's factor falls now.

    Refuses: NotAllowed, NotFound, NotYourself (who asked, or whose phone it is).
    Locks: the note, the person.
    Records: PHONE_LOSS_CONFIRMED, FACTOR_FELL, SESSION_ENDED.
    """
    if not policy.may_confirm_lost_phones(actor):
        raise NotAllowed
    note = _lock(actor, note_id, of_staff=True)
    if actor.id in {note.asked_by, note.person_id}:
        raise NotYourself
    note.confirmed_by = actor.id
    audit.record(actor, Event.PHONE_LOSS_CONFIRMED, subject=note.person_id, which=note.pk)
    _fall(actor, note)


def withdraw_lost_phone(actor: Actor, note_id: UUID) -> None:
    """The clinic noted it in error, or the phone was found: the factor stays.

    Refuses: NotAllowed, NotFound.
    Locks: the note.
    Records: PHONE_LOSS_STOPPED.
    """
    if not policy.may_note_lost_phones(actor):
        raise NotAllowed
    _stop(actor, _lock(actor, note_id), why="clinic")


def keep_phone(actor: Actor, token: str) -> None:
    """The owner's link: the factor stays.

    Refuses: LinkSpent.
    Locks: the note.
    Records: PHONE_LOSS_STOPPED.
    """
    note = lock_phone(token)
    if note is None:
        raise LinkSpent
    _stop(actor, note, why="owner")


def stop_for_used_factor(actor: Actor, person_id: UUID) -> None:
    """Somebody whose phone is noted as lost has just used it.

    Locks: the note.
    Records: PHONE_LOSS_STOPPED.
    """
    for note in policy.waiting_phones().filter(person=person_id).select_for_update():
        _stop(actor, note, why="factor-used")


def let_factors_fall(actor: Actor) -> int:
    """Patients' factors whose time has come are worth nothing any more. Returns how many.

    Colleagues' notes that nobody confirmed in time are over; their factors stay.

    Locks: the notes, the people.
    Records: FACTOR_FELL, PHONE_LOSS_STOPPED, SESSION_ENDED.
    """
    due = policy.waiting_phones().filter(falls_at__lte=clock.now()).order_by("falls_at", "pk")
    fallen = 0
    for note in due.select_for_update(skip_locked=True)[:50]:
        if note.of_staff or is_staff(note.person_id):
            _stop(actor, note, why="clinic")
        else:
            _fall(actor, note)
            fallen += 1
    return fallen


def _lock(actor: Actor, note_id: UUID, *, of_staff: bool | None = None) -> LostPhone:
    seen = policy.readable_phones(actor).filter(pk=note_id)
    if of_staff is not None:
        seen = seen.filter(of_staff=of_staff)
    note = seen.select_for_update().first()
    if note is None:
        known = LostPhone.objects.filter(pk=note_id).exists()
        raise NotFound(kind="lost-phone", subject=note_id if known else None)
    return note


def _fall(actor: Actor, note: LostPhone) -> None:
    person = Person.objects.select_for_update().get(pk=note.person_id)
    TotpDevice.objects.filter(user=person).delete()
    RecoveryDevice.objects.filter(user=person).delete()
    note.done_at = clock.now()
    note.save(update_fields=["done_at", "confirmed_by"])
    outbox.withdraw(actor, note.pk)
    end_sessions(actor, policy.open_sessions().filter(person=person), why="reset")
    outbox.post(actor, FELL, to=person.pk, params={}, key=f"{FELL}.{note.pk.hex}")
    audit.record(actor, Event.FACTOR_FELL, subject=person.pk, which=note.pk)


def _stop(actor: Actor, note: LostPhone, *, why: str) -> None:
    note.ended_at = clock.now()
    note.save(update_fields=["ended_at"])
    outbox.withdraw(actor, note.pk)
    audit.record(actor, Event.PHONE_LOSS_STOPPED, subject=note.person_id, which=note.pk, why=why)
