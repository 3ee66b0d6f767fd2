"""Rotation: all under the new key, nothing unreadable on the way, the old key gone on a word."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from portal.crypto import keys, rewrap, rings
from portal.crypto.keyring import keyring
from portal.crypto.models import PatientKey, ShredKey
from portal.custody import actions
from portal.custody.actions import rotation as acts
from portal.custody.errors import (
    NoRotation,
    RotationUnderWay,
    UnknownKek,
)
from portal.custody.models import Rotation
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from tests.harness.write_guard import guard
from tests.portal.custody.scenes import (
    KEEPER,
    all_open,
    committed,
    events,
    patients,
    said,
    stored,
    wrapped_by,
)

pytestmark = [pytest.mark.feature("M25")]


class Killed(Exception):
    """The process ends here."""


@committed
def test_every_patient_key_is_wrapped_by_the_new_key_and_opens():
    made, old = patients(23), keyring().active_kek.id

    done = actions.rotate(KEEPER, piece=5)

    assert wrapped_by() == {done.new_kek} == {keyring().active_kek.id} != {old}
    assert (done.moved, done.left, done.broken, done.passes) == (23, 0, 0, 2)
    assert all_open(made)
    assert all_open(patients(1))
    assert wrapped_by() == {done.new_kek}
    assert events("key.rotation-started", "key.rotation-finished") == [
        "key.rotation-started",
        "key.rotation-finished",
    ]


@committed
def test_what_was_sealed_before_opens_after():
    (ada,) = patients(1)
    before = keys.open_data_key(ada, "thread", ada).secret

    actions.rotate(KEEPER)
    keys.CACHE.empty()

    assert keys.open_data_key(ada, "thread", ada).secret == before


@committed
@pytest.mark.parametrize("at", range(6))
def test_a_rotation_that_was_killed_goes_on_where_it_was(at: int, monkeypatch: pytest.MonkeyPatch):
    """Killed after its row, after the key, after it became active, and after each piece."""
    made = patients(7)
    steps = _killed_at(at, monkeypatch)
    with pytest.raises(Killed):
        actions.rotate(KEEPER, piece=3)
    next(steps)
    assert all_open(made)
    assert all_open(patients(1))
    begun = Rotation.objects.get()

    done = actions.rotate(KEEPER, piece=3)

    assert done.pk == begun.pk
    assert done.new_kek == begun.new_kek
    assert wrapped_by() == {done.new_kek}
    assert all_open(made)
    assert events("key.rotation-started", "key.rotation-finished") == [
        "key.rotation-started",
        "key.rotation-finished",
    ]


def _killed_at(at: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process ends before step `at`: two changes of the ring, then pieces."""
    seen = 0
    change, run = rings.change, door.run

    def step(name: str, act: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal seen
        if name != "begin":
            if seen == at:
                raise Killed
            seen += 1
        return act(*args, **kwargs)

    def changed(*args: Any) -> Any:
        return step("ring", change, *args)

    def ran(action: Any, *args: Any, **kwargs: Any) -> Any:
        name = "begin" if action is acts._begun else "piece"
        return step(name, run, action, *args, **kwargs)

    monkeypatch.setattr(rings, "change", changed)
    monkeypatch.setattr(door, "run", ran)

    def undone() -> Iterator[None]:
        monkeypatch.setattr(rings, "change", change)
        monkeypatch.setattr(door, "run", run)
        yield

    return undone()


@committed
def test_a_row_that_came_behind_the_cursor_is_moved_too(monkeypatch: pytest.MonkeyPatch):
    """A process that had not seen the new key wrapped one more by the old one."""
    patients(4)
    old = keyring()
    late: list[UUID] = []

    def progress(rotation: Rotation) -> None:
        if not late and rotation.passes == 1:
            late.append(new_id())
            with pytest.MonkeyPatch.context() as stale:
                stale.setattr(keys, "keyring", lambda: old)
                keys.create_patient_key(late[0])
            PatientKey.objects.get(patient_id=late[0], kek_id=old.active_kek.id)

    with guard.off("another process"):
        done = actions.rotate(KEEPER, piece=50, progress=progress)

    assert late
    assert wrapped_by() == {done.new_kek}
    assert done.passes == 3


@committed
def test_a_row_that_somebody_else_changed_meanwhile_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
):
    patients(1)
    row = PatientKey.objects.get()
    wrap = rewrap._rewrapped

    def slow(*args: Any) -> bytes:
        made = wrap(*args)
        PatientKey.objects.filter(pk=row.pk).update(kek_id="gone", wrapped=bytes(109))
        return made

    monkeypatch.setattr(rewrap, "_rewrapped", slow)

    done = actions.rotate(KEEPER)

    assert done.moved == 0
    assert PatientKey.objects.get().kek_id == "gone"


@committed
def test_rows_that_nobody_can_open_stay_and_are_counted():
    ada, ben, cleo = patients(3)
    with guard.off("the store of shred keys lost one, and somebody spoilt a row"):
        ShredKey.objects.filter(pk=ada).delete()
        PatientKey.objects.filter(patient_id=ben).update(wrapped=bytes(109))
    old = keyring().active_kek.id

    done = actions.rotate(KEEPER)

    assert (done.moved, done.left, done.broken) == (1, 1, 1)
    assert PatientKey.objects.get(patient_id=ada).kek_id == old
    assert all_open([cleo])
    told = said("status")
    assert "1 patients have no shred key although nobody erased them" in told
    assert f"{old}: opens only, 0 days old, wraps 2 patient keys" in told


@committed
def test_of_two_rotations_at_once_one_goes_on_and_the_other_is_told():
    patients(6)
    inside, let_go = threading.Event(), threading.Event()

    def progress(_: Rotation) -> None:
        inside.set()
        let_go.wait(30)

    other = threading.Thread(
        target=lambda: actions.rotate(KEEPER, piece=1, progress=progress), daemon=True
    )
    other.start()
    assert inside.wait(30)

    try:
        for act in (
            lambda: actions.rotate(KEEPER),
            lambda: actions.prepare(KEEPER),
            lambda: actions.retire(KEEPER, "x", before_horizon=True),
        ):
            with pytest.raises(RotationUnderWay):
                act()
    finally:
        let_go.set()
        other.join(30)
    assert Rotation.objects.get().finished_at is not None
    assert wrapped_by() == {keyring().active_kek.id}


@stored
def test_the_database_knows_one_unfinished_rotation_at_most():
    with guard.off("somebody who did not ask"):
        Rotation.objects.create(old_kek="a", new_kek="b")
        with pytest.raises(IntegrityError), transaction.atomic():
            Rotation.objects.create(old_kek="b", new_kek="c")
        Rotation.objects.update(finished_at=clock.now())
        Rotation.objects.create(old_kek="b", new_kek="c")


@stored
def test_nobody_goes_on_with_a_rotation_that_is_done():
    with pytest.raises(NoRotation):
        door.run(acts._moved_on, KEEPER, new_id(), 1)


@committed
def test_a_prepared_key_wraps_nothing_until_the_rotation():
    patients(2)
    old = keyring().active_kek.id

    ready = actions.prepare(KEEPER)

    assert keyring().active_kek.id == old
    patients(1)
    assert wrapped_by() == {old}
    assert actions.rotate(KEEPER).new_kek == ready.new_kek
    assert wrapped_by() == {ready.new_kek}


@committed
def test_a_rotation_leaves_nothing_locked_when_it_is_refused():
    patients(1)
    with pytest.raises(UnknownKek):
        actions.retire(KEEPER, "nothing", before_horizon=True)

    assert actions.rotate(KEEPER).finished_at
