"""Strategies for catalogue files: number templates, tariff tables with bands, mutated YAML, expressions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from perizinan_core.model._fees import TariffRow, TariffTable
from perizinan_core.model._text import DateRange, Source, Text

__all__ = ["amounts", "banded_tables", "hostile_yaml", "mutations", "number_templates"]

_LITERALS = st.text(alphabet="ABCXYZ0123456789/.-() ", min_size=0, max_size=8)
_PLACEHOLDERS = ("{year}", "{month}", "{month_roman}", "{unit}", "{class}", "{permit}")


@st.composite
def number_templates(draw: st.DrawFn) -> str:
    """Return sound number templates: the sequence once, with or without a width, anywhere among the rest."""
    width = draw(st.sampled_from(["", ":02", ":03", ":05"]))
    parts = draw(st.lists(st.sampled_from(_PLACEHOLDERS), max_size=4, unique=True))
    parts.insert(draw(st.integers(0, len(parts))), f"{{sequence{width}}}")
    # Something that is neither a digit nor a Roman numeral separates the parts, as on every letter seen.
    separators = [draw(st.sampled_from(["/", ".", "-", " / ", "/BPPM/"])) for _ in parts]
    pairs = zip(parts, separators, strict=True)
    return draw(_LITERALS) + "/" + "".join(part + separator for part, separator in pairs)


def amounts(*, places: int = 4, largest: int = 100_000) -> st.SearchStrategy[Decimal]:
    """Return decimal numbers from 0 as people write them in forms and tables."""
    return st.decimals(min_value=0, max_value=largest, places=places, allow_nan=False, allow_infinity=False)


@st.composite
def banded_tables(draw: st.DrawFn, code: str = "tarif") -> TariffTable:
    """Return tables without keys whose bands cover every quantity above 0."""
    limits = sorted(draw(st.sets(st.integers(1, 10_000), max_size=6)))
    edges: list[Decimal | None] = [None, *(Decimal(limit) for limit in limits), None]
    rows = tuple(
        TariffRow(above=edges[index], up_to=edges[index + 1], value=draw(amounts()))
        for index in range(len(edges) - 1)
    )
    return TariffTable(
        code=code,
        label=Text("Tarif"),
        banded=True,
        valid=DateRange(date(2020, 1, 1), None),
        rows=rows,
        source=Source("rekaan"),
    )


_HOSTILE = (
    *("&a [*a, *a]", "!!python/object:os.system {}", "<<: *x", "{a: 1, a: 2}", "? [1]\n: 2", "\t- x", "'"),
    *(
        "[" * 60,
        "- " * 60,
        "\x00",
        "\ufeff",
        "2026-02-30",
        "no",
        "1e999",
        "0x10",
        ".inf",
        '"\\ud800"',
        "%TAG ! x",
    ),
    *("---\n---\n", "\U0001f600: \u202e", "key: |\n  x", "*", "null", "~", ": :", "[]", "{}", "12:30"),
)


def hostile_yaml() -> st.SearchStrategy[str]:
    """Return YAML fragments that parsers stumble over, alone and mixed with other text."""
    return st.lists(st.sampled_from(_HOSTILE) | st.text(max_size=12), min_size=1, max_size=4).map("\n".join)


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """Return ``text`` with a few lines cut, doubled, indented, swapped or replaced by hostile YAML."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["cut", "double", "indent", "replace", "value", "swap"])):
            case "cut":
                lines[index : index + draw(st.integers(1, 5))] = [""]
            case "double":
                lines.insert(index, lines[index])
            case "indent":
                lines[index] = " " * draw(st.integers(1, 5)) + lines[index]
            case "replace":
                lines[index] = draw(hostile_yaml())
            case "value":
                key, colon, _ = lines[index].partition(":")
                lines[index] = f"{key}{colon} {draw(hostile_yaml())}"
            case _:
                other = draw(st.integers(0, len(lines) - 1))
                lines[index], lines[other] = lines[other], lines[index]
    return "\n".join(lines)
