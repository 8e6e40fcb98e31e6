"""What permit types name in the authority file and in each other."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.i18n import N_
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit_type import PermitType

__all__ = ["check_references"]

UNKNOWN = N_("expected a code that the catalogue knows, but got {name!r}; {suggestion}")


def check_references(
    problems: Problems,
    permit_type: PermitType,
    node: Node,
    authority: Authority | None,
    codes: AbstractSet[str],
) -> None:
    """Report names of units, registers, archive classes and permit types that do not exist."""
    for index, item in enumerate(permit_type.prerequisites):
        if item.permit_type is not None:
            _check(problems, node_at(node, ("prerequisites", index, "permit_type")), item.permit_type, codes)
    if authority is None:
        return
    units = {unit.code for unit in authority.units}
    registers = {register.code for register in authority.registers}
    classes = {item.code for item in authority.archive_classes}
    for path, code in _units_of(permit_type):
        _check(problems, node_at(node, path), code, units)
    if permit_type.register is not None:
        _check(problems, node.at("register"), permit_type.register, registers)
    if permit_type.receipt_register is not None:
        _check(problems, node.at("receipt_register"), permit_type.receipt_register, registers)
    if permit_type.archive_class is not None:
        _check(problems, node.at("archive_class"), permit_type.archive_class, classes)
    for index, stage in enumerate(permit_type.stages):
        if stage.letter_register is not None:
            place = node_at(node, ("stages", index))
            _check(problems, place.at("letter_register"), stage.letter_register, registers)
    _check_register_dates(problems, permit_type, node, authority)
    _check_signatory(problems, permit_type, node, authority)
    _check_calendar(problems, permit_type, node, authority)


def _units_of(permit_type: PermitType) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each place that names a unit, and the unit."""
    yield ("responsible_unit",), permit_type.responsible_unit
    yield from ((("signing_units", index), code) for index, code in enumerate(permit_type.signing_units))
    if permit_type.letter is not None and permit_type.letter.letterhead_unit is not None:
        yield ("letter", "letterhead_unit"), permit_type.letter.letterhead_unit
    yield from ((("stages", index, "unit"), stage.unit) for index, stage in enumerate(permit_type.stages))


def _check(problems: Problems, place: Node, name: str, known: AbstractSet[str]) -> None:
    if name not in known:
        problems.add(place, "unknown-code", UNKNOWN, name=name[:80], suggestion=suggestion(name, known))


def _check_register_dates(
    problems: Problems, permit_type: PermitType, node: Node, authority: Authority
) -> None:
    """Report a register that has no format on the first day of this version."""
    first = permit_type.in_force.start
    named = [(("register",), permit_type.register), (("receipt_register",), permit_type.receipt_register)] + [
        (("stages", index, "letter_register"), stage.letter_register)
        for index, stage in enumerate(permit_type.stages)
    ]
    for path, code in named:
        register = next((item for item in authority.registers if item.code == code), None)
        if register is None:
            continue
        covered = (
            register.format_on(first) is not None
            if first is not None
            else any(item.valid.start is None for item in register.formats)
        )
        ends = [item.valid.end for item in register.formats]
        last = permit_type.in_force.end
        open_end = None in ends or (last is not None and any(end is not None and end >= last for end in ends))
        if not covered or not open_end:
            problems.add(
                node_at(node, path),
                "register-format",
                N_(
                    "the register {code} has no number format for all days in which this version is in force; "
                    "add a format or correct its span of days"
                ),
                code=register.code,
            )


def _check_signatory(problems: Problems, permit_type: PermitType, node: Node, authority: Authority) -> None:
    if not permit_type.complete:
        return
    span = permit_type.in_force
    entitled = [
        item
        for item in authority.delegations
        if ("*" in item.permit_types or permit_type.code in item.permit_types) and item.valid.overlaps(span)
    ]
    homes = {item.code: item.unit for item in authority.positions}
    outside = [
        item for item in entitled if homes.get(item.position) not in (None, *permit_type.deciding_units)
    ]
    if entitled and len(outside) == len(entitled):
        problems.add(
            node.at("code"),
            "signing-unit",
            N_(
                "the permit type {code} is signed for {position}, whose unit {unit} is not among those that decide; "
                "add it to `signing_units`, or correct `responsible_unit` or the delegation"
            ),
            code=permit_type.code,
            position=outside[0].position,
            unit=homes[outside[0].position],
        )
    if not entitled:
        problems.add(
            node.at("code"),
            "no-signatory",
            N_(
                "no one may sign permits of the type {code} while this version is in force; add a delegation "
                "to the authority file"
            ),
            code=permit_type.code,
        )


def _check_calendar(problems: Problems, permit_type: PermitType, node: Node, authority: Authority) -> None:
    """Report a version that begins after the calendar ends; warn when the calendar covers a part only."""
    calendar, span = authority.calendar, permit_type.in_force
    place = node.at("in_force")
    if span.start is not None and span.start > calendar.covers_to:
        problems.add(
            place,
            "calendar-cover",
            N_(
                "the working calendar ends on {last}, before this version begins; add the calendar of its years"
            ),
            last=calendar.covers_to,
        )
    elif (span.start is not None and span.start < calendar.covers_from) or (
        span.end is not None and span.end > calendar.covers_to
    ):
        problems.warn(
            place,
            "calendar-cover",
            N_(
                "the working calendar covers {first} to {last} only; no deadline can be counted on other days"
            ),
            first=calendar.covers_from,
            last=calendar.covers_to,
        )
