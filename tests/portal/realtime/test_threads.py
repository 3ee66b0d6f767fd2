"""Reading in threads of our own, whose connections may die between two reads."""

import pytest
from django.db import connection

from portal.realtime.threads import in_thread, read

pytestmark = pytest.mark.django_db(transaction=True)


def break_it() -> None:
    """The connection of this thread is dead, and Django does not know."""
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.close()


def one() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return int(cursor.fetchone()[0])


def raised() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("way", [in_thread, read])
async def test_a_connection_that_died_while_it_lay_fails_nobody(way):
    if connection.vendor == "sqlite":
        pytest.skip("a file does not hang up")
    calls: list[int] = []

    def told() -> int:
        if not calls:
            break_it()
        calls.append(1)
        return one()

    assert await way(told) == 1
    assert len(calls) == 2


@pytest.mark.parametrize("way", [in_thread, read])
async def test_what_fails_for_its_own_reasons_is_not_tried_again(way):
    with pytest.raises(ZeroDivisionError):
        await way(raised)
