"""One page per report, whatever a stranger's file makes a report say: texts that are too long lose their middle."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

__all__ = ["LINE_BUDGETS", "fitted", "shortened"]

LINE_BUDGETS = (62, 52, 44)
"""Lines of text that fit beside the headings; less when the letters turn out to be wide."""

_LIMITS = (400, 240, 160, 110, 72, 48)
"""Longest texts to try, in characters."""

_HASH = 72
"""Nothing beside the labels is made shorter than this: half a checksum tells nothing."""

_KEYS = 3
_WIDTHS: Mapping[str, int] = {"reasons": 88, "permit": 68, "statements": 46, "checks": 60, "evidence": 68}
"""Characters of a line, by part of the page."""


def shortened(text: str, most: int) -> str:
    """Return a text of at most about ``most`` characters: of a longer one beginning and end."""
    return text if len(text) <= most else text[: most // 2] + " … " + text[-most // 2 :]


def fitted(page: Mapping[str, Any], lines: int) -> dict[str, Any]:
    """Return the data of a page with its texts shortened until they fit; most fit as they are."""
    return next(
        (item for item in (_with_limit(page, most) for most in _LIMITS) if _lines(item) <= lines),
        _with_limit(page, _LIMITS[-1]),
    )


def _with_limit(page: Mapping[str, Any], most: int) -> dict[str, Any]:
    rows = {
        name: [
            [label, "\n".join(shortened(part, max(most, _HASH)) for part in _parts(value))]
            for label, value in page[name]
        ]
        for name in ("permit", "evidence")
    }
    told = {
        name: [{**item, "sentence": shortened(item["sentence"], most)} for item in page[name]]
        for name in ("statements", "checks")
    }
    return {
        **page,
        **rows,
        **told,
        "reasons": [shortened(text, most) for text in page["reasons"]],
        "authority_name": shortened(page["authority_name"], min(most, 110)),
    }


def _parts(value: str) -> list[str]:
    """Return the lines of a value, a long list cut short."""
    parts = value.split("\n")
    return parts if len(parts) <= _KEYS else [*parts[: _KEYS - 1], "…"]


def _lines(page: Mapping[str, Any]) -> int:
    def rows(name: str, *texts: str) -> int:
        return sum(max(1, ceil(_width(text) / _WIDTHS[name])) for text in texts)

    statements = [rows("statements", item["sentence"]) for item in page["statements"]]
    return (
        sum(rows("reasons", text) for text in page["reasons"])
        + sum(rows(name, *value.split("\n")) for name in ("permit", "evidence") for _, value in page[name])
        + sum(max(statements[place : place + 2]) for place in range(0, len(statements), 2))
        + sum(rows("checks", f"{item['sentence']} {item['code']}") for item in page["checks"])
        + rows("reasons", page["compared"])
    )


def _width(text: str) -> float:
    """Return the width in small letters; capitals, and what is not a Latin letter, take more."""
    return len(text) + 0.8 * sum(character.isupper() or ord(character) > 0x17F for character in text)
