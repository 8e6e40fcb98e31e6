"""
The inspecting process: one file at a time, under limits, with nowhere to write.

Started by `perizinan_core.documents._sandbox` as ``python -m perizinan_core.documents._inspection._child
FD``; ``FD`` is its end of a socket pair. A request is a length-prefixed JSON object that comes with the
descriptor of the file; the answer has the same form. End of input ends the process, so it never outlives
the one that started it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import socket
import sys
import warnings
from pathlib import Path
from typing import Any

import attrs

from perizinan_core.documents._inspection._blame import place_of
from perizinan_core.documents._inspection._channel import receive, send
from perizinan_core.documents._inspection._judge import judge
from perizinan_core.documents._inspection._observations import Limits, Observations

__all__ = ["main"]

_PAGE = os.sysconf("SC_PAGE_SIZE")
_MAX_OPEN_FILES = 64
_STDERR = 2


def main(channel_number: int) -> None:
    """Answer requests until the other side closes the channel."""
    _close_doors()
    _fall_silent()
    channel = socket.socket(fileno=channel_number)
    send(channel, {"ready": True})
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            request, descriptor = receive(channel)
            if descriptor is None:
                break
            send(channel, _answer(request, descriptor))


def _close_doors() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(2000)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))


def _fall_silent() -> None:
    """End the way on which a failed start is told, before anything hostile is read."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)


def _answer(request: dict[str, Any], descriptor: int) -> dict[str, Any]:
    notes = Observations()
    with os.fdopen(descriptor, "rb") as file:
        try:
            _limit(int(request["cpu_seconds"]), int(request["memory_bytes"]))
            judge(file, int(request["size"]), str(request["ending"]), Limits(**request["limits"]), notes)
        except MemoryError:
            return {"failed": "memory-limit", "again": False}
        except Exception as error:  # noqa: BLE001 - our own fault is an answer, not a crash
            notes.note("inspection-failed")
            return {"notes": attrs.asdict(notes), "fault": place_of(error), "again": False}
        finally:
            _limit_memory(None)
    return {"notes": attrs.asdict(notes), "again": True}


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_seconds, hard))
    _limit_memory(memory_bytes)


def _limit_memory(memory_bytes: int | None) -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = hard if memory_bytes is None else _address_space() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    # Bytes mapped now (proc(5), statm field 1); elsewhere than on Linux the libraries' usual need.
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * _PAGE
    except OSError:
        return 512 * 1024 * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
