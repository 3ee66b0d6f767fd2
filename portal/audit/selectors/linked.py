"""Which patients stand behind pseudonyms, for those few readers who must know whose record it was.

A pseudonym cannot be turned round, so every patient's is made once and kept in memory, newcomers
are added as they come, and a link that erasing has cut is forgotten.
"""

import threading
from collections.abc import Collection
from uuid import UUID

from portal.audit import leaves
from portal.audit.selectors.entries import AT_ONCE, pieces
from portal.crypto import keys
from portal.crypto.keyring import keyring
from portal.crypto.models import PatientKey

LATE = 24 * 60 * 60 * 1000
"""Milliseconds from a patient's id being made to the record being seen here: imports take long."""


class _Known:
    """Every patient by pseudonym, of one installation."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._of: object = None
        self._by_pseudonym: dict[str, UUID] = {}
        self._newest = 0

    def behind(self, pseudonyms: Collection[str]) -> dict[str, UUID]:
        """The patients behind these pseudonyms. Who was erased is left out."""
        wanted = {*pseudonyms} - {leaves.ERASED}
        with self._guard:
            if self._of is not keyring():
                self._of, self._by_pseudonym, self._newest = keyring(), {}, 0
            if wanted - self._by_pseudonym.keys():
                self._learn()
            found = {one: self._by_pseudonym[one] for one in wanted & self._by_pseudonym.keys()}
            there = keys.pseudonym_keys({*found.values()})
            for one in [one for one, patient in found.items() if patient not in there]:
                del found[one], self._by_pseudonym[one]
        return found

    def _learn(self) -> None:
        """Patients who came since the last time are known, too. Their ids grow with time."""
        first = UUID(int=max(0, self._newest - LATE) << 80)
        rows = PatientKey.objects.filter(patient_id__gte=first).order_by("patient_id")
        ids = rows.values_list("patient_id", flat=True).distinct()
        for some in pieces(ids.iterator(chunk_size=AT_ONCE)):
            for patient, key in keys.pseudonym_keys(some).items():
                self._by_pseudonym[leaves.pseudonym(leaves.PATIENT, key, patient)] = patient
            made = [one.int >> 80 for one in some if one.version == 7]
            self._newest = max([self._newest, *made])


_known = _Known()


def patients_behind(pseudonyms: Collection[str]) -> dict[str, UUID]:
    """The patients behind these pseudonyms. Who was erased, or never was, is left out."""
    return _known.behind(pseudonyms)
