"""What a look at the queue of the workers finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.i18n import N_

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["queue"]


def queue(office: Office) -> Iterator[OfficeFinding]:
    """Name a queue that no worker is connected to, and what workers had taken that are gone."""
    if not office.work_queue.spreads:
        # Rounds leave a note of their own, see `Office.readiness`.
        return
    state = office.work_queue.state()
    if not state.workers:
        yield OfficeFinding(
            code="queue-without-workers",
            sentence=N_("No worker is connected to the queue {queue}; {count} pieces of work wait."),
            remedy=N_("Start one or more: perizinan worker"),
            fields={"queue": office.settings.plugins.work_queue, "count": state.waiting},
        )
    if state.stuck:
        yield OfficeFinding(
            code="queue-stuck",
            level=FindingLevel.NOTICE if state.workers else FindingLevel.PROBLEM,
            sentence=N_("{count} pieces of work were taken by workers that are gone: {jobs}."),
            remedy=N_("The other workers take them over within a minute; see why the workers ended."),
            fields={
                "count": len(state.stuck),
                "jobs": ", ".join(sorted({one.job or "-" for one in state.stuck})),
            },
        )
