"""The words that templates use, where a wrong one would mislead."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from portal.home.templatetags import look
from portal.kernel import clock

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Note(forms.Form):
    """Something to type."""

    body = forms.CharField(error_messages={"required": "Write something."})


def drawn(source: str, **given: object) -> str:
    """What a template with the look's words comes to."""
    return Template("{% load look %}" + source).render(Context(given))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lind", "AL"),
        ("Dr. Cara Okafor", "CO"),
        ("Jonas Maximilian Weber", "JW"),
        ("Cher", "C"),
        ("Nurse", ""),
        ("", ""),
    ],
)
def test_initials_leave_titles_out(name, letters):
    assert look.initials(name) == letters


def test_a_role_is_said_in_words_and_words_stay_as_they_are():
    assert look.role_words("proxy") == "family or carer"
    assert look.role_words("speech therapist") == "speech therapist"


def test_a_day_is_the_readers_own():
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)

    with clock.frozen(NOON), timezone.override("Europe/Berlin"):
        assert look.day_words(late) == "Today"
    with clock.frozen(NOON), timezone.override("America/New_York"):
        assert look.day_words(late) == "Yesterday"


def test_a_day_of_another_year_carries_it():
    with clock.frozen(NOON), timezone.override("UTC"):
        assert look.day_words(NOON - timedelta(days=2)) == "Monday 2 March"
        assert look.day_words(NOON - timedelta(days=365)) == "Tuesday 4 March 2025"


def test_the_first_new_line_is_somebody_elses():
    lines = [(3, False), (4, True), (5, False)]
    objects = [SimpleNamespace(sequence=sequence, mine=mine) for sequence, mine in lines]
    mappings = [{"sequence": sequence, "mine": mine} for sequence, mine in lines]

    assert look.first_new(objects, 3) == look.first_new(mappings, 3) == 5
    assert look.first_new(objects, 5) == 0
    assert look.first_new(objects, None) == 3


def test_a_field_is_tied_to_its_label_its_hint_and_its_fault():
    page = drawn("{% field form.body label='Text' hint='As you speak' %}", form=Note({}))

    assert '<label for="id_body">Text</label>' in page
    assert 'id="id_body_helptext">As you speak' in page
    assert 'aria-describedby="id_body_helptext id_body_error"' in page
    assert 'aria-invalid="true"' in page
    assert "Write something." in page


def test_the_errors_lead_to_their_fields_and_a_good_form_has_none():
    summary = "{% include 'portal/_errors.html' %}"

    assert '<a href="#id_body">Write something.</a>' in drawn(summary, form=Note({}))
    assert "Please look" not in drawn(summary, form=Note({"body": "x"}))


def test_what_a_person_wrote_cannot_become_a_page():
    assert "<b>" not in drawn("{% field form.body label=label %}", form=Note(), label="<b>")


@pytest.mark.feature("X3")
def test_an_address_or_code_is_typed_from_left_to_right_and_words_as_they_come():
    class Copied(forms.Form):
        email = forms.EmailField()
        code = forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}))
        name = forms.CharField()

    email, code, name, text = (
        drawn("{% field each %}", each=bound) for bound in (*Copied(), Note()["body"])
    )

    assert 'dir="ltr"' in email
    assert 'dir="ltr"' in code
    assert "dir=" not in name + text


@pytest.mark.feature("X3")
def test_a_picture_that_points_along_the_line_turns_round_with_it():
    assert 'class="icon flip"' in drawn('{% icon "back" %}')
    assert 'class="icon"' in drawn('{% icon "clock" %}')
