"""The satisfaction survey: nine questions, once, when a case is closed."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.i18n import N_
from perizinan_portal._kit import (
    Answer,
    Choice,
    FieldView,
    Form,
    Page,
    PageRoute,
    Rate,
    Redirect,
    Visit,
    lines,
)
from perizinan_portal._public._tracking import Receipt

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class _Remark:
    remark: str = lines(
        N_("What should be better?"),
        hint=N_("Do not write names or numbers of persons here"),
        required=False,
        limit=2000,
    )


def show(
    visit: Visit,
    receipt: Form[Receipt] | None = None,
    *,
    faults: Mapping[str, str] | None = None,
    refused: str = "",
) -> Answer:
    """Ask; whose case it is comes from the page of the case, or is typed."""
    receipt = receipt or visit.fill(Receipt)
    questions = tuple(_questions(visit, faults or {}))
    errors = [*receipt.errors, *((item.id, item.fault) for item in questions if item.fault)]
    values = {
        "receipt": receipt,
        "case": visit.query("permohonan"),
        "remark": visit.read(_Remark) if visit.posted.values else visit.fill(_Remark),
        "questions": questions,
        "errors": errors,
        "refused": refused,
    }
    return Page("public/survey.html", values, status=422 if errors or refused else 200)


def send(visit: Visit) -> Answer:
    """Keep the answers; what is missing is said beside its question."""
    case = visit.query("permohonan")
    receipt = visit.read(Receipt)
    if visit.posted.one("_begin"):
        return show(visit, receipt)
    values = {item.element.code: _mark(visit, item.element.code) for item in visit.office.surveys.questions()}
    missing = {code: N_("Choose an answer") for code, value in values.items() if not value}
    if missing or (not case and receipt.value is None):
        return show(visit, None if case else receipt, faults=missing)
    remark = visit.posted.one("remark")[:2000]
    try:
        if case:
            visit.office.surveys.answer(case, values, actor=visit.actor, remark=remark)
        elif receipt.value is not None:
            visit.office.surveys.answer_by_secret(
                receipt.value.number, receipt.value.secret, values, remark=remark
            )
    except NotFoundError:
        refuse = N_("There is no application with this number and code")
        return show(visit, receipt.refuse("secret", refuse), faults={})
    except ServiceError as error:
        return show(visit, None if case else receipt, refused=error.message(visit.language))
    return Redirect(visit.url("home"), note=N_("Thank you. Your answers are counted, without your name."))


def _mark(visit: Visit, code: str) -> int:
    typed = visit.posted.one(code)
    return int(typed) if typed in ("1", "2", "3", "4") else 0


def _questions(visit: Visit, faults: Mapping[str, str]) -> list[FieldView]:
    return [
        FieldView(
            name=item.element.code,
            label=item.question,
            kind="choice",
            value=visit.posted.one(item.element.code),
            fault=faults.get(item.element.code),
            choices=tuple(Choice(str(number), choice) for number, choice in enumerate(item.choices, start=1)),
        )
        for item in visit.office.surveys.questions()
    ]


ROUTES = (PageRoute(path="/survei", name="survey", show=show, act=send, rate=Rate(20)),)
