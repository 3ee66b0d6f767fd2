"""Reads that are compiled once: what they may look at, and what they do when they cannot know."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from messaging.models import Thread
from messaging.selectors.hot import Hot
from portal.kernel import clock
from portal.kernel.statements import Statement
from tests.harness.growth import queries_of


def since(age: timedelta) -> Hot:
    """Threads that changed after an instant that lies so far back."""
    return Hot(
        lambda actor, ref, number: Thread.objects.filter(
            pk=ref, changed_at__lte=clock.now() - age
        ).values_list("pk")
    )


def test_an_instant_that_is_now_is_renewed_at_each_call(ada, thread):
    hot = since(timedelta())
    assert hot.rows(ada.actor, thread) == [(thread,)]
    assert hot.plan(ada.actor) is not None

    with clock.moved(by=-timedelta(days=1)):
        assert hot.rows(ada.actor, thread) == []


def test_an_instant_that_is_not_now_is_never_compiled(ada, thread):
    hot = since(timedelta(hours=1))
    assert hot.rows(ada.actor, thread) == []
    assert hot.plan(ada.actor) is None

    with clock.moved(by=timedelta(days=1)):
        assert hot.rows(ada.actor, thread) == [(thread,)]


def test_a_day_is_never_compiled(ada, thread):
    hot = Hot(
        lambda actor, ref, number: Thread.objects.filter(
            pk=ref, opened_at__date=clock.now().date()
        ).values_list("pk")
    )
    hot.rows(ada.actor, thread)

    assert hot.plan(ada.actor) is None


def test_a_rule_about_the_session_is_never_compiled(ada, thread):
    hot = Hot(
        lambda actor, ref, number: Thread.objects.filter(pk=ref, state=actor.session).values_list(
            "pk"
        )
    )

    assert hot.rows(replace(ada.actor, session="open"), thread) == [(thread,)]
    assert hot.rows(replace(ada.actor, session="closed"), thread) == []


def test_nothing_at_all_is_found_without_a_statement(ada, thread):
    hot = Hot(lambda actor, ref, number: Thread.objects.none().values_list("pk"))

    assert queries_of(lambda: hot.rows(ada.actor, thread)) == []
    assert hot.rows(ada.actor, thread) == []


def test_roles_are_compiled_apart(ada, cara, thread):
    hot = since(timedelta())

    assert hot.plan(ada.actor) is not hot.plan(cara.actor)
    assert hot.plan(ada.actor) is hot.plan(ada.actor)


@pytest.fixture
def unwatched(monkeypatch) -> None:
    """Statements go the short way, as outside of tests."""
    monkeypatch.setattr("portal.kernel.statements.is_watched", lambda database: False)


def test_the_short_way_finds_what_the_long_way_finds(ada, thread, monkeypatch):
    hot = since(timedelta())
    long = hot.rows(ada.actor, thread)
    monkeypatch.setattr("portal.kernel.statements.is_watched", lambda database: False)

    assert hot.rows(ada.actor, thread) == long == [(thread,)]


def test_the_short_way_sends_and_reads_like_the_long_way(world, ada, cara, thread, unwatched):
    from messaging import selectors

    sent = world.reply(thread, by=cara)

    found = selectors.items_after(ada.actor, thread, 0)
    assert [item.sequence for item in found.items] == [1, 2]
    assert found.items[-1].id == sent.message_id
    assert found.items[-1].sent_at == sent.sent_at


def test_the_short_way_raises_what_django_raises(unwatched, db):
    from django.db import DataError, OperationalError, ProgrammingError, transaction

    with pytest.raises((OperationalError, ProgrammingError, DataError)), transaction.atomic():
        Statement("SELECT nothing FROM nowhere").rows({})

    assert connection.is_usable()


def test_a_statement_has_no_stray_percent_sign():
    with pytest.raises(ValueError, match="percent"):
        Statement("SELECT 1 WHERE 'a' LIKE 'b%'")
