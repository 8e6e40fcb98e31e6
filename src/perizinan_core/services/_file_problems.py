"""Files that keep an application from being handed in: those still under way, and stored ones that were damaged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from perizinan_core.errors.documents import DocumentDamagedError, DocumentNotFoundError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._incoming_states import IncomingState, state_of
from perizinan_core.services._terms import slot_label

__all__ = ["stored_file_problems", "under_way_problems"]

_READ = 256 * 1024
_OPEN_STATES = frozenset({ApplicationState.DRAFT, ApplicationState.CORRECTION_REQUESTED})

_ONE = N_("1 file for {place} is still being sent. Wait until it has arrived, or stop sending it.")
_MANY = N_(
    "{count} files for {place} are still being sent. Wait until they have arrived, or stop sending them."
)
_UNJUDGED = N_("A file for {place} has arrived and is being checked. Try again in a few minutes.")
_DAMAGED = N_("The stored file for {place} is not as it was received. Remove it, and upload it again.")


def under_way_problems(
    context: OfficeContext, application: Application, permit_type: PermitType, moment: datetime
) -> tuple[Problem, ...]:
    """Return for each place of an application whose files have not all arrived why it has to wait."""
    if application.state not in _OPEN_STATES:
        return ()
    by_slot: dict[str, list[IncomingState]] = {}
    for item in context.incoming.of_case(application.id):
        state = state_of(item, moment)
        if state in (IncomingState.UNDER_WAY, IncomingState.RECEIVED):
            by_slot.setdefault(str(item.about["slot"]), []).append(state)
    return tuple(
        _under_way(slot, states, slot_label(permit_type, slot, context.language))
        for slot, states in sorted(by_slot.items())
    )


def _under_way(slot: str, states: list[IncomingState], label: str) -> Problem:
    missing = states.count(IncomingState.UNDER_WAY)
    sentence = _UNJUDGED if missing == 0 else _ONE if missing == 1 else _MANY
    return Problem(f"documents.{slot}", "file-under-way", sentence, {"count": missing}, label=label)


def stored_file_problems(
    context: OfficeContext, application: Application, permit_type: PermitType
) -> Iterator[Problem]:
    """
    Read every file of an application, and yield those whose bytes are not those that were received.

    Raises:
        DocumentStoreUnavailableError: the store cannot be read now.
    """
    for document in application.current_documents():
        try:
            with context.documents.open(document.sha256) as reader:
                size = 0
                while piece := reader.read(_READ):
                    size += len(piece)
        except (DocumentDamagedError, DocumentNotFoundError):
            size = -1
        if size != document.size:
            yield Problem(
                f"documents.{document.slot}",
                "stored-file-damaged",
                _DAMAGED,
                label=slot_label(permit_type, document.slot, context.language),
            )
