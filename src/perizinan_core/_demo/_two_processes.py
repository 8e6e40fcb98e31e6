"""
The days of the city in two processes, where the machine has two cores: the Health Office has its own officers,
registers and permits, so that no one else waits for it. Both meet on every morning of work.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random
from threading import BrokenBarrierError
from typing import Any

from perizinan_core._demo._days import Days, Share
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._plan import Wish
from perizinan_core.bootstrap import Office, load_settings

__all__ = ["let_pass"]

_APART = "rekomendasi-sip-nakes"
"""The kind of permit that the other process plays."""

_WORTHWHILE = 60
"""Applications from which on a second process is worth its start."""

_PATIENCE = 90.0
"""Seconds after which the other process is taken for dead."""


_LAST_WORDS = 10.0
"""Seconds for the other process to say why it ended."""


def let_pass(
    office: Office,
    clock: StoryClock,
    planned: tuple[Wish, ...],
    *,
    settings: Path,
    seed: int,
    progress: Callable[[int], None],
) -> Days:
    """
    Let the days of a city pass, and return those of this process.

    Args:
        office: The office of the city, on ``clock``.
        clock: At the first moment.
        planned: What people are going to apply for.
        settings: Of the office, for another process.
        seed: Of the draws.
        progress: Called with how many applications were made.
    """
    if len(planned) < _WORTHWHILE or len(os.sched_getaffinity(0)) < 2:
        days = Days(office, clock, Random(seed), progress)
        days.run(planned)
        return days
    context = multiprocessing.get_context("spawn")
    barrier, made = context.Barrier(2), context.Value("i", 0)
    apart = tuple(wish for wish in planned if wish.permit_type == _APART)
    other = context.Process(target=_other_half, args=(settings, clock, apart, seed + 1, barrier, made))
    other.start()
    share = Share(is_shared=True, meet=lambda: barrier.wait(_PATIENCE))
    days = Days(office, clock, Random(seed), lambda done: progress(done + made.value), share)
    try:
        days.run(tuple(wish for wish in planned if wish.permit_type != _APART))
        other.join(_PATIENCE)
        progress(len(planned))
    except BrokenBarrierError:
        # The other one says itself what went wrong.
        other.join(_LAST_WORDS)
        raise
    finally:
        barrier.abort()
        other.terminate()
    if other.exitcode != 0:
        raise RuntimeError("the second process of the demonstration ended early")
    return days


def _other_half(
    settings: Path, clock: StoryClock, planned: tuple[Wish, ...], seed: int, barrier: Barrier, made: Any
) -> None:
    """Play the part of the Health Office; what goes wrong in it on purpose stays off the screen."""
    logging.getLogger("perizinan_core").setLevel(logging.CRITICAL)

    def note(done: int) -> None:
        made.value = done

    share = Share(leads=False, is_shared=True, meet=lambda: barrier.wait(_PATIENCE))
    try:
        with Office.open(load_settings(settings), clock=clock) as office:
            Days(office, clock, Random(seed), note, share).run(planned)
    except BaseException:
        barrier.abort()
        raise
