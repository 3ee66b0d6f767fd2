"""`assert_flat` lets the flat pass and names what grows."""

import pytest

from patients.models import Patient
from portal.accounts.models import Person
from tests.cast import engage
from tests.harness.growth import assert_flat

pytestmark = pytest.mark.django_db


def more(cast) -> None:
    for n in range(5):
        engage(f"other{n}", "patient")


def test_one_query_for_all_is_flat(cast):
    assert_flat(lambda: list(Person.objects.all()), grow=lambda: more(cast))


def test_a_query_for_each_is_named(cast):
    def look() -> None:
        for person in Person.objects.all():
            Patient.objects.filter(person=person).exists()

    with pytest.raises(AssertionError, match=r"(?s)9 queries became 14.*5 x .*patients_patient"):
        assert_flat(look, grow=lambda: more(cast))


def test_looking_at_nothing_is_no_proof():
    with pytest.raises(AssertionError, match="asks the database for nothing"):
        assert_flat(lambda: None, grow=lambda: None)
