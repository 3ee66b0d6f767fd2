"""Posting: once for each occasion, typed to the letter, sealed, and withdrawn in time."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portal.audit import notes
from portal.audit.selectors import log
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from portal.kernel.plugs import LetterSpec, ParamKind
from portal.outbox import actions, selectors
from portal.outbox.errors import LetterRefused, NoAddress
from portal.outbox.models import Letter, State
from portal.outbox.vocabulary import checked, gather, kinds, spec_of, zones
from tests.harness.canary import STEM, is_in, scan, spoken
from tests.portal.outbox.conftest import NOON, SPECS, WORK

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M21")]
KEY = "book.is-here.1"
TOKEN = "a1" * 20


def a_checkpoint(*more: notes.Signer) -> str:
    """A note that our log signed, and perhaps somebody else, too."""
    signer = log.signer()
    stated = notes.Checkpoint(signer.verifier.name, 2, bytes(32))
    return notes.sign(stated.text(), signer, *more)


def everything(**other):
    """Fitting values for the letter that knows every kind of parameter."""
    fitting = {
        "id": new_id(),
        "count": 3,
        "code": "video",
        "instant": NOON,
        "zone": "America/New_York",
        "secret": TOKEN,
        "checkpoint": a_checkpoint(),
    }
    return fitting | other


def post(kind="book.is-here", **given: Any) -> Letter:
    given = {"to": new_id(), "params": {}, "key": KEY, **given}
    return door.run(actions.post, WORK, kind, **given)


def test_a_letter_waits_until_it_is_due(noon):
    reader, about = new_id(), new_id()

    letter = post(to=reader, about=about, due_at=NOON + timedelta(hours=2))

    assert (letter.to_person, letter.about, letter.state) == (reader, about, State.QUEUED)
    assert letter.due_at == letter.next_at == NOON + timedelta(hours=2)
    assert letter.posted_at == NOON
    assert selectors.address_of(letter) == ""


def test_posting_again_for_the_same_occasion_returns_the_first():
    first = post()
    second = post("book.everything", params=everything())

    assert second.pk == first.pk
    assert Letter.objects.count() == 1


def test_parameters_come_back_as_they_were_given():
    given = everything()

    letter = post("book.everything", params=given)

    assert selectors.params_of(letter) == given


def test_an_address_and_a_link_are_sealed():
    letter = post("book.everything", to=f"ada@{STEM}.example", params=everything(secret=STEM * 4))

    row = Letter.objects.filter(pk=letter.pk).values().get()

    assert selectors.address_of(letter) == f"ada@{STEM}.example"
    assert not [name for name, value in row.items() if is_in(str(value))]
    for sealed in (row["address_sealed"], row["params_sealed"]):
        assert sealed
        assert scan(bytes(sealed)) == []


OTHERS: list[dict[str, Any]] = [
    {"id": "not-an-id"},
    {"count": True},
    {"count": -1},
    {"count": "3"},
    {"code": "by-post"},
    {"code": spoken("It itches")},
    {"instant": datetime(2026, 11, 24)},  # noqa: DTZ001
    {"instant": "2026-11-24"},
    {"zone": "Atlantis/Deep"},
    {"zone": "../../etc/passwd"},
    {"zone": spoken("Berlin")},
    {"secret": spoken("It itches since Tuesday, and worse")},
    {"secret": "short"},
    {"checkpoint": spoken("It itches")},
    {"checkpoint": a_checkpoint() + "It itches\n"},
    {"checkpoint": "It itches\n" + a_checkpoint()},
    {"checkpoint": a_checkpoint(notes.Signer("it-itches", bytes(32)))},
    {"checkpoint": a_checkpoint().replace("\n2\n", "\n3\n")},
    {"more": 1},
]


# Numbered: what is signed differs from one process to the next.
@pytest.mark.parametrize(
    "other", OTHERS, ids=[f"{n}-{next(iter(o))}" for n, o in enumerate(OTHERS)]
)
def test_what_the_kind_does_not_declare_is_refused_and_not_repeated(other):
    with pytest.raises(LetterRefused) as refusal:
        post("book.everything", params=everything(**other))

    assert not is_in(str(refusal.value))
    assert not Letter.objects.exists()


def test_a_letter_without_one_of_its_parameters_is_refused():
    lacking = {name: value for name, value in everything().items() if name != "zone"}

    with pytest.raises(LetterRefused):
        post("book.everything", params=lacking)


def test_a_kind_that_no_ward_declares_is_refused():
    with pytest.raises(LetterRefused):
        post("book.of-nobody")


@pytest.mark.parametrize("key", ["", "Über", "a b", "x" * 161, spoken("key of"), "a\nb"])
def test_a_key_holds_no_words(key):
    with pytest.raises(LetterRefused):
        post(key=key)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@example.org\nBcc: ben@example.org",
        "ada@example.org\r\nSubject: x",
        "ada@example.org,ben@example.org",
        "ada@example.org;ben@example.org",
        "Ada <ada@example.org>",
        '"ada\n"@example.org',
        "ada\x00@example.org",
        f"{'a' * 250}@example.org",
    ],
    ids=repr,
)
def test_what_is_no_single_address_is_refused(address):
    with pytest.raises(NoAddress):
        post(to=address)

    assert not Letter.objects.exists()


def test_an_extension_line_is_no_way_to_say_something():
    signer = log.signer()
    stated = notes.Checkpoint(signer.verifier.name, 2, bytes(32))
    extended = notes.sign(stated.text() + "It itches\n", signer)
    assert log.checkpoint_in(extended).size == 2

    with pytest.raises(LetterRefused):
        post("book.everything", params=everything(checkpoint=extended))


@given(
    text=st.text(min_size=1, max_size=80),
    name=st.sampled_from(["id", "count", "code", "instant", "zone", "checkpoint"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.pure
def test_no_parameter_takes_free_text(text, name):
    assume(text not in zones() and text not in SPECS[1].codes["code"])

    with pytest.raises(LetterRefused):
        checked(SPECS[1], everything(**{name: text}))


@given(text=st.text(min_size=1, max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.pure
def test_the_key_of_a_link_is_no_sentence(text):
    assume(not re.fullmatch("[a-z0-9]{24,64}", text))

    with pytest.raises(LetterRefused):
        checked(SPECS[1], everything(secret=text))


@pytest.mark.pure
def test_a_kind_that_could_hold_free_text_is_found():
    def faulty(**given):
        with pytest.raises(ValueError, match="the letter"):
            gather([LetterSpec(**{"kind": "book.x", "template": "book/letters/x.txt", **given})])

    faulty(params={"why": "text"})
    faulty(params={"why": ParamKind.CODE})
    faulty(params={"why": ParamKind.CODE}, codes={"why": frozenset({"It itches"})})
    faulty(params={"Why": ParamKind.ID})
    faulty(codes={"why": frozenset({"x"})})
    faulty(kind="It itches")
    faulty(template="../../etc/passwd")
    with pytest.raises(ValueError, match="twice"):
        gather([SPECS[0], SPECS[0]])


@pytest.mark.pure
def test_there_is_no_kind_of_parameter_for_what_people_write():
    assert {*ParamKind} == {"id", "count", "code", "instant", "zone", "secret", "checkpoint"}
    for spec in kinds().values():
        assert {*spec.params.values()} <= {*ParamKind}


def test_a_withdrawn_letter_waits_no_more_and_has_forgotten_its_link():
    about = new_id()
    first = post("book.everything", params=everything(), about=about)
    other = post(key="book.is-here.2", about=about)
    apart = post(key="book.is-here.3", about=new_id())

    assert door.run(actions.withdraw, WORK, about, kinds=["book.everything"]) == 1
    assert door.run(actions.withdraw, WORK, about) == 1
    assert door.run(actions.withdraw, WORK, about) == 0

    states = dict(Letter.objects.values_list("pk", "state"))
    assert states == {
        first.pk: State.WITHDRAWN,
        other.pk: State.WITHDRAWN,
        apart.pk: State.QUEUED,
    }
    assert "secret" not in selectors.params_of(Letter.objects.get(pk=first.pk))


def test_an_instant_is_kept_whatever_its_zone():
    letter = post("book.everything", params=everything(instant=clock.now()))

    assert selectors.params_of(letter)["instant"].utcoffset() == timedelta()
    assert spec_of(letter.kind).params["instant"] is ParamKind.INSTANT
