"""The parts that the portal leans on: does each answer?"""

import redis
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from portal.operation.selectors.findings import Finding, ill, well

SOON = 2.0


def database() -> Finding:
    """Whether the database answers."""
    return _answers("default", "database")


def shred() -> Finding:
    """Whether the database of shred keys answers."""
    return _answers("shred", "shred database")


def layer() -> Finding:
    """Whether Redis answers, where several processes are joined by it."""
    if not settings.REDIS_URL:
        return well("layer", "one process needs none", word="inside")
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=SOON, socket_connect_timeout=SOON
        ) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return ill(
            "layer",
            "away",
            "Redis does not answer; pages work, live delivery is slower, jobs are not asked for",
            "look whether Redis runs at the address of PORTAL_REDIS_URL",
        )
    return well("layer")


def broker() -> Finding:
    """Whether the broker takes messages, where it is neither inside nor that Redis."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return well("broker", "one process needs none", word="inside")
    if settings.CELERY_BROKER_URL == settings.REDIS_URL:
        return well("broker", "it is the Redis of the layer", word="layer")
    try:
        with import_string("portal.celery.app").connection_for_write() as line:
            line.ensure_connection(max_retries=1, timeout=SOON)
    except Exception:  # whatever the client library of that broker raises
        return ill(
            "broker",
            "away",
            "the broker does not answer, so no job is asked for",
            "look whether it runs at the address of PORTAL_BROKER_URL",
        )
    return well("broker")


def _answers(alias: str, part: str) -> Finding:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return well(part)


def away(part: str) -> Finding:
    """What is said of a part whose question failed or was not answered in time."""
    return ill(
        part,
        "away",
        f"the question about the {part} was not answered",
        "look whether the database runs at the address that it is given, and has room",
    )
