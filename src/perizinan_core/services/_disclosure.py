"""
Which numbers are published: no count below five, and none that can be computed from others that are.

Where a total is published beside its parts, one part that is hidden could be computed. So parts are hidden until
at least two are, which together are five or more: then only sums of five or more follow from what is published.
(UU 27/2022 on personal data; five is the limit that offices of statistics use.)
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeVar

import attrs

__all__ = ["LEAST", "Count", "Share", "hidden_parts", "hidden_splits", "share_of", "size_class"]

K = TypeVar("K")

LEAST = 5
"""The smallest count that is shown."""

_SIZES = (LEAST, 10, 20, 50, 100, 200, 500, 1000)


@attrs.frozen(kw_only=True)
class Count:
    """A count as it may be shown."""

    number: int | None
    """None: not shown."""

    is_small: bool = False
    """It is not shown because it is below five; otherwise because another number could be computed from it."""

    def __str__(self) -> str:
        """Return it as tables show it."""
        if self.number is not None:
            return str(self.number)
        return f"< {LEAST}" if self.is_small else "…"

    @classmethod
    def of(cls, number: int, *, hidden: bool = False) -> Count:
        """Return a count as it may be shown; ``hidden``: others would tell too much with it."""
        if number < LEAST:
            return cls(number=None, is_small=True)
        return cls(number=None if hidden else number)


@attrs.frozen(kw_only=True)
class Share:
    """A share as it may be shown, in whole percent: exact, between two bounds, or not at all."""

    least: int | None
    """At least so many percent; None: not shown."""

    most: int | None
    """At most so many percent; the same as ``least`` where it is exact."""

    def __str__(self) -> str:
        """Return it as tables show it."""
        if self.least is None or self.most is None:
            return "…"
        return f"{self.least} %" if self.least == self.most else f"{self.least}–{self.most} %"


def hidden_parts(parts: Mapping[K, int], *, total_is_shown: bool = True) -> frozenset[K]:
    """
    Return the parts of a total that are not shown.

    Args:
        parts: How many there are of each; each is counted in one part only.
        total_is_shown: Whether their sum is published too.
    """
    hidden = {key for key, number in parts.items() if number < LEAST}
    if not hidden or not total_is_shown:
        return frozenset(hidden)
    for key in sorted(parts.keys() - hidden, key=lambda key: (parts[key], str(key))):
        if len(hidden) > 1 and sum(parts[one] for one in hidden) >= LEAST:
            break
        hidden.add(key)
    return frozenset(hidden)


def hidden_splits(splits: Mapping[K, tuple[int, int]], *, total_is_shown: bool = True) -> frozenset[K]:
    """
    Return the parts whose division into two is not shown, where their sizes may be.

    Args:
        splits: Of each part: how many are of the one and how many of the other kind.
        total_is_shown: Whether the sums of both kinds are published too.
    """
    hidden = {key for key, split in splits.items() if min(split) < LEAST}
    if not hidden or not total_is_shown:
        return frozenset(hidden)
    for key in sorted(splits.keys() - hidden, key=lambda key: (sum(splits[key]), str(key))):
        sums = [sum(splits[one][side] for one in hidden) for side in (0, 1)]
        if len(hidden) > 1 and min(sums) >= LEAST:
            break
        hidden.add(key)
    return frozenset(hidden)


def share_of(number: int, others: int, *, hidden: bool) -> Share:
    """
    Return the share of ``number`` among all.

    Args:
        number: How many are of the kind.
        others: How many are not.
        hidden: The division is not shown. Where one side is small, it is still known that it is, and the share
            lies between bounds that say no more than that.
    """
    every = number + others
    if every < LEAST:
        return Share(least=None, most=None)
    if not hidden and min(number, others) >= LEAST:
        exact = _percent(number, every)
        return Share(least=exact, most=exact)
    small = LEAST - 1
    if others < LEAST <= number:
        return Share(least=_percent(every - small, every), most=100)
    if number < LEAST <= others:
        return Share(least=0, most=_percent(small, every))
    return Share(least=None, most=None)


def size_class(number: int) -> str:
    """Return a class of size, where an exact number would tell too much with others: ``< 5``, ``5–9`` and so on."""
    if number < LEAST:
        return f"< {LEAST}"
    for least, above in pairwise(_SIZES):
        if number < above:
            return f"{least}–{above - 1}"
    return f"≥ {_SIZES[-1]}"


def _percent(number: int, every: int) -> int:
    """Round half up, as tables of offices do."""
    return (200 * number + every) // (2 * every)
