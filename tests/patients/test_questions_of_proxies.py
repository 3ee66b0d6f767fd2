"""What was asked about a proxy's own look is kept from that proxy."""

import pytest
from django.urls import reverse

from patients import readings
from patients.errors import AskedAlready
from patients.models import AccessQuestion
from portal.audit import actions as audit
from tests.cast import browser
from tests.harness.write_guard import guard
from tests.patients.asking import answered, asked
from tests.patients.reported import page_of, text_of

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


def test_the_report_does_not_tell_that_somebody_asked_about_its_reader(cast):
    look = audit.record_alone(
        cast.pia.actor, "chart.read", patient=cast.ada_record, encounters=0, on_behalf=True
    )
    question = asked(cast, entry=look)
    browser(cast.ivy).get(reverse("patients:review"))
    answered(cast, question)

    hers = text_of(page_of(cast.pia, cast.ada_record, own="yes"))
    file = readings.taken(cast.pia.actor, cast.ada_record, None)

    assert "this list" not in hers.replace("Looked at this list", "")
    assert "Asked who looked" not in hers
    told = {entry["in_words"]["what"] for entry in file["entries"]}
    assert not any("uestion" in words or "Asked" in words for words in told)
    assert "Answered a question" in text_of(page_of(cast.ada, cast.ada_record))


def test_a_question_of_which_it_is_not_known_whose_look_it_is_about_is_its_asker_s(cast):
    question = asked(cast)
    with guard.off("it was asked before this was kept"):
        AccessQuestion.objects.update(whose=None)

    address = reverse("patients:question", args=[question.pk])
    assert browser(cast.pia).get(address).status_code == 404
    assert browser(cast.ada).get(address).status_code == 200
