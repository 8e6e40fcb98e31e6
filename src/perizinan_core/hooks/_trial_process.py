"""
The process in which plugins are tried: each in a fork of its own, a few at a time, with a time limit.

A fork starts in milliseconds, and what one plugin does to its process is neither seen by another nor by the office.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO, Any

import attrs

from perizinan_core.confined import Channel
from perizinan_core.hooks._installed import Installed
from perizinan_core.hooks._manager import PluginManager
from perizinan_core.hooks._patches import patches, snapshot
from perizinan_core.hooks._trial import IMPORT, Step, Trial, died, hung, patched

__all__ = ["serve"]

_MOST = 256 * 1024
_CHECKED_SECONDS = 0.05
_SPARE_SECONDS = 5.0


def serve(channel: Channel, plugins: Sequence[Installed], seconds: float, places: int) -> None:
    """Try plugins, and send what came of each with its place in the row."""
    channel.ready()
    for index, trial in _tried(channel, plugins, seconds, places):
        channel.send({"index": index, "trial": trial.as_json()})
    channel.send({"done": True})


@attrs.define(eq=False)
class _Attempt:
    index: int
    process: int
    pipe: int
    until: float
    content: bytearray = attrs.field(factory=bytearray)


def _tried(
    channel: Channel, plugins: Sequence[Installed], seconds: float, places: int
) -> Iterator[tuple[int, Trial]]:
    waiting = deque(enumerate(plugins))
    running: list[_Attempt] = []
    with selectors.DefaultSelector() as selector:
        while waiting or running:
            while waiting and len(running) < places:
                attempt = _start(channel, *waiting.popleft(), seconds)
                selector.register(attempt.pipe, selectors.EVENT_READ, attempt)
                running.append(attempt)
            for key, _events in selector.select(_CHECKED_SECONDS):
                _listen(key.data)
            for attempt in tuple(running):
                ended = _ending(attempt)
                late = ended is None and time.monotonic() > attempt.until
                if ended is None and not late:
                    continue
                selector.unregister(attempt.pipe)
                running.remove(attempt)
                if ended is None:
                    ended = _kill(attempt)
                _listen(attempt)
                os.close(attempt.pipe)
                yield attempt.index, _outcome(attempt, ended, seconds, late=late)


def _start(channel: Channel, index: int, plugin: Installed, seconds: float) -> _Attempt:
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        # Nothing of the parent may run from here on: neither its clean-up nor what its callers wait for.
        try:
            os.close(ours)
            channel.close()
            # Should it outlive this process, it must not do so for long.
            signal.setitimer(signal.ITIMER_REAL, seconds + _SPARE_SECONDS)
            with contextlib.suppress(OSError):
                os.setpgid(0, 0)
            _be_tried(plugin, theirs)
        finally:
            os._exit(0)
    os.close(theirs)
    os.set_blocking(ours, False)
    return _Attempt(index, process, ours, time.monotonic() + seconds)


def _be_tried(plugin: Installed, answers: int) -> None:
    def tell(message: Any) -> None:
        os.write(answers, json.dumps(message).encode() + b"\n")

    with tempfile.TemporaryFile() as said:
        for descriptor in (1, 2):
            os.dup2(said.fileno(), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        before = snapshot()
        tell({"step": IMPORT})
        manager = PluginManager(builtin=object(), discover=False)
        trial = manager.try_out(plugin, lambda step: tell({"step": step}))
        changed = patches(before, plugin.module.partition(".")[0])
        if changed and trial.objection is None:
            trial = attrs.evolve(trial, objection=patched(changed))
        tell({"trial": attrs.evolve(trial, printed=_printed(said)).as_json()})


def _printed(said: IO[bytes]) -> bool:
    import sys

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    return os.fstat(said.fileno()).st_size > 0


def _listen(attempt: _Attempt) -> None:
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(attempt.pipe, 65536):
            if len(attempt.content) < _MOST:
                attempt.content += piece


def _ending(attempt: _Attempt) -> int | None:
    """Return how the process ended, or None while it runs."""
    process, status = os.waitpid(attempt.process, os.WNOHANG)
    return None if process == 0 else os.waitstatus_to_exitcode(status)


def _kill(attempt: _Attempt) -> int:
    # The whole group: it may be waiting for a program that it started.
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(attempt.process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(attempt.process, 0)[1])


def _outcome(attempt: _Attempt, code: int, seconds: float, *, late: bool) -> Trial:
    step: Step = IMPORT
    for line in bytes(attempt.content).splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            message = json.loads(line)
            if "trial" in message:
                return Trial.from_json(message["trial"])
            step = str(message["step"])
    return Trial(objection=hung(step, seconds) if late else died(step, code))
