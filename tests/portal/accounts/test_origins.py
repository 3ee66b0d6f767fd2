"""Whose page opens the socket: the origin, compared to the letter."""

from typing import Any

import pytest

from portal.accounts.sockets import is_same_origin

pytestmark = [pytest.mark.pure, pytest.mark.feature("I7")]
ORIGIN = b"http://localhost:8000"
HOST = b"localhost:8000"


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        (b"http://localhost:8000", True),
        (b"https://localhost:8000", False),
        (b"http://localhost", False),
        (b"http://localhost:80", False),
        (b"http://localhost:8000.evil.example", False),
        (b"http://localhost:8000@evil.example", False),
        (b"http://evil.example", False),
        (b"http://LOCALHOST:8000", False),
        (b"http://localhost:8000/", False),
        (b"null", False),
        (b"", False),
    ],
)
def test_an_origin_is_ours_or_not_to_the_letter(origin: bytes, is_ours: bool):
    headers = [(b"host", HOST), (b"origin", origin)]

    assert is_same_origin({"headers": headers, "scheme": "ws"}) is is_ours  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    "headers",
    [
        [(b"origin", ORIGIN)],
        [(b"host", HOST)],
        [(b"host", HOST), (b"origin", ORIGIN), (b"origin", ORIGIN)],
        [(b"host", HOST), (b"host", HOST), (b"origin", ORIGIN)],
        [(b"host", b"evil.example"), (b"origin", b"http://evil.example")],
        [(b"host", b"localhost:8000:1"), (b"origin", b"http://localhost:8000:1")],
    ],
)
def test_a_handshake_without_one_host_and_one_origin_is_not_ours(headers: Any):
    assert not is_same_origin({"headers": headers, "scheme": "ws"})  # type: ignore[typeddict-item]


def test_named_origins_are_the_only_ones(settings):
    settings.SOCKET_ORIGINS = ["https://portal.example.org"]

    def ours(origin: bytes) -> bool:
        scope: Any = {"headers": [(b"host", HOST), (b"origin", origin)], "scheme": "ws"}
        return is_same_origin(scope)

    assert ours(b"https://portal.example.org")
    assert not ours(ORIGIN)
    assert not ours(b"https://portal.example.org:443")


def test_behind_a_proxy_its_word_on_the_scheme_counts(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = [(b"host", HOST), (b"origin", b"https://localhost:8000")]

    def ours(*more: tuple[bytes, bytes]) -> bool:
        scope: Any = {"headers": [*headers, *more], "scheme": "ws"}
        return is_same_origin(scope)

    assert ours((b"x-forwarded-proto", b"https"))
    assert not ours((b"x-forwarded-proto", b"http"))
    assert not ours()
