"""
The service standard of a permit type: the 14 components that every office must publish.

UU 25/2009 art. 21 and Permenpan RB 15/2014 (appendix): six of service delivery, eight of the making of
the service. Six follow from the permit type itself, eight are texts of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import attrs

from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate
from perizinan_core.model._authority import Authority
from perizinan_core.model._fees import FeeComponent, FeeKind, FeeRule
from perizinan_core.model._kinds import PermitKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Requirement, RequirementLevel, RequirementSource
from perizinan_core.model._text import Period, PeriodUnit, Source

__all__ = ["StandardComponent", "describe_period", "service_standard"]


@attrs.frozen(kw_only=True)
class StandardComponent:
    """One of the 14 components, in the language that was asked for."""

    code: str
    """Stable name, e.g. ``"requirements"``."""

    title: str
    lines: tuple[str, ...]
    """What the office says about it; empty when the catalogue says nothing yet."""

    sources: tuple[Source, ...] = ()


_TITLES = {
    "requirements": N_("Requirements"),
    "procedure": N_("Procedure"),
    "time": N_("Time"),
    "fee": N_("Fee"),
    "product": N_("Product"),
    "complaints": N_("Complaints, suggestions and input"),
    "legal_basis": N_("Legal basis"),
    "facilities": N_("Facilities"),
    "competence": N_("Competence of the staff"),
    "supervision": N_("Internal supervision"),
    "staff_count": N_("Number of staff"),
    "service_guarantee": N_("Guarantee of service"),
    "safety_guarantee": N_("Guarantee of security and safety"),
    "evaluation": N_("Evaluation of performance"),
}

_KINDS = {
    PermitKind.PERMIT: N_("Permit"),
    PermitKind.RECOMMENDATION: N_("Recommendation"),
    PermitKind.STATEMENT: N_("Statement"),
    PermitKind.DECLARATION: N_("Declaration of the applicant, numbered by the office"),
    PermitKind.REGISTRATION: N_("Registration"),
    PermitKind.CARD: N_("Card"),
    PermitKind.APPROVAL: N_("Approval"),
}


def service_standard(
    permit_type: PermitType, *, authority: Authority | None = None, language: str = DEFAULT_LANGUAGE
) -> tuple[StandardComponent, ...]:
    """
    Return the 14 components of the service standard, in the order of the law.

    Args:
        permit_type: The version that is shown.
        authority: For the names of units; None shows their codes.
        language: ``"id"`` or ``"en"``.
    """
    lines = _Lines(permit_type, authority, language)
    return tuple(
        StandardComponent(
            code=code,
            title=translate(title, language),
            lines=tuple(getattr(lines, code)()) if hasattr(lines, code) else lines.own(code),
            sources=tuple(dict.fromkeys(lines.sources(code))),
        )
        for code, title in _TITLES.items()
    )


_UNITS = {
    PeriodUnit.MINUTES: N_("{value} minutes"),
    PeriodUnit.HOURS: N_("{value} hours"),
    PeriodUnit.DAYS: N_("{value} days"),
    PeriodUnit.WORKING_DAYS: N_("{value} working days"),
    PeriodUnit.WEEKS: N_("{value} weeks"),
    PeriodUnit.MONTHS: N_("{value} months"),
    PeriodUnit.YEARS: N_("{value} years"),
}


_ONE = {
    PeriodUnit.MINUTES: N_("{value} minute"),
    PeriodUnit.HOURS: N_("{value} hour"),
    PeriodUnit.DAYS: N_("{value} day"),
    PeriodUnit.WORKING_DAYS: N_("{value} working day"),
    PeriodUnit.WEEKS: N_("{value} week"),
    PeriodUnit.MONTHS: N_("{value} month"),
    PeriodUnit.YEARS: N_("{value} year"),
}


def describe_period(period: Period, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a period for people: ``5 hari kerja``."""
    sentence = (_ONE if period.value == 1 else _UNITS)[period.unit]
    return translate(sentence, language, value=period.value)


class _Sourced(Protocol):
    @property
    def source(self) -> Source:
        """Where it comes from."""


@attrs.frozen
class _Lines:
    """The lines of each component; methods are named as the components."""

    permit_type: PermitType
    authority: Authority | None
    language: str

    def requirements(self) -> Iterator[str]:
        for item in self.permit_type.requirements:
            yield self._requirement(item)

    def _requirement(self, item: Requirement) -> str:
        text = item.label.to(self.language)
        notes = [note for note in self._notes(item) if note]
        return f"{text} ({'; '.join(notes)})" if notes else text

    def _notes(self, item: Requirement) -> Iterator[str]:
        if item.level is RequirementLevel.IF_AVAILABLE:
            yield self._say(N_("if there is one"))
        elif item.level is RequirementLevel.IF_NEEDED:
            yield self._say(N_("if the office asks for it"))
        if item.brought_by is RequirementSource.OFFICE:
            yield self._say(N_("made by the office"))
        if item.choices:
            choices = ", ".join(choice.to(self.language) for choice in item.choices)
            yield self._say(N_("any one of: {choices}"), choices=choices)
        if item.alternative_group:
            yield self._say(N_("one of several is enough"))
        if item.per_item:
            yield self._say(N_("for each entry"))
        if item.stamp_duty:
            yield self._say(N_("with a duty stamp of {amount}"), amount=item.stamp_duty.format(self.language))
        if item.when:
            yield self._say(N_("only in certain cases"))

    def procedure(self) -> Iterator[str]:
        for stage in self.permit_type.stages:
            text = f"{stage.label.to(self.language)} – {self._unit(stage.unit)}"
            if stage.budget:
                text += f" ({describe_period(stage.budget, self.language)})"
            yield text

    def time(self) -> Iterator[str]:
        limit = self.permit_type.time_limit
        if limit is None:
            return
        period = describe_period(limit.limit, self.language)
        sentence = (
            N_("At most {period}, counted from the complete file")
            if limit.maximum
            else N_("Usually {period}")
        )
        yield self._say(sentence, period=period)
        for case in limit.cases:
            yield self._say(
                N_("In certain cases: {period}"), period=describe_period(case.limit, self.language)
            )

    def fee(self) -> Iterator[str]:
        fee = self.permit_type.fee
        if fee is None:
            return
        if fee.kind is FeeKind.FREE:
            yield self._say(N_("Free of charge"))
        elif fee.kind is FeeKind.ELSEWHERE:
            yield self._say(N_("Assessed and paid elsewhere"))
        for component in fee.components:
            yield self._component(component)
        if fee.note:
            yield fee.note.to(self.language)
        yield from self._bill(fee)

    def _component(self, component: FeeComponent) -> str:
        text = component.label.to(self.language)
        notes = []
        if component.refundable:
            notes.append(self._say(N_("paid back")))
        if component.when:
            notes.append(self._say(N_("only in certain cases")))
        return f"{text} ({'; '.join(notes)})" if notes else text

    def _bill(self, fee: FeeRule) -> Iterator[str]:
        if fee.bill is None:
            return
        yield self._say(N_("Payable within {days} days after the bill"), days=fee.bill.due_days)
        rate = fee.bill.late_interest_percent_per_month
        if rate:
            shown = str(rate).replace(".", ",") if self.language == "id" else str(rate)
            yield self._say(N_("{rate} % interest for each month begun after that"), rate=shown)

    def product(self) -> Iterator[str]:
        yield f"{self._say(_KINDS[self.permit_type.kind])}: {self.permit_type.name.to(self.language)}"

    def legal_basis(self) -> Iterator[str]:
        for source in self.permit_type.legal_basis or (self.permit_type.source,):
            yield source.citation

    def own(self, code: str) -> tuple[str, ...]:
        standard = self.permit_type.service_standard
        return () if standard is None else (getattr(standard, code).to(self.language),)

    def sources(self, code: str) -> Iterator[Source]:
        permit_type = self.permit_type
        own: Mapping[str, tuple[_Sourced | None, ...]] = {
            "requirements": permit_type.requirements,
            "procedure": permit_type.stages,
            "time": (permit_type.time_limit,),
            "fee": (permit_type.fee,),
            "product": (permit_type,),
            "legal_basis": (permit_type,),
        }
        for part in own.get(code, (permit_type.service_standard,)):
            if part is not None:
                yield part.source

    def _unit(self, code: str) -> str:
        for unit in self.authority.units if self.authority else ():
            if unit.code == code:
                return unit.names[-1].name.to(self.language)
        return code

    def _say(self, sentence: str, **fields: object) -> str:
        return translate(sentence, self.language, **fields)
