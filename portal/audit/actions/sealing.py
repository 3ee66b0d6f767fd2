"""The keys that one batch of entries needs: each is looked up once, however many entries."""

from collections.abc import Collection
from uuid import UUID

from portal.audit import leaves
from portal.audit.readings.details import FIELD, KIND, PURPOSE
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, seal
from portal.crypto.keycache import KeyName
from portal.crypto.keyring import keyring
from portal.crypto.models import PatientKey


class Keyholder:
    """Pseudonyms and seals for entries about these patients."""

    def __init__(self, patients: Collection[UUID]) -> None:
        self._installation = keyring().purpose("pseudonym")
        self._pseudonyms = {
            patient: leaves.pseudonym(leaves.PATIENT, key, patient)
            for patient, key in keys.pseudonym_keys(patients).items()
        }
        self._keys = _data_keys(self._pseudonyms)
        for patient in patients:
            if patient not in self._pseudonyms:
                _expect_erased(patient)
                self._pseudonyms[patient] = leaves.ERASED

    def pseudonym(self, kind: str, of: UUID) -> str:
        """The pseudonym of a person or an object."""
        return leaves.pseudonym(kind, self._installation, of)

    def about(
        self, patients: tuple[UUID, ...], details: dict[str, str | int]
    ) -> tuple[dict[str, str | int], tuple[str, ...]]:
        """The details with the patient's id where there is one, and the patients' pseudonyms.

        The ids of a list are told by nobody: erasing one of its patients must not need the others.
        """
        if len(patients) == 1 and patients[0] in self._keys:
            details = {**details, "patient": str(patients[0])}
        return details, tuple(self._pseudonyms[patient] for patient in patients)

    def seal(self, entry_id: UUID, patient: UUID | None, plain: bytes) -> bytes:
        """The packed details, under the patient's key or the installation's."""
        key = self._keys.get(patient) if patient else None
        if key is None:
            return keys.seal_for_installation(
                "people", plain, kind=KIND, item=entry_id, field=FIELD
            )
        return seal(key, plain, key.place(KIND, item=entry_id, field=FIELD))


def _data_keys(patients: Collection[UUID]) -> dict[UUID, OpenKey]:
    """The key for audit details of each patient, made where it is wanted for the first time."""
    found = keys.open_data_keys(KeyName(patient, PURPOSE, patient) for patient in patients)
    held = {name.patient: key for name, key in found.items()}
    # In one order everywhere: two transactions that make the same keys must not wait in a circle.
    for patient in sorted({*patients} - held.keys()):
        held[patient] = keys.create_data_key(patient, PURPOSE, patient)
    return held


def _expect_erased(patient: UUID) -> None:
    """Without a pseudonym key the patient must have been erased. Raises KeyMissing for nobody."""
    if not PatientKey.objects.filter(patient_id=patient).exists():
        raise keys.KeyMissing("an entry names a patient that was never there")
