"""What a permit type needs before people can apply for it."""

from __future__ import annotations

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems
from perizinan_core.i18n import N_
from perizinan_core.model._fees import FeeKind
from perizinan_core.model._instruments import LegalInstrument
from perizinan_core.model._kinds import OwningSystem
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.model._text import Period, PeriodUnit

__all__ = ["check_complete"]


def check_complete(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report parts that are missing in a permit type that is open for applications."""
    _check_periods(problems, permit_type, node)
    if not permit_type.complete:
        if permit_type.gaps is None:
            problems.add(
                node.at("complete"),
                "no-gaps",
                N_("the permit type is not complete; say in `gaps` what is not known yet"),
            )
        return
    if not permit_type.applicant_kinds or not permit_type.application_kinds:
        problems.add(
            node,
            "nobody-applies",
            N_(
                "expected at least one kind of applicant and of application; add them, or write `complete: false`"
            ),
        )
    if permit_type.owning_system is not OwningSystem.OWN:
        return
    needed = ("time_limit", "fee", "validity", "letter", "register")
    for name in needed:
        if getattr(permit_type, name) is None:
            _missing(problems, node, name)
    if not any(stage.kind is StageKind.APPROVAL for stage in permit_type.stages):
        _missing(problems, node, "stages (kind: approval)")
    _check_payment(problems, permit_type, node)
    limit = permit_type.time_limit
    if limit is not None and limit.silence is not SilencePolicy.NONE and limit.issue_within is None:
        problems.warn(
            node.at("time_limit"),
            "no-issue-within",
            N_("silence grants the permit, but `issue_within` does not say until when it must be issued"),
        )
    _check_legal_basis(problems, permit_type, node)
    if permit_type.service_standard is None:
        problems.warn(
            node,
            "no-service-standard",
            N_("`service_standard` is missing; UU 25/2009 asks for its eight components"),
        )


def _check_legal_basis(problems: Problems, permit_type: PermitType, node: Node) -> None:
    for index, source in enumerate(permit_type.legal_basis):
        if LegalInstrument.of(source) is None:
            problems.warn(
                node_at(node, ("legal_basis", index)),
                "legal-basis-unclear",
                N_(
                    "letters name legal bases by rank and year, and {citation!r} shows neither; write it like "
                    "“Peraturan Daerah Kota … Nomor 3 Tahun 2018 tentang …”, or add `kind`, `number` and `year`"
                ),
                citation=source.citation[:120],
            )


def _missing(problems: Problems, node: Node, name: str) -> None:
    problems.add(
        node,
        "incomplete",
        N_("a permit type that is open for applications needs `{name}`; add it, or write `complete: false`"),
        name=name,
    )


def _check_payment(problems: Problems, permit_type: PermitType, node: Node) -> None:
    fee = permit_type.fee
    pays = any(stage.kind is StageKind.PAYMENT for stage in permit_type.stages)
    if fee is not None and fee.kind is FeeKind.LEVY and not pays:
        problems.warn(
            node.at("fee"),
            "no-payment-stage",
            N_("a levy is due, but no stage of kind payment waits for it"),
        )
    if fee is not None and fee.kind is FeeKind.FREE and pays:
        problems.add(
            node.at("stages"),
            "payment-for-nothing",
            N_("the permit is free, but a stage waits for a payment; remove the stage or correct the fee"),
        )


_COUNTED = (PeriodUnit.DAYS, PeriodUnit.WEEKS, PeriodUnit.MONTHS, PeriodUnit.YEARS)


def _check_periods(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report periods that no date arithmetic can use: a permit lasts days or more, not working days."""
    named: list[tuple[tuple[str | int, ...], Period | None]] = []
    for index, case in enumerate(permit_type.validity.cases if permit_type.validity else ()):
        named.append((("validity", "cases", index, "period"), case.period))
    if permit_type.renewal is not None:
        named += [
            (("renewal", key), getattr(permit_type.renewal, key))
            for key in ("opens_before", "closes_before", "every")
        ]
    for path, period in named:
        if period is not None and (period.unit not in _COUNTED or period.value == 0):
            problems.add(
                node_at(node, path),
                "period-unit",
                N_("expected days, weeks, months or years, at least 1, but got {period}; correct it"),
                period=str(period),
            )
