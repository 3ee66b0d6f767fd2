"""Letters to those who have not read: in time, seldom, by day, and never when it was read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messaging import actions, tasks
from messaging.selectors import notices
from patients import actions as patients
from patients.models import Proxy
from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.notifications.errors import NeverSendable
from portal.notifications.selectors import by_day, written
from portal.outbox.models import Letter, State
from tests.cast import WORK
from tests.harness.canary import is_in
from tests.harness.write_guard import guard

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M21")]
KIND = "messaging.new-message"
# Ahead of the calendar: what the cast was given beforehand, at the real time, is in force.
NOON = datetime(2096, 6, 12, 10, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=11)


def told(at=NOON):
    """The scan runs at this instant; who is told by letters that wait."""
    with clock.frozen(at):
        tasks.tell_absent()
    waiting = Letter.objects.filter(kind=KIND, state=State.QUEUED).order_by("posted_at", "pk")
    return [letter.to_person for letter in waiting]


def read(someone, thread, upto, at=NOON):
    with clock.frozen(at):
        door.run(actions.mark_read, someone.actor, thread, upto)


@pytest.fixture
def thread(world):
    """Ada has written, Dr Cara has answered at noon."""
    with clock.frozen(NOON):
        made = world.thread()
        world.reply(made)
    return made


def test_the_patient_and_her_proxy_are_told_after_ten_minutes(thread, ada, pia):
    at_once = told(NOON + timedelta(minutes=9))
    later = told(NOON + MINUTES)

    assert at_once == []
    assert {*later} == {ada.id, pia.id}
    assert len(later) == 2


def test_however_much_was_told_of_before_the_next_one_is_told_too(world, thread, ben, monkeypatch):
    monkeypatch.setattr(notices, "MOST", 1)
    with clock.frozen(NOON + timedelta(minutes=1)):
        his = world.thread(ben, patient=world.cast.ben_record)
        world.reply(his, by=world.cast.sam)

    rounds = [told(NOON + MINUTES * n) for n in range(2, 5)]

    assert [len(people) for people in rounds] == [1, 2, 3]
    assert ben.id in rounds[-1]


def test_who_has_read_it_by_then_is_not_told(thread, ada, pia):
    read(ada, thread, 2)

    assert told(NOON + MINUTES) == [pia.id]


def test_each_is_told_once_of_one_message(thread):
    first = told(NOON + MINUTES)
    again = told(NOON + MINUTES * 2)
    next_day = told(NOON + timedelta(hours=23))

    assert first == again == next_day
    assert Letter.objects.filter(kind=KIND).count() == 2


def test_much_at_once_is_one_letter(world, thread, ada, pia):
    with clock.frozen(NOON):
        for _ in range(3):
            world.reply(world.thread())
            world.reply(thread)

    assert sorted(told(NOON + MINUTES)) == sorted([ada.id, pia.id])
    assert len(told(NOON + timedelta(hours=1))) == 2


def test_what_comes_later_the_same_day_is_told_of_again(world, thread, ada, pia):
    told(NOON + MINUTES)
    with clock.frozen(NOON + timedelta(hours=5)):
        world.reply(thread)

    assert len(told(NOON + timedelta(hours=5) + MINUTES)) == 4


def test_what_waits_for_three_days_is_told_of_once_more(thread, ada):
    told(NOON + MINUTES)
    read_by_pia = told(NOON + timedelta(days=2))
    after = told(NOON + timedelta(days=3, minutes=5))
    told(NOON + timedelta(days=3, hours=9))

    assert len(read_by_pia) == 2
    assert len(after) == 4
    keys = Letter.objects.filter(to_person=ada.id).values_list("key", flat=True)
    assert [key.split(".")[2] for key in sorted(keys)] == ["again", "new"]


def test_at_night_it_waits_for_the_morning_and_is_taken_back_when_read(world, ada, pia):
    night = datetime(2096, 6, 12, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    with clock.frozen(night):
        made = world.thread()
        world.reply(made)
    told(night + MINUTES)
    letter = Letter.objects.get(kind=KIND, to_person=ada.id)
    read(ada, made, 2, night + timedelta(hours=1))

    assert letter.due_at == datetime(2096, 6, 13, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    assert told(night + timedelta(hours=2)) == [pia.id]
    assert Letter.objects.get(pk=letter.pk).state == State.WITHDRAWN


def test_nobody_is_told_of_what_a_patient_wrote(world):
    with clock.frozen(NOON):
        made = world.thread(replies=1)
        world.reply(made, by=world.cast.ada)

    assert told(NOON + MINUTES) == []


def test_who_may_no_longer_read_is_not_told(world, thread, ada, pia, cast):
    grant = patients_grant(pia)
    with clock.frozen(NOON + timedelta(minutes=1)):
        door.run(patients.end_proxy, WORK, grant)

    assert told(NOON + MINUTES) == [ada.id]


def test_the_letter_says_nothing_of_the_message(thread, ada):
    told(NOON + MINUTES)
    for letter in Letter.objects.filter(kind=KIND):
        text = written(letter)

        assert "You have a new message from the clinic" in text.subject
        assert not is_in(text.subject + text.body)
        assert thread.hex not in text.body.replace("-", "")


def test_a_closed_account_gets_none(thread, ada, pia):
    door.run(accounts.close_person, WORK, ada.id)
    told(NOON + MINUTES)

    assert Letter.objects.filter(kind=KIND, to_person=pia.id).exists()


@pytest.mark.pure
@pytest.mark.parametrize(
    ("local", "leaves"),
    [
        ("2026-11-24T07:59", "2026-11-24T08:00"),
        ("2026-11-24T08:00", "2026-11-24T08:00"),
        ("2026-11-24T20:59", "2026-11-24T20:59"),
        ("2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-03-28T22:00", "2026-03-29T08:00"),
        ("2026-10-24T23:00", "2026-10-25T08:00"),
    ],
)
def test_letters_that_can_wait_leave_in_the_readers_daytime(local, leaves):
    for name in ("Europe/Berlin", "America/New_York"):
        zone = ZoneInfo(name)
        at = datetime.fromisoformat(local).replace(tzinfo=zone)

        assert by_day(at, name) == datetime.fromisoformat(leaves).replace(tzinfo=zone)


def patients_grant(pia):
    """Pia's right to act for Ada."""
    from patients.models import Proxy

    return Proxy.objects.filter(person=pia.id).values_list("pk", flat=True)[0]


def test_a_proxy_who_acts_no_more_is_not_told_of_an_answer_that_waited(cast, thread, ada, pia):
    told(NOON + MINUTES)
    grant = Proxy.objects.get(person=pia.id)

    door.run(patients.end_proxy, ada.actor, grant.pk)

    states = dict(Letter.objects.filter(kind=KIND).values_list("to_person", "state"))
    assert states == {ada.id: State.QUEUED, pia.id: State.WITHDRAWN}


def test_who_may_not_read_the_thread_when_the_letter_leaves_gets_none(thread, ada, pia):
    told(NOON + MINUTES)
    letters = {row.to_person: row for row in Letter.objects.filter(kind=KIND)}

    # The end comes in a way that takes back nothing: the letter itself looks again.
    with guard.disarmed("a grant that ends without its action"):
        Proxy.objects.filter(person=pia.id).update(ends_at=NOON, ended_by=ada.id)

    with clock.frozen(NOON + MINUTES):
        assert written(letters[ada.id]).address == ada.email
        with pytest.raises(NeverSendable, match="not-theirs"):
            written(letters[pia.id])
