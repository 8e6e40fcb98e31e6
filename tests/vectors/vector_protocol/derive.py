"""
Vectors that stand for many files: a rule in ``expected.json`` and one file from which all follow.

- ``{"rule": "cut-percent", "from": 0, "to": 99}``: the file cut after so many percent of its bytes, rounded down.
- ``{"rule": "flip-every", "step": 41, "mask": 1}``: the file with one byte changed (exclusive or with ``mask``), at
  places 0, step, 2 · step and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["derived"]


def derived(data: bytes, rule: dict[str, Any] | None) -> Iterator[tuple[str, bytes]]:
    """
    Yield a label and the bytes of each file that a rule makes of ``data``; without a rule, the file itself.

    Raises:
        ValueError: the rule is not known.
    """
    if rule is None:
        yield "", data
        return
    match rule["rule"]:
        case "cut-percent":
            for percent in range(rule["from"], rule["to"] + 1):
                yield f"{percent}%", data[: len(data) * percent // 100]
        case "flip-every":
            for place in range(0, len(data), rule["step"]):
                changed = bytes([data[place] ^ rule["mask"]])
                yield f"@{place}", data[:place] + changed + data[place + 1 :]
        case other:
            raise ValueError(f"expected a known rule, got {other!r}")
