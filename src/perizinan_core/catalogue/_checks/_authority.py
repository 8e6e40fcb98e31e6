"""The authority file: registers, delegations, positions, dated names."""

from __future__ import annotations

import itertools
from collections.abc import Set as AbstractSet

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._checks._references import UNKNOWN
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._numbers import format_faults
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.i18n import N_
from perizinan_core.model._authority import Authority, NumberRegister
from perizinan_core.model._text import DateRange

__all__ = ["check_authority"]


def check_authority(
    problems: Problems, authority: Authority, node: Node, permit_types: AbstractSet[str]
) -> None:
    """Report what is wrong inside the authority file, and delegations for permit types that do not exist."""
    units = {unit.code for unit in authority.units}
    positions = {position.code for position in authority.positions}
    for key in ("units", "positions", "delegations", "registers", "archive_classes"):
        _check_duplicates(problems, node, key, [item.code for item in getattr(authority, key)])
    _check_code(problems, node_at(node, ("letterhead", "unit")), authority.letterhead.unit, units)
    if authority.letterhead.address is None and not authority.letterhead.addresses:
        problems.warn(
            node_at(node, ("letterhead",)),
            "letterhead-without-address",
            N_("the letterhead has no address; write it under `address`, so that letters show it"),
        )
    spans = [item.valid for item in authority.letterhead.addresses]
    _check_spans(problems, node_at(node, ("letterhead", "addresses")), spans)
    registers = {register.code for register in authority.registers}
    _check_code(problems, node.at("receipt_register"), authority.receipt_register, registers)
    for index, position in enumerate(authority.positions):
        _check_code(problems, node_at(node, ("positions", index, "unit")), position.unit, units)
    for index, delegation in enumerate(authority.delegations):
        place = node_at(node, ("delegations", index))
        _check_code(problems, place.at("position"), delegation.position, positions)
        for name in sorted(delegation.permit_types - {"*"} - permit_types):
            _check_code(problems, place.at("permit_types"), name, permit_types)
    for index, register in enumerate(authority.registers):
        place = node_at(node, ("registers", index))
        _check_code(problems, place.at("unit"), register.unit, units)
        _check_formats(problems, place, register)
    for index, unit in enumerate(authority.units):
        place = node_at(node, ("units", index, "names"))
        _check_spans(problems, place, [name.valid for name in unit.names])


def _check_code(problems: Problems, place: Node, name: str, known: AbstractSet[str]) -> None:
    if name not in known:
        problems.add(place, "unknown-code", UNKNOWN, name=name[:80], suggestion=suggestion(name, known))


def _check_duplicates(problems: Problems, node: Node, key: str, codes: list[str]) -> None:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            problems.add(
                node_at(node, (key, index)),
                "duplicate-code",
                N_("the code {code} stands there twice; rename one of them"),
                code=code,
            )


def _check_formats(problems: Problems, place: Node, register: NumberRegister) -> None:
    formats = place.at("formats")
    for index, item in enumerate(register.formats):
        for phrase in format_faults(item.template):
            problems.add(
                formats.at(index).at("template"),
                "number-format",
                N_("the number format {template!r} cannot be used: {reason}; correct it"),
                template=item.template[:100],
                reason=phrase,
            )
    _check_spans(problems, formats, [item.valid for item in register.formats])


def _check_spans(problems: Problems, place: Node, spans: list[DateRange]) -> None:
    for (_, one), (index, other) in itertools.combinations(enumerate(spans), 2):
        if one.overlaps(other):
            problems.add(
                place.at(index),
                "span-overlap",
                N_("two entries are valid on the same day; end the older one the day before"),
            )
