"""Small FHIR bundles, built by hand: a record as it should be, and ways to bend it."""

import copy
import json
from typing import Any

URN = "urn:uuid:00000000-0000-4000-8000-00000000000"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "ada",
    "identifier": [
        {"use": "usual", "system": "urn:ward", "value": "7"},
        {"use": "official", "system": "urn:registry", "value": "A-1"},
    ],
    "name": [
        {"use": "maiden", "family": "Early", "given": ["Ada"]},
        {"use": "usual", "given": ["Addie"]},
        {"use": "official", "family": "Marsh", "given": ["Ada", "Jane"], "prefix": ["Ms."]},
    ],
    "gender": "female",
    "birthDate": "1988-04-17",
    "telecom": [
        {"system": "phone", "value": "030 1", "use": "old"},
        {"system": "phone", "value": "030 2", "use": "home", "rank": 2},
        {"system": "phone", "value": "030 3", "use": "mobile", "rank": 1},
        {"system": "email", "value": "ada@example.org"},
    ],
    "address": [{"line": ["Lindenweg 4"], "postalCode": "10115", "city": "Berlin"}],
    "communication": [
        {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}},
        {
            "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "de"}]},
            "preferred": True,
        },
    ],
    "contact": [
        {"name": {"text": "No Number"}},
        {
            "relationship": [{"coding": [{"code": "N"}], "text": "Sister"}],
            "name": {"family": "Early", "given": ["Zoe"]},
            "telecom": [{"system": "phone", "value": "030 9"}],
        },
        {
            "relationship": [{"coding": [{"code": "C"}], "text": "Husband"}],
            "name": {"family": "Marsh", "given": ["Tom"]},
            "telecom": [{"system": "phone", "value": "030 8"}],
        },
    ],
}
PRACTITIONER: dict[str, Any] = {
    "resourceType": "Practitioner",
    "id": "cara",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "300"}],
    "name": [{"family": "Voss", "given": ["Cara"], "prefix": ["Dr."]}],
    "telecom": [{"system": "email", "value": "cara@example.org"}],
}
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "in-progress",
    "class": {"code": "AMB"},
    "type": [{"text": "Encounter for check up (procedure)"}],
    "reasonCode": [{"coding": [{"display": "Sinusitis (disorder)"}]}],
    "subject": {"reference": f"{URN}1"},
    "participant": [
        {"individual": {"reference": f"{URN}2"}},
        {"individual": {"reference": f"{URN}2"}},
        {"individual": {"reference": "#contained"}},
    ],
    "period": {"start": "2026-03-01T09:00:00+01:00", "end": "2026-03-01T09:20:00+01:00"},
}


def patient(**changes: Any) -> dict[str, Any]:
    """The patient with some fields changed; None takes a field away."""
    return _changed(PATIENT, changes)


def practitioner(**changes: Any) -> dict[str, Any]:
    """The practitioner with some fields changed."""
    return _changed(PRACTITIONER, changes)


def encounter(**changes: Any) -> dict[str, Any]:
    """The encounter with some fields changed."""
    return _changed(ENCOUNTER, changes)


def bundle(*resources: dict[str, Any], kind: str = "collection") -> bytes:
    """A bundle of these resources, numbered `URN`1, 2, 3 …"""
    return packed(
        [{"fullUrl": f"{URN}{n}", "resource": r} for n, r in enumerate(resources, 1)], kind
    )


def packed(entries: list[Any], kind: str = "collection") -> bytes:
    """A bundle of these entries."""
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


def record() -> bytes:
    """A whole small record: patient, practitioner, one encounter."""
    return bundle(PATIENT, PRACTITIONER, ENCOUNTER)


def _changed(resource: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    fields = copy.deepcopy(resource) | {name.rstrip("_"): value for name, value in changes.items()}
    return {name: value for name, value in fields.items() if value is not None}
