"""
Processes that inspect uploads, kept warm: a hostile file can at worst end one of them.

The asking process hands over an open file and gets codes and numbers back. It never parses the file
itself; `perizinan_core.confined` says what the inspecting processes may have.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core.confined import ChildPool, ChildProcess, Ending, Reply, start_child
from perizinan_core.documents._policy import UploadPolicy
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.errors.documents import InspectionUnavailableError
from perizinan_core.i18n import N_

__all__ = ["Sandbox", "SandboxAnswer", "default_sandbox"]

_log = logging.getLogger(__name__)

_TARGET = "perizinan_core.documents._inspection._child:serve"
_MOST_WORKERS = 4
_FILES_PER_WORKER = 500
_FAULT = re.compile(r"[\w./:, ]{1,500}", re.ASCII)
_FAILURES = {
    Ending.TIME: "time-limit",
    # A machine that is short of memory, and not our limit: the same file may pass later.
    Ending.KILLED: "time-limit",
    Ending.DIED: "inspection-failed",
}


@attrs.frozen
class SandboxAnswer:
    """What came back from the inspecting process."""

    notes: Mapping[str, Any] = attrs.field(factory=dict)
    """Its observations; empty when it failed."""

    failed: str | None = None
    """The finding that says why there are none: ``"time-limit"``, ``"memory-limit"`` or ``"inspection-failed"``."""

    fault: str | None = None
    """Type and place of an exception of ours, for the developers; never a message or a value."""


class Sandbox:
    """
    A small pool of inspecting processes, safe to use from many threads.

    Processes are started when they are needed and end with this object, or with the interpreter.
    """

    def __init__(self, *, workers: int | None = None, python: str | None = None) -> None:
        """
        Make the pool; nothing is started yet.

        Args:
            workers: Most files inspected at the same time; by default one a processor, at most 4.
            python: The interpreter to start, where ``sys.executable`` is not one (Python inside another
                program).
        """
        places = workers or min(_MOST_WORKERS, os.cpu_count() or 1)
        self._python = python
        self._pool = ChildPool(self._start, places=places, tasks_per_child=_FILES_PER_WORKER)

    def inspect(self, descriptor: int, *, size: int, ending: str, policy: UploadPolicy) -> SandboxAnswer:
        """
        Have an open file inspected.

        Args:
            descriptor: The file, open for reading; stays open.
            size: Its bytes.
            ending: Ending of its name, as ``"x.pdf"``.
            policy: What is accepted, and the limits.

        Raises:
            InspectionUnavailableError: No process can be started.
        """
        request = _request(size, ending, policy)
        try:
            reply = self._pool.ask(request, seconds=policy.wall_seconds, descriptor=descriptor)
        except ChildStartError as error:
            raise _unavailable(error) from error
        return _answer(reply)

    def warm_up(self) -> None:
        """
        Start one process ahead of the first upload.

        Raises:
            InspectionUnavailableError: It cannot be started.
        """
        try:
            self._pool.warm_up()
        except ChildStartError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """End all idle processes; the pool can be used again."""
        self._pool.close()

    def _start(self) -> ChildProcess:
        return start_child(_TARGET, python=self._python)


def _unavailable(error: ChildStartError) -> InspectionUnavailableError:
    if not error.cause:
        return InspectionUnavailableError(error.fault)
    _log.error("the inspecting process does not start: %s", error.cause)
    return InspectionUnavailableError(N_("the checking process does not start"))


def _answer(reply: Reply) -> SandboxAnswer:
    if reply.message is None:
        return SandboxAnswer(failed="inspection-failed" if reply.ending is None else _FAILURES[reply.ending])
    notes = reply.message.get("notes")
    if isinstance(notes, dict):
        return SandboxAnswer(notes=notes, fault=_fault(reply.message))
    failed = "memory-limit" if reply.message.get("failed") == "memory-limit" else "inspection-failed"
    return SandboxAnswer(failed=failed, fault=_fault(reply.message))


def _fault(reply: Mapping[str, Any]) -> str | None:
    # From a process that read a hostile file: plain words of limited length, or nothing.
    told = reply.get("fault")
    return told if isinstance(told, str) and _FAULT.fullmatch(told) else None


def _request(size: int, ending: str, policy: UploadPolicy) -> dict[str, Any]:
    return {
        "size": size,
        "ending": ending,
        "cpu_seconds": policy.cpu_seconds,
        "memory_bytes": policy.memory_bytes,
        "limits": {
            "accepted_types": sorted(policy.accepted_types),
            "max_pages": policy.max_pages,
            "max_pixels": policy.max_pixels,
            "max_unpacked_bytes": policy.max_unpacked_bytes,
            "allow_restricted_pdf": policy.allow_restricted_pdf,
            "accepted_attachments": sorted(policy.accepted_attachments),
        },
    }


_default: Sandbox | None = None
_default_lock = threading.Lock()


def default_sandbox() -> Sandbox:
    """Return the pool that is used unless one is given; made at the first call."""
    global _default  # noqa: PLW0603 - one pool a process is the point
    with _default_lock:
        if _default is None:
            _default = Sandbox()
        return _default
