"""A hint that cannot be given fails nothing: what it tells of is durable by then."""

from typing import Any

import pytest
from django.db import transaction

from portal.kernel.ids import new_id
from portal.realtime import relay
from portal.realtime.hub import Hub, Nudge
from portal.realtime.nudge import hub, nudge
from portal.realtime.relay import LayerRelay


class Away(Exception):
    """What a client library raises when Redis is away; no OSError."""


@pytest.mark.pure
def test_a_worker_goes_on_while_redis_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def away() -> Any:
        raise Away

    monkeypatch.setattr(relay, "_layer", away)

    LayerRelay(Hub()).pass_on([Nudge("thread.x", "thread.changed", new_id(), 1)])

    assert "receivers will look again" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_hub_that_fails_fails_no_transaction(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(_: Nudge) -> None:
        raise Away

    monkeypatch.setattr(hub(), "publish", fail)

    with transaction.atomic():
        nudge("thread.x", "thread.changed", new_id(), 1)

    assert "publish" in caplog.text
