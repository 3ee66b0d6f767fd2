"""Who acts for whom at the demo clinic, who did, and who has a letter and has not answered."""

from io import StringIO

import pytest
from django.core.management import call_command

from patients.management.clinic import cast as clinic
from patients.models import Offer, Proxy
from patients.selectors import find_imported
from portal.accounts.selectors import find_person
from portal.kernel import plugs

pytestmark = [pytest.mark.feature("I9"), pytest.mark.usefixtures("db", "bare")]
ADDRESSES = {person.key: person.profile.email for person in clinic.PEOPLE}


@pytest.fixture
def bare(settings, tmp_path, monkeypatch):
    """An installation of its own, which no ward furnishes."""
    settings.DATA_DIR = tmp_path / "var"
    monkeypatch.setattr(plugs, "wards", tuple)


def scopes(patient, person):
    rows = Proxy.objects.filter(
        patient=find_imported(clinic.source(patient)), person=find_person(ADDRESSES[person])
    )
    return list(rows.order_by("valid_from").values_list("scope", flat=True))


def test_the_demo_has_a_mother_of_two_a_proxy_of_before_and_letters_under_way():
    for _start in range(2):
        call_command("demo", stdout=StringIO())

    assert scopes("leo", "ada") == ["full", "read"]
    assert scopes("mila", "ada") == ["read"]
    assert scopes("walter", "imani") == ["read"]
    asked = Offer.objects.filter(settled_at=None).values_list("patient", "purpose")
    walter, ada = (find_imported(clinic.source(key)) for key in ("walter", "ada"))
    assert walter
    assert ada
    assert {*asked} == {(walter.pk, "record"), (ada.pk, "proxy")}
