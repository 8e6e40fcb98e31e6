"""
Starting children: as fresh interpreters, or forked where the caller asks for it.

A fresh interpreter is safe with threads, inherits no open file, and never runs the caller's main module. A fork
inherits everything warm and starts in milliseconds, but is safe only while the parent has a single thread.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from perizinan_core.confined._channel import Channel, Form
from perizinan_core.confined._limits import Confinement
from perizinan_core.confined._serving import Orders, serve
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.i18n import N_

__all__ = ["START_SECONDS", "ChildProcess", "can_fork", "start_child"]

START_SECONDS = 60.0
"""Longest time until a new child is ready."""

_GRACE_SECONDS = 5.0
_REST_SECONDS = 1.0
_LEAST_SECONDS = 0.5
_MOST_ANSWER = 1024 * 1024
_COMPLAINT = 64 * 1024
_MISSING = re.compile(r"^ModuleNotFoundError: No module named '([\w.]{1,200})'", re.ASCII | re.MULTILINE)
_ERROR = re.compile(r"^(\w{1,100}(?:Error|Exception))\b", re.ASCII | re.MULTILINE)
_DEFAULT = Confinement()


def can_fork() -> bool:
    """Return True when this process has no thread but this one (Linux)."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - counted, not walked
    except OSError:
        return False


class ChildProcess:
    """
    A child, and the channel to it; `start_child` makes it.

    Not safe to use from two threads at once.
    """

    def __init__(self, process: subprocess.Popen[bytes] | ForkProcess, channel: Channel) -> None:
        self._process = process
        self._channel = channel
        self._said = b""
        self.tasks: int = 0
        """Tasks that it was given."""

    @property
    def pid(self) -> int | None:
        """Number of the process."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor of the channel, to be waited for."""
        return self._channel.fileno()

    def send(self, message: Any, descriptor: int | None = None, *, seconds: float | None = None) -> None:
        """
        Send a message; a file beside it can only be read by the child, whatever it is open for here.

        Raises:
            OSError: The child is gone, or does not take the message within ``seconds``.
        """
        if descriptor is None:
            self._channel.send(message, seconds=seconds)
            return
        with _read_only(descriptor) as readable:
            self._channel.send(message, readable, seconds=seconds)

    def receive(self, *, seconds: float | None = None) -> Any:
        """
        Return the next message of the child.

        Raises:
            TimeoutError: It was not here, whole, after ``seconds``.
            EOFError: The child is gone, or sent nonsense.
        """
        return self._channel.receive(seconds=seconds)

    def await_ready(self, seconds: float = START_SECONDS) -> None:
        """
        Wait until the child takes tasks.

        Raises:
            ChildStartError: It does not; the process has been ended.
        """
        try:
            self.receive(seconds=seconds)
        except (EOFError, OSError) as error:
            self.kill()
            raise ChildStartError(N_("it ended before it was ready"), cause=self.complaint()) from error
        self.stop_listening()

    def complaint(self) -> str:
        """Return why the child did not start, as it said itself; no path and no text of a message."""
        self.stop_listening()
        text = self._said.decode("utf-8", "replace")
        missing = _MISSING.findall(text)
        if missing:
            return f"the module {missing[-1]} is missing from its environment"
        errors = _ERROR.findall(text)
        return errors[-1] if errors else "it gave no reason"

    def stop_listening(self) -> None:
        """Hear nothing more of what the child prints."""
        process = self._process
        if isinstance(process, ForkProcess) or process.stderr is None:
            return
        pipe, process.stderr = process.stderr, None
        with pipe:
            os.set_blocking(pipe.fileno(), False)
            self._said = pipe.read(_COMPLAINT) or b""

    def ask(
        self,
        request: Any,
        descriptor: int | None = None,
        *,
        seconds: float,
        answer: Callable[[Any], Any] | None = None,
    ) -> dict[str, Any]:
        """
        Give the child a task and return what it says in the end.

        Args:
            request: The task.
            descriptor: An open file for it.
            seconds: Longest time of the child; the time of ``answer`` does not count.
            answer: Answers what the child asks with a message ``{"ask": question}``.

        Raises:
            TimeoutError: The child took longer.
            EOFError: It is gone, or sent nonsense.
            OSError: It is gone.
        """
        self.tasks += 1
        until = time.monotonic() + seconds
        self.send(request, descriptor, seconds=seconds)
        message: dict[str, Any] = self.receive(seconds=until - time.monotonic())
        while answer is not None and "ask" in message:
            left = max(until - time.monotonic(), _LEAST_SECONDS)
            reply = answer(message["ask"])
            until = time.monotonic() + left
            self.send(reply, seconds=left)
            message = self.receive(seconds=until - time.monotonic())
        return message

    def status(self) -> int | None:
        """Return how the child ended (minus the signal), or None when it still runs after a moment."""
        return self._wait(_REST_SECONDS)

    def end(self) -> None:
        """Hang up, and kill the child when that does not end it."""
        self._channel.close()
        if self._wait(_GRACE_SECONDS) is None:
            self._process.kill()
            self._wait(None)
        self.stop_listening()

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()
        self._channel.close()
        self._wait(None)
        self.stop_listening()

    def disown(self) -> None:
        """Let go of a child of the process that this one was forked from."""
        self._channel.close()
        if isinstance(self._process, subprocess.Popen):
            self._process.returncode = 0  # it is not ours to wait for

    def _wait(self, seconds: float | None) -> int | None:
        if isinstance(self._process, ForkProcess):
            self._process.join(seconds)
            return self._process.exitcode
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def start_child(
    target: str,
    cargo: tuple[Any, ...] = (),
    *,
    confinement: Confinement = _DEFAULT,
    trusted: bool = False,
    most_answer: int = _MOST_ANSWER,
    python: str | None = None,
    fork: bool = False,
    others: Sequence[ChildProcess] = (),
) -> ChildProcess:
    """
    Start a child; it says itself when it is ready.

    Args:
        target: What it runs, as ``"package.module:function"``: called with its `Channel` and with ``cargo``.
        cargo: Values for it, picklable unless it is forked.
        confinement: What it may have.
        trusted: Take any object from it, and not only JSON. For a child that may do all that its parent may.
        most_answer: Longest JSON message that is taken from it, in bytes.
        python: The interpreter, where ``sys.executable`` is not one (Python inside another program).
        fork: Fork, and do not start an interpreter; `can_fork` says where that is safe.
        others: Children that are there already, whose channels a forked one must not hold open.

    Raises:
        ChildStartError: It cannot be started.
    """
    orders = Orders(target=target, cargo=cargo, confinement=confinement, trusted=trusted)
    ours, theirs = socket.socketpair()
    channel = (
        Channel(ours, sends=Form.OBJECTS, receives=Form.OBJECTS)
        if trusted
        else Channel(ours, sends=Form.OBJECTS, receives=Form.JSON, most=most_answer)
    )
    with theirs:
        try:
            process = (
                _fork(theirs, (channel, *others), orders)
                if fork
                else _open(python or sys.executable, theirs, confinement)
            )
        except OSError as error:
            channel.close()
            raise ChildStartError(error.strerror or type(error).__name__) from error
    child = ChildProcess(process, channel)
    if not fork:
        _give_orders(child, orders)
    return child


def _give_orders(child: ChildProcess, orders: Orders) -> None:
    try:
        child.send(orders, seconds=START_SECONDS)
    except OSError:
        pass  # it is gone: waiting for it to be ready tells why
    except BaseException:  # what cannot be pickled is the caller's own error
        child.kill()
        raise


def _open(python: str, theirs: socket.socket, confinement: Confinement) -> subprocess.Popen[bytes]:
    own = confinement.own_environment
    return subprocess.Popen(  # noqa: S603 - our own module, no shell, no input in the arguments
        [python, "-P", "-m", "perizinan_core.confined", str(theirs.fileno())],
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,  # until it is ready: why it did not start
        cwd="/" if own else None,
        env=_own_environment() if own else _same_environment(),
        start_new_session=True,  # Ctrl-C in a terminal is for the parent
    )


def _own_environment() -> Mapping[str, str]:
    # Nothing of the parent's own environment, which holds secrets, reaches a process that reads hostile files.
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_absolute()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "random",
        "MALLOC_ARENA_MAX": "2",  # address space is limited, and arenas reserve it by the 64 MiB
        "OMP_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }


def _same_environment() -> Mapping[str, str]:
    # Modules are found as the parent finds them: what is pickled for the child may come from any of them.
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path)}


def _fork(theirs: socket.socket, inherited: Sequence[Channel | ChildProcess], orders: Orders) -> ForkProcess:
    child = multiprocessing.get_context("fork").Process(
        target=_forked, args=(theirs, inherited, orders), daemon=True
    )
    with warnings.catch_warnings():
        # Who insists on forking knows what threads there are.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    return child


def _forked(theirs: socket.socket, inherited: Sequence[Channel | ChildProcess], orders: Orders) -> None:
    for item in inherited:
        os.close(item.fileno())
    serve(theirs, orders, ear=False)


@contextlib.contextmanager
def _read_only(descriptor: int) -> Iterator[int]:
    """Yield a descriptor of the same file that is open for reading alone, where the system can make one."""
    again = None
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
        with contextlib.suppress(OSError):
            again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor if again is None else again
    finally:
        if again is not None:
            os.close(again)
