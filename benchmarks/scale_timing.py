"""How long questions take that are asked by turns, so that what else a machine does falls on all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["times_of"]


def times_of(asks: Mapping[int, Callable[[], object]], rounds: int) -> dict[int, float]:
    """Return the median of each in milliseconds; they take turns, and each was asked once before."""
    found: dict[int, list[float]] = {size: [] for size in asks}
    for ask in asks.values():
        ask()
    for _ in range(rounds):
        for size, ask in asks.items():
            begun = time.perf_counter()
            ask()
            found[size].append((time.perf_counter() - begun) * 1000)
    return {size: statistics.median(times) for size, times in found.items()}
