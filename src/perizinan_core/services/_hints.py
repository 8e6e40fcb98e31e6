"""
Where there is work after a commit: what workers learn at once, so that they need not look every second.

A hint more costs a look, and one that is missing is made up for by the next look at everything; so this table names
only what someone waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from perizinan_core.hooks._work_queue import WorkHint, WorkQueue
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._batch_work import BATCHES
from perizinan_core.services._case_jobs import IssueDeemed, LookAfterStaff
from perizinan_core.services._delivery import Deliver
from perizinan_core.services._finishing import SYSTEM
from perizinan_core.services._permit_jobs import Sign
from perizinan_core.storage import Storage, TellsCommits, Written

__all__ = ["hints_of", "pass_on_commits"]


def pass_on_commits(storage: Storage, queue: WorkQueue) -> None:
    """Pass on what a store commits in this process, where its workers want to know."""
    if not queue.spreads or not isinstance(storage, TellsCommits):
        return
    tell: Callable[[Written], None] = lambda written: queue.hint(hints_of(written))  # noqa: E731
    storage.on_commit(tell)


def hints_of(written: Written) -> tuple[WorkHint, ...]:
    """Return where there is work after a commit."""
    found = {WorkHint(Deliver.name, target) for target in written.targets}
    for event in written.events:
        found.update(_after(event))
    return tuple(sorted(found))


def _after(event: Event) -> Iterator[WorkHint]:
    match event.kind:
        case EventKind.STAFF_CHANGED:
            # Its subject is an account; the job finds whom it has to look after.
            yield WorkHint(LookAfterStaff.name)
        case EventKind.BATCH_BEGUN:
            # Its subject is the batch; the job finds the records that are due.
            yield WorkHint(BATCHES)
        case EventKind.DEEMED_GRANTED:
            yield WorkHint(IssueDeemed.name, event.subject)
        case EventKind.NUMBER_TAKEN if event.actor == str(SYSTEM.account):
            # Who takes a number for themselves signs at once.
            yield WorkHint(Sign.name, event.subject)
        case _:
            return
