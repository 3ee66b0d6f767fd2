"""Taking: due letters, each by one postman, again after a crash, and not for ever."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from portal.audit.models import Entry
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from portal.outbox import actions, selectors
from portal.outbox.actions.sending import DELAYS, IN_HAND, MOST_ATTEMPTS
from portal.outbox.models import Letter, State
from tests.portal.outbox.conftest import NOON, WORK
from tests.portal.outbox.test_posting import everything

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M21")]


def post(n=1, kind="book.is-here", **given: Any) -> Letter:
    given = {"to": new_id(), "params": {}, "key": f"book.{n}", **given}
    return door.run(actions.post, WORK, kind, **given)


def take(most=10):
    return [letter.pk for letter in door.run(actions.take_due, WORK, most=most)]


def later(**by):
    return clock.frozen(NOON + timedelta(**by))


def entries():
    return [*Entry.objects.order_by("at").values_list("event", flat=True)]


def test_what_is_due_is_taken_the_oldest_first(noon):
    second = post(1, due_at=NOON)
    first = post(2, due_at=NOON - timedelta(minutes=1))
    post(3, due_at=NOON + timedelta(minutes=1))

    assert take() == [first.pk, second.pk]
    assert take() == []


def test_a_letter_in_hand_comes_back_after_a_crash(noon):
    letter = post()

    assert take() == [letter.pk]
    with later(seconds=IN_HAND.total_seconds() - 1):
        assert take() == []
    with later(seconds=IN_HAND.total_seconds()):
        assert take() == [letter.pk]


def test_a_sent_letter_leaves_an_entry_and_forgets_its_link(noon):
    letter = post(kind="book.everything", params=everything())
    take()

    door.run(actions.mark_sent, WORK, letter.pk)
    door.run(actions.mark_sent, WORK, letter.pk)

    letter.refresh_from_db()
    assert (letter.state, letter.done_at, letter.attempts) == (State.SENT, NOON, 1)
    assert "secret" not in selectors.params_of(letter)
    assert entries() == ["letter.sent"]
    with later(days=1):
        assert take() == []


def test_what_fails_is_tried_after_ever_longer_waits_and_then_given_up(noon):
    letter, at = post(), timedelta()

    for delay in DELAYS:
        with clock.frozen(NOON + at):
            assert take() == [letter.pk]
            door.run(actions.mark_failed, WORK, letter.pk, why="away")
        at += delay
        with clock.frozen(NOON + at - timedelta(seconds=1)):
            assert take() == []
    with clock.frozen(NOON + at):
        assert take() == [letter.pk]
        door.run(actions.mark_failed, WORK, letter.pk, why="away")

    letter.refresh_from_db()
    assert (letter.state, letter.last_error) == (State.FAILED, "away")
    assert letter.attempts == MOST_ATTEMPTS
    assert entries() == ["letter.failed"]
    assert sorted(DELAYS) == list(DELAYS)


def test_a_letter_that_kills_the_postman_is_given_up_too(noon):
    letter = post()

    for n in range(MOST_ATTEMPTS):
        with clock.frozen(NOON + n * IN_HAND):
            assert take() == [letter.pk]
    with clock.frozen(NOON + MOST_ATTEMPTS * IN_HAND):
        assert take() == []

    letter.refresh_from_db()
    assert (letter.state, letter.last_error) == (State.FAILED, "gave-up")


def test_a_letter_past_its_time_is_never_sent(noon):
    letter = post(until=NOON + timedelta(minutes=30))

    with later(minutes=30):
        assert take() == []

    letter.refresh_from_db()
    assert (letter.state, letter.last_error) == (State.FAILED, "too-late")


def test_a_withdrawn_letter_is_never_taken(noon):
    about = new_id()
    letter = post(about=about, due_at=NOON + timedelta(hours=1))
    door.run(actions.withdraw, WORK, about)

    with later(hours=2):
        assert take() == []

    assert not selectors.still_waits(letter.pk)
    door.run(actions.mark_failed, WORK, letter.pk, why="away")
    letter.refresh_from_db()
    assert letter.state == State.WITHDRAWN


def test_letters_are_forgotten_after_three_months_unless_they_wait(noon):
    gone = post(1)
    take()
    door.run(actions.mark_sent, WORK, gone.pk)
    waits = post(2, due_at=NOON + timedelta(days=400))

    with later(days=89):
        assert door.run(actions.sweep, WORK) == 0
    with later(days=91):
        assert door.run(actions.sweep, WORK) == 1

    assert [*Letter.objects.values_list("pk", flat=True)] == [waits.pk]


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_no_letter_is_taken_by_two_postmen():
    posted = {post(n).pk for n in range(24)}
    start, taken = threading.Barrier(4), []

    def postman() -> None:
        start.wait()
        while found := take(most=3):
            taken.extend(found)

    threads = [threading.Thread(target=postman) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 24
    assert {*taken} == posted
