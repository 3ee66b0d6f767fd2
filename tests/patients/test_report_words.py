"""Every event that may stand in a patient's report has a sentence for the patient."""

import re

import pytest

from patients.readings.looks import looks_of
from patients.readings.wording import told_in_words
from portal.audit import actions as audit
from portal.audit.readings.report import entries_about
from portal.audit.vocabulary import events
from portal.kernel import clock, plugs

pytestmark = pytest.mark.feature("A5")

UNTOLD = {"portal.accounts", "portal.custody", "portal.outbox", "portal.notifications"}
"""Wards whose entries are about accounts, letters and the clinic, not about a patient's record."""
ON_THE_LOG = {"audit.clock-stepped", "audit.epoch-begun", "audit.exported"}
"""Acts upon the log itself, which are about nobody."""


@pytest.mark.pure
def test_every_event_of_a_ward_of_patients_has_a_sentence_for_its_patient():
    untold = [
        str(spec.event)
        for ward in plugs.wards()
        if ward.name not in UNTOLD
        for spec in ward.vocabulary
        if not spec.told and spec.event not in ON_THE_LOG
    ]

    assert untold == [], "give these EventSpecs a `told`: " + ", ".join(untold)


@pytest.mark.pure
def test_a_sentence_names_only_details_of_its_event():
    for ward in plugs.wards():
        for spec in ward.vocabulary:
            named = {*re.findall(r"{(\w+)}", spec.told + spec.tries)}
            assert named <= spec.detail.keys(), spec.event
            assert not spec.ends or any(spec.ends == each.event for each in ward.vocabulary)


def test_an_event_without_a_sentence_of_its_own_is_told_by_its_meaning(cast, cara):
    audit.record_alone(cara.actor, "chart.read", patient=cast.ada_record, encounters=0)
    bare = plugs.EventSpec("chart.read", "Somebody opened the record.")
    found = entries_about(cast.ada_record, limit=1)

    (look,) = looks_of(found, {**events(), "chart.read": bare}, clock.now())

    assert told_in_words(look, {}) == "Somebody opened the record."
