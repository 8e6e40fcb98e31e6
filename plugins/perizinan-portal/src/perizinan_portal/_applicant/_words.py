"""How the state of an application is said to its applicant."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState

__all__ = ["ShownState", "shown_state"]


@attrs.frozen
class ShownState:
    """A state in words, with the colour of its tag."""

    word: str
    """English msgid."""

    tone: str


_STATES = {
    ApplicationState.DRAFT: ShownState(N_("Not handed in yet"), "warn"),
    ApplicationState.SUBMITTED: ShownState(N_("Handed in"), "calm"),
    ApplicationState.IN_REVIEW: ShownState(N_("Being worked on"), "calm"),
    ApplicationState.CORRECTION_REQUESTED: ShownState(N_("Waits for your correction"), "warn"),
    ApplicationState.APPROVED: ShownState(N_("Approved"), "good"),
    ApplicationState.AWAITING_SIGNATURE: ShownState(N_("Waits for the signature"), "good"),
    ApplicationState.ISSUED: ShownState(N_("Permit issued"), "good"),
    ApplicationState.REFUSED: ShownState(N_("Refused"), "bad"),
    ApplicationState.WITHDRAWN: ShownState(N_("Withdrawn"), "calm"),
    ApplicationState.LAPSED: ShownState(N_("Lapsed"), "bad"),
}


def shown_state(state: ApplicationState) -> ShownState:
    """Return a state in words."""
    return _STATES[state]
