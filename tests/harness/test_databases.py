"""Every test starts from the same databases, whatever the last one committed or refused to lose."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from portal.accounts.models import Person
from portal.audit.models import Entry, EntryDetail
from portal.crypto.models import ShredKey
from portal.kernel.ids import new_id
from tests.cast import ROLES, engage
from tests.harness.write_guard import guard

PG = "postgresql" in settings.DATABASES["default"]["ENGINE"]


def spoil(*, shape: bool = False) -> None:
    """Rows in both databases come, change and go; with `shape`, tables and guards do, too."""
    someone = engage(f"someone{new_id().hex}", "patient")
    with guard.off("the test of the harness"):
        ShredKey.objects.all().delete()
        ShredKey.objects.create(patient_id=new_id(), key=bytes(32))
        Person.objects.exclude(pk=someone.id).update(is_active=False)
        if shape:
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE left_behind (n integer)")
                cursor.execute(f"DROP TABLE audit_detail {'CASCADE' if PG else ''}")


def the_guards_stand() -> None:
    """Nobody changes or removes an entry."""
    for act in ("DELETE FROM audit_entry", "UPDATE audit_entry SET event = 'x'"):
        with (
            guard.off("an intruder with a database shell"),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(act)
    assert Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(4))
def test_what_one_test_commits_the_next_does_not_see(time):
    assert (Person.objects.count(), ShredKey.objects.count(), Entry.objects.count()) == (0, 0, 0)
    assert "left_behind" not in connection.introspection.table_names()
    assert EntryDetail.objects.count() == 0

    spoil(shape=bool(time % 2))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(4))
def test_the_same_with_the_cast(time, cast):
    assert Person.objects.filter(is_active=True).count() == len(ROLES)
    assert ShredKey.objects.filter(patient_id__in=[cast.ada_record, cast.ben_record]).count() == 2
    assert EntryDetail.objects.count() == Entry.objects.count()
    the_guards_stand()

    spoil(shape=bool(time % 2))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not PG, reason="SQLite copies files")
@pytest.mark.parametrize("shape", [False, True])
def test_rows_alone_are_put_back_in_place(shape, cast, the_databases):
    before = the_databases.store.rewound
    spoil(shape=shape)

    the_databases.let_go()
    the_databases.soil()
    the_databases.prepare()

    assert the_databases.store.rewound == before + (1 if shape else 2)
    assert Person.objects.filter(is_active=True).count() == len(ROLES)
    the_guards_stand()
    engage("another", "patient")  # sequences stand where they stood


_pool = ThreadPoolExecutor(1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(2))
def test_a_thread_that_outlives_a_test_sees_the_next_ones_databases(time):
    assert _pool.submit(Person.objects.count).result() == 0

    engage("someone", "patient")

    assert _pool.submit(Person.objects.count).result() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("time", range(2))
def test_an_ordinary_test_may_use_both_databases_and_leaves_nothing(time):
    assert ShredKey.objects.count() == Person.objects.count() == 0

    with guard.off("the test of the harness"):
        ShredKey.objects.create(patient_id=new_id(), key=bytes(32))
    engage("someone", "patient")


@pytest.mark.django_db
def test_each_worker_has_databases_of_its_own():
    for alias in connections:
        name = str(settings.DATABASES[alias]["NAME"])
        assert "portal-tests-" in name or name.endswith(("_main", "_shred")) or "_gw" in name
