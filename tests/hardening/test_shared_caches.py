"""A cache between the portal and its readers never gives one what another was shown (E8).

The cache here is a shared one as RFC 9111 allows it: it stores whatever is not forbidden.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.accounts.middleware import hardening
from tests.cast import browser
from tests.world import World

CACHEABLE = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}
PRIVATE = re.compile(r"\b(no-store|private|no-cache)\b")


@dataclass
class SharedCache:
    """In front of the portal for everybody: the careless kind that ignores cookies."""

    kept: dict[str, list[tuple[Mapping[str, str], Any]]] = field(default_factory=dict)
    hits: int = 0
    keeps_cookies: bool = False

    def get(self, address: str, reader: Client) -> Any:
        """The answer, from the cache if it holds one that fits."""
        asked = {"cookie": reader.cookies.output(header="", sep=";"), "accept-encoding": ""}
        for fitting, answer in self.kept.get(address, ()):
            if all(asked.get(name, "") == value for name, value in fitting.items()):
                self.hits += 1
                return answer
        answer = reader.get(address)
        if may_be_kept(answer):
            assert self.keeps_cookies or not answer.cookies, "what may be kept sets a cookie"
            vary = [
                name.strip().lower() for name in answer.headers.get("Vary", "").split(",") if name
            ]
            if "*" not in vary:
                fitting = {name: asked.get(name, "") for name in vary}
                self.kept.setdefault(address, []).append((fitting, answer))
        return answer


def may_be_kept(answer: Any) -> bool:
    """True unless the answer forbids it."""
    told = answer.headers.get("Cache-Control", "")
    return answer.status_code in CACHEABLE and not PRIVATE.search(told)


def addresses(world: World) -> list[str]:
    """What two people might both ask for."""
    thread = world.thread(replies=1)
    return [
        "/",
        reverse("messaging:threads"),
        reverse("messaging:thread", args=[thread]),
        reverse("patients:chart", args=[world.cast.ada_record]),
        reverse("accounts:sessions"),
        reverse("accounts:sign-in"),
        f"{reverse('messaging:thread', args=[thread])}style.css",
        "/threads/x.css",
        "/static/../threads/",
        "/nowhere/",
        "/healthz",
    ]


@pytest.mark.django_db
def test_of_two_people_behind_one_cache_neither_sees_what_the_other_does(world):
    cache, ada, ben = SharedCache(), browser(world.cast.ada), browser(world.cast.ben)
    asked = addresses(world)

    for address in asked:
        cache.get(address, ada)
    through = [cache.get(address, ben) for address in asked]
    direct = [ben.get(address) for address in asked]

    assert [answer.status_code for answer in through] == [a.status_code for a in direct]
    assert cache.kept == {}


@pytest.mark.django_db
def test_a_static_file_is_kept_and_is_everybodys(world):
    cache = SharedCache()
    address = f"{settings.STATIC_URL}portal/portal.css"

    first = cache.get(address, browser(world.cast.ada))
    cache.get(address, browser(world.cast.ben))

    first.close()
    assert first.status_code == 200
    assert cache.hits == 1
    assert not first.cookies


@pytest.mark.django_db
def test_without_the_header_ben_would_see_adas_page(world, monkeypatch):
    monkeypatch.setattr(hardening.HardeningMiddleware, "_is_static", lambda *_: True)
    cache = SharedCache(keeps_cookies=True)
    ada, ben = browser(world.cast.ada), browser(world.cast.ben)
    address = reverse("messaging:thread", args=[world.thread()])

    cache.get(address, ada)
    for kept in cache.kept.values():
        kept[:] = [({}, answer) for _, answer in kept]  # as where Vary is not looked at

    assert ben.get(address).status_code == 404
    assert cache.get(address, ben).status_code == 200
