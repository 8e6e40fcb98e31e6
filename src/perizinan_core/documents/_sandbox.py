"""
Processes that inspect uploads, kept warm: a hostile file can at worst end one of them.

The asking process hands over an open file and gets codes and numbers back. It never parses the file
itself. The inspecting process has limits on computing time and memory, cannot write files, has no terminal
to print to, and is killed when its time on the clock is over. It is started as a fresh program, which is
safe with threads.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from perizinan_core.documents._inspection._channel import receive, send
from perizinan_core.documents._policy import UploadPolicy
from perizinan_core.errors.documents import InspectionUnavailableError
from perizinan_core.i18n import N_

__all__ = ["Answer", "Sandbox", "default_sandbox"]

_log = logging.getLogger(__name__)

_MODULE = "perizinan_core.documents._inspection._child"
_START_SECONDS = 60.0
_MOST_WORKERS = 4
_FILES_PER_WORKER = 500
_GRACE_SECONDS = 5.0
_REST_SECONDS = 1.0
_COMPLAINT = 64 * 1024
_MISSING = re.compile(r"^ModuleNotFoundError: No module named '([\w.]{1,200})'", re.ASCII | re.MULTILINE)
_ERROR = re.compile(r"^(\w{1,100}(?:Error|Exception))\b", re.ASCII | re.MULTILINE)
_FAULT = re.compile(r"[\w./:, ]{1,500}", re.ASCII)


@attrs.frozen
class Answer:
    """What came back from the inspecting process."""

    notes: Mapping[str, Any] = attrs.field(factory=dict)
    """Its observations; empty when it failed."""

    failed: str | None = None
    """The finding that says why there are none: ``"time-limit"``, ``"memory-limit"`` or ``"inspection-failed"``."""

    fault: str | None = None
    """Type and place of an exception of ours, for the developers; never a message or a value."""

    died: bool = False
    """Whether the process ended, or stopped making sense, for another reason than lack of time."""


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
        self._python = python or sys.executable
        self._places = threading.BoundedSemaphore(workers or min(_MOST_WORKERS, os.cpu_count() or 1))
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._owner = os.getpid()
        self._finalizer = weakref.finalize(self, _close_all, self._idle, self._owner)

    def inspect(self, descriptor: int, *, size: int, ending: str, policy: UploadPolicy) -> Answer:
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
        with self._places:
            worker = self._take()
            answer = self._ask(worker, request, descriptor, policy.wall_seconds)
            if answer.died and not worker.fresh:
                # It may have died before this file, or of an earlier one: a new process decides.
                worker = _Worker(self._python)
                answer = self._ask(worker, request, descriptor, policy.wall_seconds)
            return answer

    def warm_up(self) -> None:
        """
        Start one process ahead of the first upload.

        Raises:
            InspectionUnavailableError: It cannot be started.
        """
        self._give_back(self._take())

    def close(self) -> None:
        """End all idle processes; the pool can be used again."""
        with self._lock:
            _close_all(self._idle, self._owner)

    def _ask(self, worker: _Worker, request: dict[str, Any], descriptor: int, wall_seconds: float) -> Answer:
        try:
            answer = worker.ask(request, descriptor, wall_seconds)
        except BaseException:
            worker.end()
            raise
        self._give_back(worker)
        return answer

    def _take(self) -> _Worker:
        with self._lock:
            self._forget_after_fork()
            if self._idle:
                return self._idle.pop()
        return _Worker(self._python)

    def _give_back(self, worker: _Worker) -> None:
        if not worker.usable:
            worker.end()
            return
        worker.keep_warm()
        with self._lock:
            self._idle.append(worker)

    def _forget_after_fork(self) -> None:
        # The processes belong to the parent; two of us on one channel would get each other's answers.
        if self._owner != os.getpid():
            for worker in self._idle:
                worker.disown()
            self._idle.clear()
            self._owner = os.getpid()
            self._finalizer.detach()
            self._finalizer = weakref.finalize(self, _close_all, self._idle, self._owner)


class _Worker:
    def __init__(self, python: str) -> None:
        self._files = 0
        self._warm = False
        self._broken = False
        self._channel, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell, no input in the arguments
                [python, "-P", "-m", _MODULE, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,  # until it is ready: why it did not start
                cwd="/",
                env=_environment(),
                start_new_session=True,  # Ctrl-C in a terminal is for the asking process
            )
        except OSError as error:
            self._channel.close()
            raise InspectionUnavailableError(error.strerror or type(error).__name__) from error
        finally:
            theirs.close()
        self._await_ready()

    @property
    def fresh(self) -> bool:
        """Whether it was started for the file that it got, and had none before."""
        return not self._warm and self._files <= 1

    def keep_warm(self) -> None:
        """Note that it has waited idle."""
        self._warm = True

    @property
    def usable(self) -> bool:
        """Whether it can take another file."""
        return not self._broken and self._files < _FILES_PER_WORKER

    def ask(self, request: dict[str, Any], descriptor: int, wall_seconds: float) -> Answer:
        """Send one file and wait for the answer, at most ``wall_seconds``."""
        self._files += 1
        self._channel.settimeout(wall_seconds)
        try:
            send(self._channel, request, descriptor)
            reply, _ = receive(self._channel)
        except TimeoutError:
            self._broken = True
            return Answer(failed="time-limit")
        except (EOFError, OSError):
            self._broken = True
            return self._death()
        self._broken = reply.get("again") is not True
        notes = reply.get("notes")
        if isinstance(notes, dict):
            return Answer(notes=notes, fault=_fault(reply))
        failed = "memory-limit" if reply.get("failed") == "memory-limit" else "inspection-failed"
        return Answer(failed=failed, fault=_fault(reply))

    def end(self) -> None:
        """Close the channel, and kill the process when that does not end it."""
        self._channel.close()
        if self._broken:
            self._process.kill()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def disown(self) -> None:
        """Let go of a process that belongs to the process we were forked from."""
        self._channel.close()
        self._process.returncode = 0  # it is not ours to wait for

    def _await_ready(self) -> None:
        self._channel.settimeout(_START_SECONDS)
        try:
            receive(self._channel)
        except (EOFError, OSError) as error:
            self._broken = True
            self.end()
            complaint = self._stop_listening()
            _log.error("the inspecting process does not start: %s", _why(complaint))
            raise InspectionUnavailableError(N_("the checking process does not start")) from error
        self._stop_listening()

    def _stop_listening(self) -> bytes:
        """Return what the process said about its start, and hear nothing more of it."""
        pipe, self._process.stderr = self._process.stderr, None
        if pipe is None:
            return b""
        with pipe:
            os.set_blocking(pipe.fileno(), False)
            return pipe.read(_COMPLAINT) or b""

    def _death(self) -> Answer:
        try:
            status = self._process.wait(_REST_SECONDS)
        except subprocess.TimeoutExpired:
            return Answer(failed="inspection-failed", died=True)
        if status == -signal.SIGXCPU:
            return Answer(failed="time-limit")
        # SIGKILL comes from a machine that is short of memory, not from our limit: the same file may pass later.
        return Answer(failed="time-limit" if status == -signal.SIGKILL else "inspection-failed", died=True)


def _why(complaint: bytes) -> str:
    """Return the last error that a process told of, such as a module that is missing; no path, no other text."""
    text = complaint.decode("utf-8", "replace")
    missing = _MISSING.findall(text)
    if missing:
        return f"the module {missing[-1]} is missing from its environment"
    errors = _ERROR.findall(text)
    return errors[-1] if errors else "it gave no reason"


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


def _environment() -> dict[str, str]:
    # Nothing of the service's own environment, which holds secrets, reaches the process that reads hostile
    # files.
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_absolute()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "random",
        "MALLOC_ARENA_MAX": "2",  # address space is limited, and arenas reserve it by the 64 MiB
        "OMP_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }


def _close_all(idle: list[_Worker], owner: int) -> None:
    if owner == os.getpid():
        while idle:
            idle.pop().end()


_default: Sandbox | None = None
_default_lock = threading.Lock()


def default_sandbox() -> Sandbox:
    """Return the pool that is used unless one is given; made at the first call."""
    global _default  # noqa: PLW0603 - one pool a process is the point
    with _default_lock:
        if _default is None:
            _default = Sandbox()
        return _default
