"""The satisfaction survey: nine elements, exact ninths, once for each case."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._events import EventKind
from perizinan_core.model._survey import SurveyElement, grade_of, index_of
from perizinan_core.testing._offices import APPLICANT, HOST
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._samples import made_survey_answer

ALL_GOOD = {element.value: 3 for element in SurveyElement}
STRANGER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)


def later(kit):
    kit.clock.moment = kit.clock.moment.replace(month=7, day=1)


def answers(kit, number, **values):
    """Write so many answers of March."""
    with kit._context.storage.unit_of_work() as work:
        for _ in range(number):
            given = {SurveyElement(code): value for code, value in {**ALL_GOOD, **values}.items()}
            work.surveys.add(made_survey_answer(permit_type="warung", day=date(2026, 3, 9), values=given))
        work.commit()


def test_the_index_of_a_published_example_is_the_exact_one():
    """29 answers, 955 points: 91.48 with exact ninths, where 0.11 gives 90.56."""
    assert Decimal("91.48") == index_of(29, (955, 0, 0, 0, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        ("100.00", "A"),
        ("88.31", "A"),
        ("88.30", "B"),
        ("76.61", "B"),
        ("76.60", "C"),
        ("65.00", "C"),
        ("64.99", "D"),
        ("25.00", "D"),
    ],
)
def test_grades_are_those_of_the_regulation(index, grade):
    """Permenpan RB 14/2017."""
    assert grade == grade_of(Decimal(index))


@given(st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=1, max_size=40))
def test_an_index_lies_between_25_and_100_and_does_not_depend_on_the_order(people):
    """Whatever is answered."""
    sums = tuple(sum(column) for column in zip(*people, strict=True))

    assert Decimal(25) <= index_of(len(people), sums) <= Decimal(100)
    assert index_of(len(people), sums) == index_of(len(people), sums[::-1])


def test_a_survey_is_answered_once_when_the_case_is_closed(any_kit):
    """By account; the history says that it was, and nothing of what was said."""
    kit = any_kit
    surveys = kit.office.surveys
    case = kit.office.applications.get(kit.permit().application_id, actor=HOST)
    open_before = surveys.is_open(case.id, actor=APPLICANT)
    surveys.answer(case.id, {**ALL_GOOD, "u3": 1}, actor=APPLICANT, remark="Antrean panjang")
    with raises_code("survey-answered"):
        surveys.answer(case.id, ALL_GOOD, actor=APPLICANT)
    history = kit.office.applications.history(case.id, actor=HOST)
    (event,) = [one for one in history if one.kind is EventKind.SURVEY_ANSWERED]
    with kit._context.storage.unit_of_work(read_only=True) as work:
        (sums,) = work.surveys.sums(date(2026, 1, 1), date(2026, 12, 31))

    assert open_before
    assert not surveys.is_open(case.id, actor=APPLICANT)
    assert (1, (3, 3, 1, 3, 3, 3, 3, 3, 3)) == (sums.respondents, sums.sums)
    assert {} == event.data


def test_a_survey_is_answered_with_the_secret(any_kit):
    """Without an account; a wrong secret finds nothing."""
    kit = any_kit
    case = kit.office.applications.get(kit.permit().application_id, actor=HOST)
    secret = kit.office.tracking.new_secret(case.id, actor=HOST)
    with pytest.raises(NotFoundError):
        kit.office.surveys.answer_by_secret(case.receipt_number, "SALAH", ALL_GOOD)
    kit.office.surveys.answer_by_secret(case.receipt_number, secret, ALL_GOOD)
    with raises_code("survey-answered"):
        kit.office.surveys.answer_by_secret(case.receipt_number, secret, ALL_GOOD)


def test_an_open_case_a_missing_answer_and_others_cases_are_refused(kit):
    """Each with what is wrong."""
    surveys, case = kit.office.surveys, kit.submit()
    done = kit.permit().application_id
    with raises_code("survey-too-early"):
        surveys.answer(case.id, ALL_GOOD, actor=APPLICANT)
    with raises_code("survey-answers", match="u2, u9"):
        surveys.answer(done, {**ALL_GOOD, "u2": 5, "u9": 0}, actor=APPLICANT)
    with raises_code("survey-answers"):
        surveys.answer(done, {}, actor=APPLICANT)
    with pytest.raises(NotFoundError):
        surveys.answer(done, ALL_GOOD, actor=STRANGER)
    with pytest.raises(AccessDeniedError):
        surveys.answer(done, ALL_GOOD, actor=kit.officer("loket-1"))

    assert surveys.is_open(done, actor=APPLICANT)
    assert not surveys.is_open(case.id, actor=APPLICANT)


def test_the_report_has_the_index_from_five_answers_on(any_kit):
    """With its grade, the mean of each element, and the number of people as a class."""
    kit = any_kit
    answers(kit, 4)
    later(kit)
    few = kit.office.transparency.report("2026-Q1")
    answers(kit, 3, u3=4)
    report = kit.office.transparency.report("2026-Q1")
    found = report.satisfaction_by_type["warung"]
    rows = {row[6]: row[7] for row in report.rows() if row[3] == "satisfaction" and row[4] == ""}

    assert few.satisfaction is None
    assert (Decimal("76.19"), "C", "5–9") == (found.index, found.grade, found.respondents)
    assert Decimal("3.43") == {name.code: mean for name, mean in found.elements}["u3"]
    assert ("76.19", "C", "3.43") == (rows["index"], rows["grade"], rows["u3"])


def test_remarks_are_read_by_those_who_answer_for_the_service(kit):
    """Without who wrote them, and only of a period that is over."""
    case = kit.permit().application_id
    kit.office.surveys.answer(case, ALL_GOOD, actor=APPLICANT, remark="Antrean panjang")
    later(kit)
    seen = kit.office.surveys.remarks(actor=kit.officer("supervisor"), period="2026-Q1")
    with pytest.raises(AccessDeniedError):
        kit.office.surveys.remarks(actor=kit.officer("loket-1"))

    assert (("warung", "Antrean panjang"),) == seen


def test_the_questions_are_nine_in_both_languages(kit):
    """With four answers each."""
    questions = kit.office.surveys.questions()

    assert [f"u{number}" for number in range(1, 10)] == [item.element.code for item in questions]
    assert {4} == {len(item.choices) for item in questions}
    assert all(item.question.id != item.question.en for item in questions)
