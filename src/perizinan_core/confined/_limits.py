"""What a child process may have, and how it is held to that."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import warnings
from collections.abc import Iterator
from pathlib import Path

import attrs

__all__ = ["Confinement", "close_doors", "limit_memory", "task_limits"]

_PAGE = os.sysconf("SC_PAGE_SIZE")
_MAPPED_ELSEWHERE = 512 * 1024 * 1024
"""Bytes that the libraries usually map, where the system does not say."""


@attrs.frozen(kw_only=True)
class Confinement:
    """What a child process may have. The least is the default; what a child needs beyond it is said."""

    memory: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.gt(0))
    )
    """Most address space in all, in bytes."""

    more_memory: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.gt(0))
    )
    """Most address space above what it has when its program is loaded, in bytes."""

    open_files: int | None = 64
    """Most files and sockets open at the same time; None: as many as the parent."""

    writes_files: bool = False
    """Whether it may write files."""

    own_environment: bool = True
    """
    Whether it starts with an environment and folder of its own, without logs and warnings. Otherwise those of the
    parent, in which secrets may be.
    """


def close_doors(confinement: Confinement) -> None:
    """Take from this process what it may not have; memory comes later, when its program is loaded."""
    if confinement.own_environment:
        logging.disable(logging.CRITICAL)  # libraries may log what is written in a file
        warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not confinement.writes_files:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if confinement.open_files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (confinement.open_files, confinement.open_files))


def limit_memory(confinement: Confinement) -> None:
    """Limit the address space of this process."""
    if confinement.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (confinement.memory, confinement.memory))
    if confinement.more_memory is not None:
        _limit_address_space(_address_space() + confinement.more_memory)


@contextlib.contextmanager
def task_limits(*, cpu_seconds: float, more_memory: int | None = None) -> Iterator[None]:
    """
    Limit one task of a child.

    Args:
        cpu_seconds: Most computing time; whole seconds count, rounded up. A child that needs more is ended by
            the system, and its parent learns so.
        more_memory: Most address space above what there is now, in bytes; beyond it `MemoryError` is raised.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    most = int(usage.ru_utime + usage.ru_stime) + 1 + -int(-cpu_seconds // 1)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )
    if more_memory is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    _limit_address_space(_address_space() + more_memory)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _limit_address_space(most: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(
        ValueError, OSError
    ):  # a limit of the system that is below what there is already
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    # Bytes mapped now (proc(5), statm field 1).
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * _PAGE
    except (OSError, ValueError):
        return _MAPPED_ELSEWHERE
