"""A process of its own for the codes of copies: whatever a stranger's picture does to a decoder, it does it there."""

from __future__ import annotations

import os
from functools import lru_cache

from perizinan_core.confined import Channel, ChildPool, Confinement, start_child, task_limits
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.verification._copies import codes_here
from perizinan_core.verification._qr_image import CodesFound

_MEMORY = 1024 * 1024 * 1024
_TASKS_PER_CHILD = 200
_MORE_SECONDS = 2.0
"""Beyond the search: to unpack what is being looked at when its time is over."""


def codes_confined(data: bytes, seconds: float) -> CodesFound:
    """Read the codes of a file in a process of its own; nothing is found where that fails or takes too long."""
    try:
        told = _pool().ask({"data": data, "seconds": seconds}, seconds=seconds + _MORE_SECONDS).message or {}
        return CodesFound(tuple(map(str, told["texts"])), told["printed"])
    except (ChildStartError, KeyError, TypeError):
        return CodesFound()


@lru_cache(maxsize=1)
def _pool() -> ChildPool:
    return ChildPool(
        lambda: start_child(f"{__name__}:serve", confinement=Confinement(more_memory=_MEMORY)),
        places=max(1, min(4, os.cpu_count() or 1)),
        tasks_per_child=_TASKS_PER_CHILD,
    )


def serve(channel: Channel) -> None:
    """Answer requests until the other side closes the channel."""
    channel.ready()
    while True:
        request = channel.receive()
        with task_limits(cpu_seconds=request["seconds"] + _MORE_SECONDS):
            found = codes_here(request["data"], request["seconds"])
        channel.send({"texts": found.texts, "printed": found.printed, "again": True})
