"""What stands around every page: headers, refusals, and what a client says of itself."""

import uuid
from http import HTTPStatus

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from portal.accounts import checks
from portal.accounts.middleware import HardeningMiddleware
from portal.accounts.middleware.actor import source_of
from portal.accounts.middleware.hardening import allowing
from portal.audit import actions as audit
from portal.audit.models import Entry
from tests.portal.accounts.conftest import Someone, browser
from tests.portal.accounts.entries import events, last


@pytest.fixture
def client(ada: Someone, settings) -> Client:
    settings.ROOT_URLCONF = "tests.portal.accounts.trouble_urls"
    made = browser(ada)
    made.raise_request_exception = False
    return made


def test_every_answer_carries_the_headers(client: Client):
    for address in ("/", "/try/ok/", "/try/bug/", "/try/closed/", "/nowhere/", "/healthz"):
        response = client.get(address)

        csp = response["Content-Security-Policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in csp
        assert "unsafe" not in csp
        assert "require-trusted-types-for 'script'" in csp
        assert "camera=()" in response["Permissions-Policy"]
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cache-Control"] == "no-store"
        assert "Cookie" in response["Vary"]
        assert "ETag" not in response
        assert uuid.UUID(hex=response["X-Request-ID"]).version == 7


def test_nothing_personal_is_ever_kept_by_a_cache(client: Client):
    response = client.get("/try/tag/")

    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


@pytest.mark.parametrize(
    ("address", "status", "kept"),
    [
        ("/static/portal/portal.css", 200, True),
        ("/static/portal/none.css", 404, False),
        ("/threads/x.css", 200, False),
        ("/staticky/", 200, False),
    ],
)
def test_only_a_static_file_that_is_there_may_be_kept(address: str, status: int, kept: bool):
    def file(request):
        return HttpResponse("x", status=status, headers={"Cache-Control": "max-age=60"})

    response = HardeningMiddleware(file)(RequestFactory().get(address))

    assert (response["Cache-Control"] == "max-age=60") is kept


def test_a_page_of_a_visit_gets_what_it_needs_and_no_more():
    given = allowing("camera", "microphone")

    assert "camera=(self)" in given
    assert "microphone=(self)" in given
    assert "display-capture=()" in given
    assert given.count("(self)") == 2
    with pytest.raises(ValueError, match="smell"):
        allowing("smell")


def test_a_page_may_set_its_own_features():
    def visit(request):
        return HttpResponse("x", headers={"Permissions-Policy": "camera=(self)"})

    assert HardeningMiddleware(visit)(RequestFactory().get("/"))["Permissions-Policy"] == (
        "camera=(self)"
    )


@pytest.mark.feature("A1")
def test_not_yours_and_not_there_are_the_same_answer_and_both_leave_an_entry(client: Client):
    before = Entry.objects.count()

    closed = client.get("/try/closed/")
    entry = last()
    missing = client.get("/try/missing/")

    assert closed.status_code == missing.status_code == HTTPStatus.NOT_FOUND
    assert closed.content == missing.content
    assert headers_of(closed) == headers_of(missing)
    assert Entry.objects.count() == before + 2
    assert events()[-2:] == ["access.refused"] * 2
    assert entry.outcome == 8
    assert (entry.subject is None, last().subject is None) == (False, True)


def test_they_cost_the_same_queries(client: Client):
    costs = []
    for what in ("closed", "missing"):
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/try/{what}/")
        costs.append([query["sql"].split()[0] for query in captured])

    assert costs[0] == costs[1]


def headers_of(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}


def test_an_address_that_leads_nowhere_looks_like_one_that_is_not_open(client: Client):
    assert client.get("/nowhere/").content == client.get("/try/closed/").content


def test_if_the_entry_cannot_be_written_nothing_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_args, **_kwargs):
        raise OperationalError("disk full")

    monkeypatch.setattr(audit, "record_alone", broken)

    assert client.get("/try/closed/").status_code == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.parametrize(
    ("what", "status"),
    [("busy", 429), ("away", 503), ("kms", 503), ("large", 413), ("bug", 500)],
)
def test_each_trouble_has_its_page_and_none_tells_why(client: Client, what: str, status: int):
    response = client.get(f"/try/{what}/")

    assert response.status_code == status
    assert b"CANARY" not in response.content
    assert b"Traceback" not in response.content
    assert response["Content-Security-Policy"]


def test_a_fault_of_ours_names_the_request(client: Client):
    response = client.get("/try/bug/")

    assert response["X-Request-ID"][-8:] in response.content.decode()


def test_a_form_that_nobody_can_tell_is_ours_is_refused(ada: Someone):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/sign-in/", {"username": "x", "password": "y"})

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert b"once more" in response.content


def test_an_address_that_only_takes_posts_says_so_on_a_page(client: Client):
    response = client.get("/sign-out/")

    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert response["Allow"] == "POST"
    assert b"<h1>" in response.content


def test_a_host_that_is_not_ours_is_refused(client: Client):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response["Cache-Control"] == "no-store"


def test_pages_are_in_the_zone_of_their_reader(client: Client, ben: Someone):
    assert client.get("/try/zone/").content == b"America/New_York"
    assert browser(ben, factor="").get("/try/zone/").content == b"Europe/Berlin"


@pytest.mark.feature("I7")
def test_forms_faster_than_a_person_are_refused(ada: Someone, ben: Someone, settings):
    settings.POST_PACE = (5, 1)
    fast, other = browser(ada), browser(ben, factor="")
    fast.get("/")
    other.get("/")

    answers = [fast.post("/account/recovery-codes/").status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]
    assert other.post("/account/recovery-codes/").status_code == 302
    assert fast.get("/account/sessions/").status_code == 200


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "source"),
    [
        ("192.0.2.1", "10.0.0.1", False, "192.0.2.1"),
        ("127.0.0.1", "10.0.0.1, 192.0.2.7", True, "192.0.2.7"),
        ("127.0.0.1", "evil\r\n, 2001:db8:1:2:3::4", True, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", False, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", False, "192.0.2.1"),
        ("", "", False, "unknown"),
        ("127.0.0.1", "not an address", True, "unknown"),
    ],
)
def test_where_a_request_comes_from(remote, forwarded, trusted, source, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if trusted else None
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded

    assert source_of(request) == source


@pytest.mark.parametrize(
    ("hosts", "origins", "faults"),
    [
        (["portal.example.org"], ["https://portal.example.org"], 0),
        (["*"], [], 1),
        ([".example.org"], [], 1),
        (["a"], ["https://a/"], 1),
        (["a"], ["*", "null", "a", "ftp://a"], 4),
    ],
)
def test_wildcards_are_refused_at_the_start(hosts, origins, faults, settings):
    settings.ALLOWED_HOSTS, settings.SOCKET_ORIGINS = hosts, origins

    assert len(checks.hosts_are_named()) == faults


def test_alive_is_told_to_anybody():
    assert Client().get("/healthz").content == b"ok\n"
