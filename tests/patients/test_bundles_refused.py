"""Whatever else a bundle holds is refused in one sentence, or does no harm."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.bundles import BundleRefused, People, read_bundle
from patients.bundles.shapes import MOST_BYTES
from patients.ports import Chart
from tests.patients.bundle_parts import (
    PATIENT,
    PRACTITIONER,
    URN,
    bundle,
    encounter,
    packed,
    patient,
    practitioner,
    record,
)
from tests.shared import shared

pytestmark = [pytest.mark.pure, pytest.mark.feature("X2")]


def read(raw: bytes) -> People:
    return read_bundle(raw, ZoneInfo("Europe/Berlin"))


def refusal(raw: bytes) -> str:
    with pytest.raises(BundleRefused) as refused:
        read(raw)
    return str(refused.value)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b"[1]", "holds no resource"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": 1, "a": 2}', "one field twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "not JSON"),
        (json.dumps(PATIENT).encode(), "holds no Bundle"),
        (packed([], "document"), "type must be one of collection"),
        (packed([7]), "entry 0: must be an object"),
        (packed([{"resource": []}]), "entry 0: entry.resource must be an object"),
        (packed([{"resource": {}}]), "entry 0: entry.resource has no resourceType"),
        (packed([{"resource": PATIENT}], "transaction"), "entry 0: entry.request.method"),
        (bundle(PATIENT, PATIENT), "entry 1: Patient repeats entry 0"),
        (bundle(patient(name=None)), "entry 0: Patient has no name"),
        (bundle(patient(name=[{"given": [None, " \n"]}])), "entry 0: Patient has no name"),
        (bundle(patient(name="Ada")), "entry 0: Patient.name must be a list"),
        (bundle(patient(name=["Ada"])), "entry 0: Patient.name[0] must be an object"),
        (bundle(patient(name=[{"given": "Ada"}])), "entry 0: Patient.name[0].given must be a list"),
        (bundle(patient(name=[{"family": 7}])), "entry 0: Patient.name[0].family must be text"),
        (bundle(patient(name=[{"family": "x" * 201}])), "longer than 200 characters"),
        (bundle(patient(name=[{"family": "\ud800"}])), "family is not Unicode text"),
        (bundle(patient(gender="F")), "entry 0: Patient.gender is a code that is not known"),
        (bundle(patient(deceasedBoolean="no")), "deceasedBoolean must be true or false"),
        (bundle(patient(modifierExtension=[{}])), "changes what the rest means"),
        (bundle(patient(identifier=[{}] * 201)), "more than 200 items"),
        (bundle(practitioner(name=[])), "entry 0: Practitioner has no name"),
        (
            bundle(PATIENT, PRACTITIONER, encounter(status=None)),
            "entry 2: Encounter.status is missing",
        ),
        (
            bundle(PATIENT, PRACTITIONER, encounter(status="done")),
            "entry 2: Encounter.status is a code",
        ),
        (bundle(PATIENT, PRACTITIONER, encounter(class_={"code": "<b>"})), "is not a code"),
        (
            bundle(PATIENT, encounter(subject=None)),
            "entry 1: Encounter.subject points to no patient",
        ),
        (bundle(PATIENT, encounter(period={"start": "2026-03-01T09:00"})), "nor an instant"),
        (
            bundle(PATIENT, encounter(period={"start": "9999-12-31T23:59:59-10:00"})),
            "nor an instant",
        ),
        (
            bundle(PATIENT, encounter(period={"start": "2026-02", "end": "2026-01"})),
            "ends before it",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(raw: bytes, sentence: str):
    assert sentence in refusal(raw)


def test_a_file_too_large_is_refused_unread():
    assert "larger than 64 MiB" in refusal(b" " * (MOST_BYTES + 1))


def test_a_refusal_never_shows_what_it_refused():
    secret = "canary-7f"

    for field in ("birthDate", "gender"):
        assert secret not in refusal(bundle(patient(**{field: secret})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    keys = (
        range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    )
    return [path, *(found for key in keys for found in places(value[key], (*path, key)))]


WHOLE = json.loads(record())
PLACES = [path for path in places(WHOLE) if path]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_whatever_stands_in_any_place_is_read_or_refused(changes: list[tuple[Any, Any]]):
    bent = json.loads(record())
    for path, value in changes:
        try:
            home = bent
            for key in path[:-1]:
                home = home[key]
            home[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue

    try:
        found = read(json.dumps(bent).encode())
    except BundleRefused as refused:
        assert str(refused).strip()
    else:
        for told in found.patients:
            assert Chart.unpacked(told.chart.packed()) == told.chart


@settings(deadline=None)
@given(st.binary(max_size=64), st.integers(0, len(record())), st.integers(0, 40))
def test_bytes_cut_out_or_put_in_are_read_or_refused(noise: bytes, at: int, cut: int):
    raw = record()

    try:
        read(raw[:at] + noise + raw[at + cut :])
    except BundleRefused as refused:
        assert str(refused).strip()


def test_every_shared_record_is_read():
    people = [read(path.read_bytes()) for path in sorted(shared("patients").rglob("*.json"))]

    assert sum(len(found.patients) for found in people) == 19
    assert all(e.practitioners for found in people for e in found.encounters)
    assert sum(len(found.practitioners) for found in people) >= 102


def test_every_shared_example_is_read_or_refused_with_its_entry():
    for path in sorted(shared("fhir/r4-examples").glob("*.json")):
        resource = json.loads(path.read_bytes())
        try:
            read(packed([{"fullUrl": f"{URN}1", "resource": resource}]))
        except BundleRefused as refused:
            assert str(refused).startswith("entry 0: ")


def test_every_shared_bundle_is_read_or_refused():
    for path in sorted(shared("fhir/r4-bundles").glob("*.json")):
        try:
            read(path.read_bytes())
        except BundleRefused as refused:
            assert str(refused).strip()


def test_naughty_strings_make_names_or_refusals():
    for words in json.loads(shared("badinput/blns.json").read_bytes()):
        try:
            found = read(bundle(patient(name=[{"family": words}]))).patients[0].chart
        except BundleRefused:
            continue
        assert Chart.unpacked(found.packed()).name.shown == found.name.shown
