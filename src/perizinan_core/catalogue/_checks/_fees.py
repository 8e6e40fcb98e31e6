"""Fees and tariff tables: bands without gaps or overlaps, dates that do not overlap."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import timedelta

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems
from perizinan_core.i18n import N_
from perizinan_core.model._fees import FeeKind, TariffRow, TariffTable
from perizinan_core.model._permit_type import PermitType

__all__ = ["check_fee", "check_shared_tariffs"]

Placed = Sequence[tuple[TariffTable, Node]]


def check_shared_tariffs(problems: Problems, tariffs: Placed) -> None:
    """Report problems of the tables in ``tariffs/*.yaml``."""
    for table, node in tariffs:
        _check_table(problems, table, node)
    _check_dates(problems, tariffs)


def check_fee(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report problems of a fee and the tables written out in it."""
    fee = permit_type.fee
    if fee is None:
        return
    root = node_at(node, ("fee", "tariffs"))
    own = [
        (table, item)
        for item in root.items
        if isinstance(item.value, dict)
        for table in fee.tariffs
        if (code := item.get("code")) is not None
        and table.code == code.value
        and len(table.rows) == len(item.at("rows").items)
    ]
    for table, item in own:
        _check_table(problems, table, item)
    _check_dates(problems, [(table, root) for table in fee.tariffs])
    for table, item in _without_cover(fee.tariffs, permit_type, root):
        problems.warn(
            item,
            "tariff-cover",
            N_(
                "the table {code} does not cover all days in which this version is in force; "
                "fees of the other days cannot be found"
            ),
            code=table.code,
        )
    if fee.kind is FeeKind.LEVY and not fee.components:
        problems.add(
            node_at(node, ("fee",)),
            "no-components",
            N_(
                "expected components of the levy, but there are none; add them, or choose kind free or elsewhere"
            ),
        )
    names = [component.code for component in fee.components]
    for index, name in enumerate(names):
        if name in names[:index]:
            problems.add(
                node_at(node, ("fee", "components", index)),
                "duplicate-code",
                N_("the code {code} stands there twice; rename one of them"),
                code=name,
            )


def _without_cover(
    tables: Iterable[TariffTable], permit_type: PermitType, root: Node
) -> list[tuple[TariffTable, Node]]:
    found = []
    for code, group in itertools.groupby(sorted(tables, key=_by_start), key=lambda table: table.code):
        spans = list(group)
        starts, ends = spans[0].valid.start, spans[-1].valid.end
        span = permit_type.in_force
        late = starts is not None and (span.start is None or starts > span.start)
        early = ends is not None and (span.end is None or ends < span.end)
        broken = any(
            before.valid.end is not None
            and after.valid.start is not None
            and after.valid.start > before.valid.end + timedelta(days=1)
            for before, after in itertools.pairwise(spans)
        )
        if code and (late or early or broken):
            found.append((spans[0], root))
    return found


def _by_start(table: TariffTable) -> tuple[str, str]:
    return table.code, str(table.valid.start or "")


def _check_dates(problems: Problems, tariffs: Placed) -> None:
    for (one, _), (other, node) in itertools.combinations(tariffs, 2):
        if one.code == other.code and one.valid.overlaps(other.valid):
            problems.add(
                node,
                "tariff-overlap",
                N_("two tables {code} are valid on the same day; end the older one the day before"),
                code=other.code,
            )


def _check_table(problems: Problems, table: TariffTable, node: Node) -> None:
    groups: dict[tuple[str, ...], list[tuple[TariffRow, Node]]] = {}
    for index, row in enumerate(table.rows):
        place = node.at("rows").at(index)
        if len(row.keys) != len(table.keys):
            problems.add(
                place,
                "tariff-keys",
                N_("expected {expected} keys ({names}), but the row has {count}; correct it"),
                expected=len(table.keys),
                names=", ".join(table.keys) or "–",
                count=len(row.keys),
            )
        if not table.banded and (row.above is not None or row.up_to is not None):
            problems.add(
                place,
                "tariff-bands",
                N_("the row has a band, but the table has none; write `banded: true` or remove it"),
            )
        groups.setdefault(row.keys, []).append((row, place))
    for keys, rows in groups.items():
        if table.banded:
            _check_bands(problems, keys, rows)
        elif len(rows) > 1:
            problems.add(
                rows[1][1],
                "tariff-duplicate",
                N_("two rows have the keys {keys}; remove one of them"),
                keys=", ".join(keys) or "–",
            )


def _check_bands(problems: Problems, keys: tuple[str, ...], rows: list[tuple[TariffRow, Node]]) -> None:
    shown = ", ".join(keys) or "–"
    rows = sorted(rows, key=lambda pair: (pair[0].above is not None, pair[0].above or 0))
    for row, place in rows:
        if row.above is not None and row.up_to is not None and row.up_to <= row.above:
            problems.add(
                place,
                "tariff-bands",
                N_("the band ends at {up_to}, which is not above its start {above}; correct it"),
                up_to=row.up_to,
                above=row.above,
            )
    for (before, _), (after, place) in itertools.pairwise(rows):
        if before.up_to is None or after.above is None or after.above < before.up_to:
            problems.add(
                place,
                "tariff-overlap-band",
                N_("the band overlaps the one before it (keys {keys}); let it begin above {end}"),
                keys=shown,
                end=before.up_to if before.up_to is not None else "–",
            )
        elif after.above > before.up_to:
            problems.add(
                place,
                "tariff-gap",
                N_("quantities above {end} up to {start} have no row (keys {keys}); close the gap"),
                keys=shown,
                end=before.up_to,
                start=after.above,
            )
