"""Telling what was committed: notes of a unit of work, and those who want to know."""

from __future__ import annotations

import logging
from collections.abc import Callable

import attrs

from perizinan_core.model._events import Event
from perizinan_core.storage._ports._units import Written

__all__ = ["CommitListeners", "WrittenNotes"]

_log = logging.getLogger(__name__)


@attrs.define
class WrittenNotes:
    """What a unit of work made so far."""

    targets: set[str] = attrs.field(factory=set)
    events: list[Event] = attrs.field(factory=list)

    def written(self) -> Written | None:
        """Return what it made, or None when there is nothing to tell."""
        if not self.targets and not self.events:
            return None
        return Written(targets=frozenset(self.targets), events=tuple(self.events))


@attrs.define
class CommitListeners:
    """Those who want to know what was committed."""

    _all: list[Callable[[Written], None]] = attrs.field(factory=list)

    def add(self, listener: Callable[[Written], None]) -> None:
        """Call a function from now on."""
        self._all.append(listener)

    def tell(self, written: Written | None) -> None:
        """Call everyone; it is committed, and no listener can change that any more."""
        if written is None:
            return
        for listener in self._all:
            try:
                listener(written)
            except Exception as error:  # noqa: BLE001 - the commit is done; its caller must not see it fail
                _log.error("a commit was not passed on: %s", type(error).__name__)
