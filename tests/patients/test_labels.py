"""What the details of an entry are called."""

import pytest

from patients.readings.labels import LABELS
from portal.audit.vocabulary import OWN, events
from portal.kernel.plugs import DetailKind

pytestmark = pytest.mark.feature("A11")


@pytest.mark.pure
def test_each_detail_of_an_entry_has_a_name_that_people_read():
    kinds = {DetailKind.COUNT, DetailKind.CODE, DetailKind.HASH}
    plain = {
        name
        for spec in events().values()
        for name, detail in spec.detail.items()
        if detail.kind in kinds
    }

    assert plain - OWN - LABELS.keys() == set()
