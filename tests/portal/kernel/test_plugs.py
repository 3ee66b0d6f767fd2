"""What the wards offer: each name once, in its form, and understood by those who use it."""

import re
from collections import Counter

import pytest
from django.apps import apps
from django.conf import settings

from portal.kernel import plugs
from portal.kernel.plugs import DetailKind

EVENT = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+")


def test_every_ward_is_named_as_in_the_settings():
    assert [ward.name for ward in plugs.wards()] == settings.WARDS


@pytest.mark.parametrize("kind", ["topics", "commands", "vocabulary"])
def test_no_two_wards_offer_the_same(kind):
    offered = [one for ward in plugs.wards() for one in getattr(ward, kind)]
    names = Counter(getattr(one, "name", "") or str(one.event) for one in offered)

    assert [name for name, times in names.items() if times > 1] == []


def test_events_are_dotted_and_have_a_meaning_and_no_free_text():
    for ward in plugs.wards():
        for spec in ward.vocabulary:
            assert EVENT.fullmatch(str(spec.event)), spec.event
            assert spec.meaning.endswith(".")
            for detail in spec.detail.values():
                assert detail.kind in DetailKind
                assert bool(detail.codes) is (detail.kind is DetailKind.CODE)


def test_commands_belong_to_their_ward():
    for ward in plugs.wards():
        for command in ward.commands:
            assert command.name.startswith(f"{ward.name.rpartition('.')[2]}.")


def test_every_table_with_a_path_to_a_person_is_there():
    for ward in plugs.wards():
        for data in ward.people_data:
            model = apps.get_model(data.model)
            assert model._default_manager.filter(**{data.path: None}) is not None
