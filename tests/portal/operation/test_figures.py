"""The figures: what is counted, for whom, and that nobody is named in them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.kernel import clock, door, meters
from portal.kernel.actor import STRANGER
from portal.operation import tasks
from portal.outbox.models import Letter
from tests.cast import browser
from tests.harness.live import live

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("X6")]
TOKEN = "a token of more than twenty-four"
STRANGE: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}


def figures(**headers: Any) -> str:
    answer = Client(**headers).get("/metrics")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        STRANGE,
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": ""},
        {**STRANGE, "HTTP_AUTHORIZATION": "Bearer "},
        {**STRANGE, "HTTP_AUTHORIZATION": "Bearer wrong"},
    ],
)
@pytest.mark.parametrize("token", ["", TOKEN])
def test_figures_are_not_for_strangers(given, token, working, settings):
    settings.WATCH_TOKEN = token

    assert Client(**given).get("/metrics").status_code == 404
    assert Client(**given).get("/readyz").content == b"ready\n"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_figures_are_for_this_machine(address, working):
    assert "portal_part_up" in figures(REMOTE_ADDR=address)


def test_figures_are_for_whoever_has_the_token(working, settings):
    settings.WATCH_TOKEN = TOKEN

    assert "portal_part_up" in figures(**STRANGE, HTTP_AUTHORIZATION=f"Bearer {TOKEN}")


def test_requests_are_counted_by_route_and_nobody_is_named(world):
    meters.requests.clear()
    thread = world.thread()
    page = browser(world.cast.ada)
    page.get(reverse("messaging:thread", args=[thread]))
    page.get("/nowhere/at/all/")

    told = figures()
    assert (
        'portal_request_seconds_count{route="messaging:thread",method="GET",status="200"} 1' in told
    )
    assert 'portal_request_seconds_count{route="none",method="GET",status="404"} 1' in told
    for id in (thread, world.cast.ada.id, world.cast.ada_record):
        assert str(id) not in told
        assert id.hex not in told


def test_what_is_done_and_refused_is_counted(world):
    meters.actions.clear()
    world.reply(world.thread())
    Client().post(reverse("accounts:sign-in"), {"username": world.cast.ada.email, "password": "no"})

    told = figures()
    assert 'action="messaging.' in told
    assert (
        'portal_action_seconds_count{action="accounts.begin_sign_in",outcome="refused"} 1' in told
    )


async def test_open_sockets_are_counted(world):
    before = meters.sockets.value()
    async with live(world.cast.cara):
        assert meters.sockets.value() == before + 1

    assert meters.sockets.value() == before


def test_letters_that_wait_are_counted(world):
    count = Letter.objects.filter(state="queued", due_at__lte=clock.now()).count()

    assert f"portal_letters_waiting {count}\n" in figures()


def test_the_log_tells_how_far_it_is_behind(world):
    world.thread()

    assert Entry.objects.exists()
    with clock.moved(by=timedelta(seconds=90)):
        told = dict(
            line.rsplit(" ", 1) for line in figures().splitlines() if line.startswith("portal_log")
        )
    assert float(told["portal_log_unsigned_seconds"]) + float(told["portal_log_lag_seconds"]) > 80


def test_runs_of_jobs_are_counted_and_a_failure_at_once(cast):
    tasks._runs.clear()
    for failed in (False, False, True):
        tasks.note_run("messaging.tell_absent", failed=failed)

    told = figures()
    assert 'portal_job_runs_total{job="messaging.tell_absent"} 2' in told
    assert 'portal_job_failures_total{job="messaging.tell_absent"} 1' in told


def test_a_job_that_is_called_as_a_function_is_not_taken_for_a_workers(cast):
    tasks._runs.clear()

    tasks.pulse()

    assert tasks._runs == {}


def test_the_door_tells_refusals_from_faults(cast):
    meters.actions.clear()

    def broken(_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        door.run(broken, STRANGER)

    assert 'outcome="failed"} 1' in meters.told()
