"""Opening what is sealed in visits. What a seal does not hold together is never shown."""

import json
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from portal.crypto import keys
from portal.crypto.envelope import OpenKey, key_version, unseal
from portal.crypto.primitives import SealBroken
from scheduling.visits.models import (
    KEY_PURPOSE,
    Confirmation,
    Visit,
    answers_place,
    frame_place,
    note_place,
)
from scheduling.visits.selectors import FrameRow


class Seals:
    """The key of one visit, and what opens under it."""

    def __init__(self, patient_id: UUID, visit: Visit) -> None:
        self._patient_id, self._visit = patient_id, visit

    def note(self) -> str:
        """The words of the note, if it has any of its own."""
        visit = self._visit
        if visit.note_sealed is None:
            return ""
        sealed = bytes(visit.note_sealed)
        try:
            key = self._key(sealed)
            return unseal(key, sealed, note_place(key, visit.pk, visit.note_sequence)).decode()
        except keys.KeyMissing:
            return _("Erased for good.")
        except SealBroken:
            return _("This cannot be shown: it was changed after it was written.")

    def answers(self, row: Confirmation) -> dict[str, Any]:
        """The opening answers; nothing if they cannot be opened."""
        sealed = bytes(row.answers_sealed)
        try:
            key = self._key(sealed)
            return dict(json.loads(unseal(key, sealed, answers_place(key, row.pk))))
        except (keys.KeyMissing, SealBroken):
            return {}

    def frame(self, row: FrameRow) -> dict[str, Any] | None:
        """The frame, unless it was changed on its way: then there is none."""
        try:
            key = self._key(row.body_sealed)
            place = frame_place(key, self._visit.pk, row.side, row.epoch, row.number)
            return dict(json.loads(unseal(key, row.body_sealed, place)))
        except (keys.KeyMissing, SealBroken):
            return None

    def _key(self, sealed: bytes) -> OpenKey:
        version = key_version(sealed)
        return keys.open_data_key(self._patient_id, KEY_PURPOSE, self._visit.pk, version)
