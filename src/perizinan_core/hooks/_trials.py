"""
Trying plugins before they are loaded, and remembering what came of it.

A plugin is imported and asked for its records in a child process with a time limit: one that hangs, ends its process
or changes the library is named, and the office never runs it. What came of it is kept by the hash of the
distribution's list of files, with the versions of this library and of Python. Where that list does not fix the code
(an editable installation), it is tried once by each process.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from perizinan_core._saved_file import replace_file
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.hooks._installed import Installed, core_version
from perizinan_core.hooks._trial import IMPORT, Trial, died

__all__ = ["TRIAL_SECONDS", "Trials", "cache_folder"]

TRIAL_SECONDS = 20.0
"""Longest time for importing a plugin and asking it for its records."""

_PLACES = 8
_PROGRAM = "perizinan_core.hooks._trial_process:serve"
_MOST_BYTES = 256 * 1024
_SPARE_SECONDS = 60.0

_log = logging.getLogger(__name__)
_known: dict[tuple[str, ...], Trial] = {}
"""What this process has tried: a module is imported once by a process, so a second trial would say nothing new."""


class Trials:
    """
    Tries plugins.

    Args:
        seconds: Longest time for one.
        again: Try again what did not pass when it was last tried.
    """

    def __init__(self, *, seconds: float = TRIAL_SECONDS, again: bool = False) -> None:
        self._seconds = seconds
        self._again = again

    def of(self, plugins: Sequence[Installed]) -> tuple[Trial | None, ...]:
        """
        Return what came of each plugin, in their order; None: it could not be tried here.

        A system that lets this process start no other (some hosts do not) is not a fault of the plugins.
        """
        found = [self._recalled(plugin) for plugin in plugins]
        missing = [index for index, trial in enumerate(found) if trial is None]
        try:
            for place, trial in self._tried([plugins[index] for index in missing]):
                found[missing[place]] = trial
                _keep(plugins[missing[place]], trial)
        except ChildStartError as error:
            _log.warning("plugins could not be tried before they are loaded: %s", error)
        return tuple(found)

    def _recalled(self, plugin: Installed) -> Trial | None:
        trial = _known.get(_key(plugin)) or _kept(plugin)
        if trial is not None and trial.objection is not None and self._again:
            return None
        return trial

    def _tried(self, plugins: Sequence[Installed]) -> Iterator[tuple[int, Trial]]:
        """Try all in one process; where that ends, what is left is tried in one each."""
        left = dict(enumerate(plugins))
        for place, trial in self._round(plugins):
            yield place, trial
            del left[place]
        for place, plugin in left.items():
            trials = [trial for _, trial in self._round((plugin,))]
            yield place, trials[0] if trials else Trial(objection=died(IMPORT, -9))

    def _round(self, plugins: Sequence[Installed]) -> Iterator[tuple[int, Trial]]:
        if not plugins:
            return
        # Loaded here, because help finds plugins without trying them.
        from perizinan_core.confined import Confinement, start_child
        from perizinan_core.confined._children import can_fork

        # A plugin is tried with what it will have in the office: its environment, files and folder.
        everything = Confinement(open_files=None, writes_files=True, own_environment=False)
        limit = self._seconds * (1 + len(plugins) // _PLACES) + _SPARE_SECONDS
        child = start_child(
            _PROGRAM, (tuple(plugins), self._seconds, _PLACES), confinement=everything, fork=can_fork()
        )
        try:
            child.await_ready()
            while "done" not in (message := child.receive(seconds=limit)):
                yield message["index"], Trial.from_json(message["trial"])
        except (EOFError, OSError):
            return
        finally:
            child.kill()


def cache_folder() -> Path | None:
    """Return where trials are kept: in the cache of this account, see the XDG Base Directory Specification."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    try:
        folder = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:
        return None
    return folder / "perizinan-core" / "plugins" if folder.is_absolute() else None


def _key(plugin: Installed) -> tuple[str, ...]:
    return (plugin.place, plugin.name, plugin.module, plugin.distribution, plugin.record or "")


def _file(plugin: Installed) -> Path | None:
    folder = cache_folder()
    if folder is None or plugin.record is None:
        return None
    parts = (*_key(plugin), core_version(), sys.implementation.cache_tag or "", platform.python_version())
    return folder / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"


def _kept(plugin: Installed) -> Trial | None:
    path = _file(plugin)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_uid != os.geteuid():
                return None
            return Trial.from_json(json.loads(file.read(_MOST_BYTES)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Not there, not ours to read, damaged: it is tried again.
        return None


def _keep(plugin: Installed, trial: Trial) -> None:
    _known[_key(plugin)] = trial
    path = _file(plugin)
    if path is None:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, json.dumps(trial.as_json()).encode(), mode=0o600)
    except OSError as error:
        _log.debug("a trial could not be kept: %s", error.strerror)
