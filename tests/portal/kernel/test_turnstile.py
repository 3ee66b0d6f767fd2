"""SQLite's turnstile: one writer at a time, in order of arrival, and no turn is ever lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from portal.kernel.sqlite.base import Turnstile
from tests.portal.kernel.beads import SOON, say, strung

only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL locks rows")


def queue_up(turnstile: Turnstile, n: int) -> tuple[list[threading.Thread], list[int]]:
    """Threads that wait for their turn, and the list of those that had it."""
    served: list[int] = []

    def wait(number: int) -> None:
        assert turnstile.take(SOON)
        served.append(number)
        turnstile.leave()

    threads = []
    for number in range(n):
        thread = threading.Thread(target=wait, args=(number,))
        thread.start()
        threads.append(thread)
        while len(turnstile._waiting) <= number:
            time.sleep(0.0005)
    return threads, served


@pytest.mark.pure
def test_the_turn_goes_round_in_order_of_arrival():
    turnstile = Turnstile()
    turnstile.take(SOON)
    threads, served = queue_up(turnstile, 20)

    turnstile.leave()
    for thread in threads:
        thread.join()

    assert served == list(range(20))


@pytest.mark.pure
def test_whoever_waited_too_long_is_let_go_and_nobody_is_held_up():
    turnstile = Turnstile()
    turnstile.take(SOON)

    assert not turnstile.take(0.01)

    turnstile.leave()
    assert turnstile.take(0.01)


@pytest.mark.pure
def test_no_turn_is_lost_between_a_timeout_and_a_handing_over():
    turnstile = Turnstile()
    inside, taken = count(), []

    def hurry(_: int) -> None:
        for _ in range(200):
            if turnstile.take(0.0005):
                taken.append(next(inside))
                turnstile.leave()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hurry, range(8)))

    assert turnstile.take(0)
    assert taken == sorted(taken)


@only_sqlite
@pytest.mark.races
@pytest.mark.usefixtures("beads")
def test_a_single_write_outside_of_a_transaction_takes_a_turn():
    turns: list[bool] = []

    def write() -> None:
        say("INSERT INTO bead (number, word) VALUES (1, '')")
        turns.append(True)
        connection.close()

    with transaction.atomic():
        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.05)
        assert turns == []
    thread.join()

    assert strung() == [1]


@only_sqlite
@pytest.mark.races
@pytest.mark.usefixtures("beads")
def test_a_turn_that_does_not_come_is_an_operational_error(monkeypatch):
    def write() -> None:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
        with pytest.raises(OperationalError, match="no turn"):
            say("INSERT INTO bead (number, word) VALUES (1, '')")
        connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as threads:
        threads.submit(write).result()

    assert strung() == []


@only_sqlite
@pytest.mark.races
@pytest.mark.usefixtures("beads")
def test_a_transaction_that_failed_gives_its_turn_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        say("INSERT INTO bead (number, word) VALUES (1, '')")
        raise ZeroDivisionError
    with pytest.raises(Exception, match="FOREIGN KEY"), transaction.atomic():
        say("INSERT INTO bead (number, word, after) VALUES (2, '', -1)")

    def write() -> None:
        say("INSERT INTO bead (number, word) VALUES (3, '')")
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(write).result(SOON)
    assert strung() == [3]


@only_sqlite
@pytest.mark.races
@pytest.mark.usefixtures("beads")
def test_nothing_is_lost_when_many_read_and_then_write():
    say("INSERT INTO bead (number, word) VALUES (0, '0')")

    def add_one(_: int) -> None:
        try:
            with transaction.atomic():
                ((word,),) = say("SELECT word FROM bead")
                say("UPDATE bead SET word = %s", str(int(word) + 1))
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(add_one, range(64)))

    assert say("SELECT word FROM bead") == [("64",)]


@only_sqlite
@pytest.mark.races
@pytest.mark.usefixtures("beads")
def test_without_begin_immediate_such_a_writer_would_fail():
    say("INSERT INTO bead (number, word) VALUES (0, '0')")
    have_read = threading.Barrier(2)

    def add_one(_: int) -> str:
        try:
            connection.ensure_connection()
            mine: Any = connections["default"]
            mine.transaction_mode, mine.take_turn = "DEFERRED", lambda: None
            with transaction.atomic():
                ((word,),) = say("SELECT word FROM bead")
                have_read.wait(SOON)
                say("UPDATE bead SET word = %s", str(int(word) + 1))
        except OperationalError as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(add_one, range(2)))

    assert sorted(outcomes) == ["", "database is locked"]
