"""What was asked about a proxy's own look is kept from that proxy."""

import pytest
from django.urls import reverse

from patients.errors import AskedAlready
from portal.audit import actions as audit
from tests.cast import browser
from tests.patients.asking import asked
from tests.patients.reported import page_of

pytestmark = pytest.mark.feature("A5")


def test_whose_access_is_asked_about_does_not_read_the_question_as_a_proxy(cast):
    look = audit.record_alone(
        cast.pia.actor, "chart.read", patient=cast.ada_record, encounters=0, on_behalf=True
    )
    about_her = asked(cast, entry=look)
    about_cara = asked(cast)

    page = page_of(cast.pia, cast.ada_record).content.decode()
    assert str(about_cara.pk) in page
    assert str(about_her.pk) not in page
    hidden = browser(cast.pia).get(reverse("patients:question", args=[about_her.pk]))
    assert hidden.status_code == 404
    assert (
        browser(cast.ada).get(reverse("patients:question", args=[about_her.pk])).status_code == 200
    )

    # That it was asked about is told by nothing: she may ask about it, too, and reads her own.
    hers = asked(cast, by=cast.pia, entry=look)
    assert browser(cast.pia).get(reverse("patients:question", args=[hers.pk])).status_code == 200
    with pytest.raises(AskedAlready):
        asked(cast, by=cast.pia, entry=look)
