"""Who may read and write which threads: each of the cast, and the two ways of asking."""

from uuid import UUID

import pytest

from messaging import policy, selectors
from messaging.models import Thread
from messaging.selectors.items import FRESH
from messaging.selectors.threads import LOCKED, REACH
from patients import actions as patients
from patients.models import Scope
from patients.selectors import label_for
from portal.kernel import door
from portal.kernel.actor import STRANGER, Actor, system_actor
from portal.kernel.errors import NotFound
from tests.cast import KEYS, WORK, Cast

pytestmark = pytest.mark.feature("M1", "I1")
READS = {
    "ada": {"ada"},
    "ben": {"ben"},
    "pia": {"ada"},
    "cara": {"ada"},
    "dov": set(),
    "sam": {"ben"},
    "ivy": set(),
    "max": set(),
    "nobody": set(),
}


@pytest.fixture
def threads(world, cast, ben) -> dict[str, UUID]:
    """One thread about Ada, one about Ben."""
    return {"ada": world.thread(), "ben": world.thread(ben, patient=cast.ben_record)}


def everybody(cast: Cast) -> list[Actor]:
    """The cast, a stranger, and the portal's own work."""
    return [*(cast.people[key].actor for key in KEYS), STRANGER, system_actor("test")]


@pytest.mark.parametrize("key", KEYS)
def test_each_of_the_cast_reads_what_they_should(cast, threads, key):
    actor = cast.people[key].actor

    found = {*policy.readable_threads(actor).values_list("pk", flat=True)}

    assert found == {threads[about] for about in READS[key]}


@pytest.mark.parametrize("key", KEYS)
def test_a_thread_is_fetched_and_locked_by_those_alone(cast, threads, key):
    actor = cast.people[key].actor
    for about, thread in threads.items():
        if about in READS[key]:
            assert selectors.fetch_thread(actor, thread).id == thread
            assert selectors.lock_thread(actor, thread).id == thread
            continue
        for ask in (selectors.fetch_thread, selectors.lock_thread):
            with pytest.raises(NotFound) as refused:
                ask(actor, thread)
            assert refused.value.subject == thread
            assert refused.value.patient == Thread.objects.get(pk=thread).patient_id


def test_what_is_not_there_is_named_by_nobody(ada):
    with pytest.raises(NotFound) as refused:
        selectors.fetch_thread(ada.actor, ada.id)

    assert (refused.value.subject, refused.value.patient) == (None, None)


def test_a_thread_asked_for_alone_is_found_by_the_same_people(cast, threads):
    for actor in everybody(cast):
        readable = {*policy.readable_threads(actor).values_list("pk", flat=True)}
        writable = {*policy.writable_threads(actor).values_list("pk", flat=True)}
        for thread in threads.values():
            assert policy.readable_thread(actor, thread).exists() is (thread in readable)
            assert policy.writable_thread(actor, thread).exists() is (thread in writable)
        assert writable <= readable


@pytest.mark.parametrize("hot", [LOCKED, FRESH, REACH], ids=["locked", "fresh", "reach"])
def test_what_was_compiled_finds_what_its_queryset_finds(cast, threads, hot):
    for actor in everybody(cast):
        for thread in (*threads.values(), cast.ada_record):
            for number in (0, 1):
                assert hot.rows(actor, thread, number) == list(hot.build(actor, thread, number))


@pytest.mark.parametrize("key", ["ada", "pia", "cara", "sam"])
def test_what_runs_for_every_message_is_compiled(cast, threads, key):
    for hot in (LOCKED, FRESH, REACH):
        assert hot.plan(cast.people[key].actor) is not None


def test_a_proxy_who_may_only_read_does_not_write(cast, world, pia, ben):
    door.run(patients.grant_proxy, WORK, cast.ben_record, pia.id, scope=Scope.READ)
    thread = world.thread(ben, patient=cast.ben_record)

    assert policy.readable_thread(pia.actor, thread).exists()
    assert not policy.writable_thread(pia.actor, thread).exists()
    assert not selectors.may_write(pia.actor, thread)


def test_a_proxy_loses_sight_of_threads_when_the_right_ends(cast, threads, pia):
    (grant,) = pia_grants(cast)
    door.run(patients.end_proxy, WORK, grant)

    assert not policy.readable_threads(pia.actor).exists()
    assert FRESH.rows(pia.actor, threads["ada"]) == []


@pytest.mark.parametrize("key", ["ada", "pia", "cara"])
def test_people_write_as_what_they_are_to_the_patient(cast, threads, key):
    someone = cast.people[key]

    held = selectors.lock_thread(someone.actor, threads["ada"])

    assert held.role == label_for(someone.id, cast.ada_record)
    assert held.role == selectors.fetch_role(someone.actor, cast.ada_record)
    assert held.is_on_behalf is (key == "pia")
    assert held.is_from_clinic is (key == "cara")


def test_a_merged_record_takes_its_threads_out_of_sight(cast, threads, ada):
    from patients.models import Patient
    from tests.harness.write_guard import guard

    with guard.off("merging records has no action yet"):
        Patient.objects.filter(pk=cast.ada_record).update(merged_into=cast.ben_record)

    assert not policy.readable_threads(ada.actor).exists()
    assert Thread.objects.filter(pk=threads["ada"]).exists()


def pia_grants(cast: Cast) -> list[UUID]:
    """The ids of Pia's grants."""
    from patients.models import Proxy

    return [*Proxy.objects.filter(person=cast.pia.id).values_list("pk", flat=True)]
