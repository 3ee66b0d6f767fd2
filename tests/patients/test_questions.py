"""A question about an access: asked by the patient, answered by the privacy officer, sealed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from patients import actions, readings
from patients.errors import AnsweredAlready, AskedAlready, CommandReused, TooManyQuestions
from patients.models import AccessQuestion, Scope
from portal.audit import actions as audit
from portal.crypto import keys
from portal.kernel import clock, door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, browser, engage
from tests.harness.canary import spoken
from tests.patients.asking import ANSWER, WHY, a_look, answered, asked, letters
from tests.patients.evidence import events, refusal_of
from tests.patients.reported import page_of, text_of

pytestmark = pytest.mark.feature("A5")


def test_the_whole_way_through_the_pages(cast, ada, ivy):
    a_look(cast)
    patient, officer = browser(ada), browser(ivy)
    report = page_of(ada, cast.ada_record).content.decode()
    link = report.split("who-looked/ask/")[1].split('"')[0]
    address = reverse("patients:report", args=[cast.ada_record]) + "ask/" + link
    assert "within 14 days" in text_of(patient.get(address))

    sent = patient.post(address, {"text": WHY, "command_id": new_id()}, follow=True)
    assert "Answer promised by" in text_of(sent)
    desk = text_of(officer.get(reverse("patients:review")))
    assert "Ada Kolibri Asked on" in desk
    question = AccessQuestion.objects.get()
    theirs = reverse("patients:review-question", args=[question.pk])
    page = text_of(officer.get(theirs))
    assert WHY in page
    assert "Dr Cara Kolibri · clinician" in page
    done = officer.post(theirs, {"text": ANSWER, "command_id": new_id()})

    assert done.status_code == 303
    assert "All answered" in text_of(officer.get(reverse("patients:review")))
    report = text_of(page_of(ada, cast.ada_record))
    assert "Read the answer" in report
    assert "Answered on" in report
    mine = text_of(patient.get(reverse("patients:question", args=[question.pk])))
    assert WHY in mine
    assert ANSWER in mine
    assert "Opened your record" in mine
    assert events(cast.ada_record)[0] == "question.read"


def test_each_step_leaves_its_entry_and_tells_the_patient_in_words(cast, ada, ivy):
    question = asked(cast)
    readings.answer_page(ivy.actor, question.pk)
    answered(cast, question)

    assert events(cast.ada_record)[:3] == ["question.answered", "question.read", "report.asked"]
    text = text_of(page_of(ada, cast.ada_record))
    assert "Answered a question about this list" in text
    assert "Read a question about this list" in text


def test_letters_say_that_there_is_something_and_nothing_of_it(cast, ada, ivy, pia):
    question = asked(cast, by=pia)

    assert letters("patients.question-waits") == {ivy.id}
    answered(cast, question)
    assert letters("patients.question-waits") == set()
    assert letters("patients.question-answered") == {ada.id, pia.id}


def test_a_proxy_whose_right_ended_is_told_nothing_more(cast, ada, pia):
    question = asked(cast, by=pia)
    (grant,) = cast_grants(cast)
    door.run(actions.end_proxy, WORK, grant)

    answered(cast, question)

    assert letters("patients.question-answered") == {ada.id}
    with pytest.raises(NotFound):
        readings.own_question(pia.actor, question.pk)


def cast_grants(cast):
    """The grants about Ada."""
    from patients.models import Proxy

    return Proxy.objects.filter(patient=cast.ada_record).values_list("pk", flat=True)


def test_the_words_are_sealed_under_a_key_that_opens_nothing_else(cast):
    question = answered(cast, asked(cast))
    row = AccessQuestion.objects.get(pk=question.pk)

    for blob in (bytes(row.asked_sealed), bytes(row.answer_sealed or b"")):
        assert WHY.encode() not in blob
        assert ANSWER.encode() not in blob
    key = keys.open_data_key(cast.ada_record, "question", cast.ada_record)
    chart = keys.open_data_key(cast.ada_record, "chart", cast.ada_record)
    assert key.secret != chart.secret


def test_a_question_and_its_answer_cannot_change_places(cast, ada):
    question = answered(cast, asked(cast))
    row = AccessQuestion.objects.get(pk=question.pk)
    from patients.models import question_place
    from portal.crypto.envelope import unseal
    from portal.crypto.primitives import SealBroken

    key = keys.open_data_key(cast.ada_record, "question", cast.ada_record)
    with pytest.raises(SealBroken):
        unseal(key, bytes(row.answer_sealed or b""), question_place(key, row.pk, "asked"))


def test_sent_twice_it_is_asked_once(cast):
    command, entry = new_id(), a_look(cast)

    first = asked(cast, entry=entry, command_id=command)

    assert asked(cast, entry=entry, command_id=command).pk == first.pk
    assert AccessQuestion.objects.count() == 1
    refused = refusal_of(
        actions.ask_question, cast.ada.actor, cast.ada_record, entry, "else", command_id=command
    )
    assert isinstance(refused, CommandReused)


def test_answered_twice_by_one_command_it_is_answered_once(cast):
    question, command = asked(cast), new_id()

    answered(cast, question, command_id=command)
    answered(cast, question, command_id=command)

    refused = refusal_of(
        actions.answer_question, cast.ivy.actor, question.pk, "else", command_id=new_id()
    )
    assert isinstance(refused, AnsweredAlready)


def test_one_open_question_about_an_entry_and_a_bound_to_all(cast, monkeypatch):
    entry = a_look(cast)
    first = asked(cast, entry=entry)
    again = refusal_of(
        actions.ask_question, cast.ada.actor, cast.ada_record, entry, "x", command_id=new_id()
    )
    assert isinstance(again, AskedAlready)
    monkeypatch.setattr("patients.selectors.questions.MOST_OPEN", 1)
    more = refusal_of(
        actions.ask_question, cast.ada.actor, cast.ada_record, a_look(cast), "x",
        command_id=new_id(),
    )  # fmt: skip
    assert isinstance(more, TooManyQuestions)
    answered(cast, first)
    assert asked(cast, entry=entry).pk != first.pk


def test_nobody_asks_about_somebody_else_s_entry_or_record(cast, ben, cara):
    theirs = a_look(cast, cast.ben_record)

    for who, entry in (
        (cast.ada, theirs),
        (cast.ada, new_id()),
        (ben, a_look(cast)),
        (cara, a_look(cast)),
    ):
        refused = refusal_of(
            actions.ask_question, who.actor, cast.ada_record, entry, "x", command_id=new_id()
        )
        assert isinstance(refused, NotFound)


@pytest.mark.parametrize("scope", [Scope.READ, Scope.CORRESPOND])
def test_a_proxy_of_less_scope_neither_asks_nor_reads(cast, ben, scope):
    door.run(actions.grant_proxy, WORK, cast.ada_record, ben.id, scope=scope)
    question = asked(cast)

    with pytest.raises(NotFound):
        asked(cast, by=ben)
    with pytest.raises(NotFound):
        readings.own_question(ben.actor, question.pk)


@pytest.mark.parametrize("key", ["ada", "ben", "pia", "cara", "sam", "max"])
def test_only_a_privacy_officer_answers(cast, key):
    question = asked(cast)

    refused = refusal_of(
        actions.answer_question, cast.people[key].actor, question.pk, "x", command_id=new_id()
    )

    assert isinstance(refused, NotFound)


def test_an_officer_answers_no_question_about_their_own_record(cast):
    both = engage("una", "patient", "privacy-officer")
    door.run(actions.grant_proxy, WORK, cast.ada_record, both.id, scope=Scope.FULL)
    question = asked(cast, by=both)

    with pytest.raises(NotFound):
        readings.answer_page(both.actor, question.pk)
    assert readings.desk(both.actor).waiting == []
    assert [each.mark.id for each in readings.desk(cast.ivy.actor).waiting] == [question.pk]
    hers = asked(cast)
    with pytest.raises(NotFound):  # they act for her
        answered(cast, hers, by=both)


def test_an_officer_is_warned_of_a_question_about_themself(cast, ada, ivy):
    entry = audit.record_alone(ivy.actor, "log.read", patient=cast.ada_record, shown=0)

    page = readings.answer_page(ivy.actor, asked(cast, entry=entry).pk)

    assert page.is_about_reader


def test_the_first_promise_comes_first_and_a_broken_one_is_said_to_both(cast, ada, ivy):
    with clock.moved(by=timedelta(days=-20)):
        late = asked(cast)
    fresh = asked(cast)

    desk = readings.desk(ivy.actor)

    assert [each.mark.id for each in desk.waiting] == [late.pk, fresh.pk]
    assert [each.mark.is_late for each in desk.waiting] == [True, False]
    assert "Late: an answer was promised by" in text_of(
        browser(ada).get(reverse("patients:question", args=[late.pk]))
    )


def test_what_was_typed_is_still_there_when_it_is_refused(cast, ada):
    entry = a_look(cast)
    asked(cast, entry=entry)
    address = reverse("patients:ask", args=[cast.ada_record, entry])

    again = browser(ada).post(address, {"text": "And who else?", "command_id": new_id()})
    empty = browser(ada).post(address, {"text": " ", "command_id": new_id()})

    assert again.status_code == 422
    assert "And who else?" in again.content.decode()
    assert "You have asked about this already" in text_of(again)
    assert "Please write something first" in text_of(empty)


def test_a_question_is_part_of_what_is_exported(cast):
    answered(cast, asked(cast))

    (row,) = readings.exported_questions(cast.ada_record)

    assert (row["asked"], row["answer"]) == (spoken(WHY), spoken(ANSWER))


def test_once_erased_nobody_reads_it(cast, ivy):
    question = asked(cast)
    keys.destroy_shred_key(cast.ada_record)

    with pytest.raises(NotFound):
        readings.answer_page(ivy.actor, question.pk)
    with pytest.raises(NotFound):
        answered(cast, question)
