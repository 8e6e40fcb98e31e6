"""Stages, requirements and what they say about each other inside one permit type."""

from __future__ import annotations

from collections.abc import Iterable

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Role
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import RequirementSource
from perizinan_core.model._stage import COUNTER, SIGNATURE, Stage, StageKind

__all__ = ["check_stages"]

_RESERVED = {COUNTER, SIGNATURE}
"""Where the code of a stage is expected, these mean something else: a stage of that name would be taken for it."""

_NO_CASE_WORK = {Role.AUDITOR, Role.ADMINISTRATOR}


def check_stages(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report unknown stages and roles, cycles, duplicate codes, and requirements that do not fit."""
    _check_duplicates(problems, node, "stages", [stage.code for stage in permit_type.stages])
    _check_duplicates(problems, node, "requirements", [item.code for item in permit_type.requirements])
    codes = {stage.code for stage in permit_type.stages}
    for index, stage in enumerate(permit_type.stages):
        place = node_at(node, ("stages", index))
        for key, names in (("after", stage.after), ("separated_from", stage.separated_from)):
            for name in names:
                if name not in codes or name == stage.code:
                    problems.add(
                        place.at(key),
                        "unknown-stage",
                        N_("expected the code of another stage, but got {name!r}; {suggestion}"),
                        name=name[:80],
                        suggestion=suggestion(name, codes - {stage.code}),
                    )
        _check_code(problems, place, stage)
        _check_role(problems, place, stage)
        _check_product(problems, permit_type, place, stage)
    _check_cycles(problems, permit_type, node)
    _check_requirements(problems, permit_type, node)


def _check_duplicates(problems: Problems, node: Node, key: str, codes: list[str]) -> None:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            problems.add(
                node_at(node, (key, index)),
                "duplicate-code",
                N_("the code {code} stands there twice; rename one of them"),
                code=code,
            )


def _check_code(problems: Problems, place: Node, stage: Stage) -> None:
    if stage.code in _RESERVED:
        problems.add(
            place.at("code"),
            "reserved-code",
            N_("the code {code} stands for a duty that every permit type has; give the stage another one"),
            code=stage.code,
        )


def _check_role(problems: Problems, place: Node, stage: Stage) -> None:
    roles = {role.value for role in Role if role not in _NO_CASE_WORK}
    if stage.role not in roles:
        problems.add(
            place.at("role"),
            "unknown-role",
            N_("expected a role that works on cases, but got {role!r}; {suggestion}"),
            role=stage.role[:80],
            suggestion=suggestion(stage.role, roles),
        )


def _check_product(problems: Problems, permit_type: PermitType, place: Node, stage: Stage) -> None:
    if stage.produces is None:
        return
    brought = {item.code for item in permit_type.requirements if item.brought_by is RequirementSource.OFFICE}
    if stage.produces not in brought:
        problems.add(
            place.at("produces"),
            "unknown-requirement",
            N_(
                "expected the code of a requirement with `brought_by: office`, but got {name!r}; {suggestion}"
            ),
            name=stage.produces[:80],
            suggestion=suggestion(stage.produces, brought),
        )


def _check_cycles(problems: Problems, permit_type: PermitType, node: Node) -> None:
    after = {stage.code: set(stage.after) for stage in permit_type.stages}
    waiting = dict(after)
    while ready := [code for code, before in waiting.items() if not before & waiting.keys()]:
        for code in ready:
            del waiting[code]
    for index, stage in enumerate(permit_type.stages):
        if stage.code in waiting and _reaches(stage.code, after):
            problems.add(
                node_at(node, ("stages", index, "after")),
                "stage-cycle",
                N_("the stage {code} waits for itself ({cycle}); remove one of these orders"),
                code=stage.code,
                cycle=", ".join(sorted(waiting)),
            )


def _reaches(code: str, after: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    waiting = set(after[code])
    while waiting:
        name = waiting.pop()
        if name == code:
            return True
        if name not in seen:
            seen.add(name)
            waiting |= after.get(name, set())
    return False


def _check_requirements(problems: Problems, permit_type: PermitType, node: Node) -> None:
    produced = {stage.produces for stage in permit_type.stages}
    groups: dict[str, int] = {}
    for index, item in enumerate(permit_type.requirements):
        place = node_at(node, ("requirements", index))
        if item.application_kinds - permit_type.application_kinds:
            wrong = ", ".join(sorted(item.application_kinds - permit_type.application_kinds))
            problems.add(
                place.at("application_kinds"),
                "application-kind",
                N_("the permit type has no applications of kind {kinds}; add them there or remove them here"),
                kinds=wrong,
            )
        if item.brought_by is RequirementSource.OFFICE and item.code not in produced and permit_type.complete:
            problems.warn(
                place,
                "nobody-produces",
                N_("no stage `produces` the requirement {code}; the office will have to add it by hand"),
                code=item.code,
            )
        for content_type in item.content_types:
            if content_type.count("/") != 1:
                problems.add(
                    place.at("content_types"),
                    "content-type",
                    N_("expected a content type such as application/pdf, but got {name!r}; correct it"),
                    name=content_type[:80],
                )
        if item.alternative_group is not None:
            groups[item.alternative_group] = groups.get(item.alternative_group, 0) + 1
    _check_groups(problems, permit_type, node, (name for name, count in groups.items() if count == 1))
    _check_approval(problems, permit_type, node)


def _check_groups(problems: Problems, permit_type: PermitType, node: Node, lonely: Iterable[str]) -> None:
    names = set(lonely)
    for index, item in enumerate(permit_type.requirements):
        if item.alternative_group in names:
            problems.warn(
                node_at(node, ("requirements", index, "alternative_group")),
                "lonely-alternative",
                N_("the group {name} has one requirement only; it is then simply required"),
                name=item.alternative_group,
            )


def _check_approval(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report stages after the decision, which would wait for ever."""
    approvals = {stage.code for stage in permit_type.stages if stage.kind is StageKind.APPROVAL}
    for index, stage in enumerate(permit_type.stages):
        if stage.code not in approvals and approvals & set(stage.after):
            problems.add(
                node_at(node, ("stages", index, "after")),
                "after-approval",
                N_("nothing can follow the approval; let the stage {code} come before it"),
                code=stage.code,
            )
