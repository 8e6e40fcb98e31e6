"""How a hint stands in the queue."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.hooks import EVERYTHING, WorkHint

__all__ = ["LOOK", "QUEUE", "arguments_of", "hint_of", "key_of", "priority_of"]

QUEUE = "perizinan"
LOOK = "look"
"""Name of the one task."""

_PRIORITIES = {"deliver": 20, "sign": 10}
"""People wait for messages and letters; everything else can wait for these."""


def key_of(hint: WorkHint) -> str:
    """Return the key that the same hint has while it waits, wherever it comes from."""
    return f"{hint.job}/{hint.subject}"


def arguments_of(hint: WorkHint) -> dict[str, str]:
    """Return what the task is called with."""
    return {"job": hint.job, "subject": hint.subject}


def hint_of(arguments: Mapping[str, object]) -> WorkHint:
    """Return the hint that a task was called with."""
    return WorkHint(job=str(arguments.get("job", "")), subject=str(arguments.get("subject", "")))


def priority_of(hint: WorkHint) -> int:
    """Return how urgent a hint is; more is sooner."""
    return _PRIORITIES.get(hint.job, 5 if hint == EVERYTHING else 0)
