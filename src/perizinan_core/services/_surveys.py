"""
The satisfaction survey (SKM, Permenpan RB 14/2017): asked once, when a case is closed.

What someone answers is kept without their case: the case only knows that, and on which day, it was answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import attrs

from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._survey import (
    LEAST_ANSWER,
    MOST_ANSWER,
    SurveyAnswer,
    SurveyElement,
    SurveySums,
    grade_of,
    index_of,
)
from perizinan_core.model._text import Text
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._disclosure import LEAST, size_class
from perizinan_core.services._names import Named, in_both
from perizinan_core.services._periods import Periods
from perizinan_core.services._tracking import case_with

__all__ = ["Satisfaction", "SurveyQuestion", "Surveys", "satisfaction_of"]

_ASKED: Mapping[SurveyElement, tuple[str, str]] = {
    SurveyElement.REQUIREMENTS: (N_("Requirements"), N_("How well did the requirements fit this service?")),
    SurveyElement.PROCEDURE: (N_("Procedure"), N_("How easy was the procedure?")),
    SurveyElement.TIME: (N_("Time"), N_("How fast was the service?")),
    SurveyElement.FEE: (N_("Fee"), N_("How fair was the fee, or was it free as announced?")),
    SurveyElement.PRODUCT: (N_("Result"), N_("How well did the result fit what the office announces?")),
    SurveyElement.COMPETENCE: (N_("Competence of the staff"), N_("How able was the staff, or the system?")),
    SurveyElement.BEHAVIOUR: (N_("Behaviour of the staff"), N_("How polite and friendly was the staff?")),
    SurveyElement.FACILITIES: (N_("Facilities"), N_("How good were the facilities, or the web site?")),
    SurveyElement.COMPLAINTS: (N_("Handling of complaints"), N_("How well are complaints handled?")),
}
_CHOICES = (N_("Not good"), N_("Less good"), N_("Good"), N_("Very good"))
_LONGEST_REMARK = 2000
_CENT = Decimal("0.01")


@attrs.frozen(kw_only=True)
class SurveyQuestion:
    """One question of the survey."""

    element: Named
    question: Text
    choices: tuple[Text, ...]
    """Answers 1 to 4, in order."""


@attrs.frozen(kw_only=True)
class Satisfaction:
    """The index of a permit type or of the office, from at least five people."""

    respondents: str
    """A class of size, as ``5–9``."""

    index: Decimal
    """From 25 to 100, the weight of each element exactly one ninth."""

    grade: str
    """``A`` to ``D``."""

    elements: tuple[tuple[Named, Decimal], ...]
    """The mean of each element, from 1 to 4."""


@checked
@attrs.frozen
class Surveys:
    """The satisfaction survey: asking, answering, and what the office reads of it."""

    _context: OfficeContext
    _periods: Periods

    def questions(self) -> tuple[SurveyQuestion, ...]:
        """Return the nine questions with their answers, in the order of the regulation."""
        choices = tuple(in_both(choice) for choice in _CHOICES)
        return tuple(
            SurveyQuestion(element=_named(element), question=in_both(_ASKED[element][1]), choices=choices)
            for element in SurveyElement
        )

    def is_open(self, application_id: str, *, actor: Actor) -> bool:
        """
        Return whether the survey can be answered for a case.

        Raises:
            NotFoundError: there is no such case for this actor.
            AccessDeniedError: for officers.
        """
        application = self._of_party(application_id, actor)
        return application.state.is_terminal and application.surveyed_on is None

    def answer(
        self,
        application_id: str,
        values: Mapping[str, int],
        *,
        actor: Actor,
        remark: str = "",
        now: datetime | None = None,
    ) -> None:
        """
        Answer the survey for a case that is closed.

        Args:
            application_id: The case.
            values: From 1 to 4 for each of ``u1`` to ``u9``.
            actor: The applicant, the representative or the host application.
            remark: What should be better, in own words.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such case for this actor.
            AccessDeniedError: for officers.
            ServiceError: ``survey-too-early``, ``survey-answered``; ``survey-answers``: an answer is missing.
        """
        application = self._of_party(application_id, actor)
        self._write(application.id, values, remark, str(actor.account), self._context.moment(now))

    def answer_by_secret(
        self,
        receipt_number: str,
        secret: str,
        values: Mapping[str, int],
        *,
        remark: str = "",
        now: datetime | None = None,
    ) -> None:
        """
        Answer the survey with receipt number and secret; see `answer` and `Tracking.follow`.

        Raises:
            NotFoundError: there is no such case with this secret.
            ServiceError: ``too-many-guesses``; ``survey-too-early``, ``survey-answered``, ``survey-answers``.
        """
        moment = self._context.moment(now)
        application = case_with(self._context, receipt_number, secret, moment)
        self._write(application.id, values, remark, str(application.owner), moment)

    def remarks(self, *, actor: Actor, period: str | None = None) -> tuple[tuple[str, str], ...]:
        """
        Return permit types and remarks of a period that is over, without who wrote them.

        Args:
            actor: A supervisor, the head of the office, an auditor, or the host application.
            period: Its code; None: the latest that is over.

        Raises:
            AccessDeniedError: for others.
            ArgumentError: it is not a period of this office that is over.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, "survey-remarks", Role.SUPERVISOR, Role.OFFICE_HEAD, Role.AUDITOR)
            chosen = self._periods.chosen(period)
            return work.surveys.remarks(chosen.first, chosen.last)

    def _of_party(self, application_id: str, actor: Actor) -> Application:
        with self._context.work_for(actor, read_only=True) as work:
            application = self._context.load(work, application_id)
            access.require_readable(application, self._context.permit_type_of(application), actor)
            access.require_party(application, actor)
        return application

    def _write(
        self, application_id: str, values: Mapping[str, int], remark: str, account: str, now: datetime
    ) -> None:
        context = self._context
        with context.unit_of_work() as work:
            application = context.load(work, application_id, lock=True)
            _require_open(application)
            answered = {element: values.get(element.value, 0) for element in SurveyElement}
            _require_answers(answered)
            day = context.local_day(now)
            work.surveys.add(
                SurveyAnswer(
                    permit_type=application.permit_type,
                    day=day,
                    values=answered,
                    remark=remark.strip()[:_LONGEST_REMARK],
                )
            )
            work.applications.save(attrs.evolve(application, surveyed_on=day), by=account, at=now)
            happened = Event(kind=EventKind.SURVEY_ANSWERED, subject=application.id, at=now, actor=account)
            context.record(work, (happened,), now)
            work.commit()


def satisfaction_of(sums: tuple[SurveySums, ...]) -> Satisfaction | None:
    """Return the satisfaction of everyone in ``sums`` together, or None where they are fewer than five."""
    respondents = sum(one.respondents for one in sums)
    if respondents < LEAST:
        return None
    added = tuple(sum(column) for column in zip(*(one.sums for one in sums), strict=True))
    index = index_of(respondents, added)
    return Satisfaction(
        respondents=size_class(respondents),
        index=index,
        grade=grade_of(index),
        elements=tuple(
            (_named(element), (Decimal(value) / respondents).quantize(_CENT))
            for element, value in zip(SurveyElement, added, strict=True)
        ),
    )


def _named(element: SurveyElement) -> Named:
    return Named(element.value, in_both(_ASKED[element][0]))


def _require_open(application: Application) -> None:
    if application.surveyed_on is not None:
        raise ServiceError("survey-answered")
    if not application.state.is_terminal:
        raise ServiceError("survey-too-early")


def _require_answers(answers: Mapping[SurveyElement, int]) -> None:
    missing = tuple(
        element.value for element, value in answers.items() if not LEAST_ANSWER <= value <= MOST_ANSWER
    )
    if missing:
        raise ServiceError("survey-answers", least=LEAST_ANSWER, most=MOST_ANSWER, missing=missing)
