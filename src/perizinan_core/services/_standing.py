"""How a case stands for those whose case it is: what anyone with its secret learns, and the money."""

from __future__ import annotations

import attrs

from perizinan_core.model._application import Application
from perizinan_core.model._money import Rupiah
from perizinan_core.services._tracking import TrackingAnswer
from perizinan_core.workflow._fee import amount_outstanding, amount_received

__all__ = ["CaseStanding", "standing_of"]


@attrs.frozen(kw_only=True)
class CaseStanding:
    """How a case that was handed in stands."""

    progress: TrackingAnswer
    """Step, who has it, days used of days allowed, due day, what happens next."""

    fee: Rupiah
    """As the submission froze it; zero where the service is free."""

    received: Rupiah
    outstanding: Rupiah

    awaits_payment: bool
    """A step of the case waits for the money."""


def standing_of(case: Application, progress: TrackingAnswer) -> CaseStanding:
    """Return how a case stands."""
    fee = Rupiah(0) if case.terms is None else case.terms.fee.total
    return CaseStanding(
        progress=progress,
        fee=fee,
        received=Rupiah(amount_received(case)),
        outstanding=Rupiah(0) if case.terms is None else amount_outstanding(case),
        awaits_payment=any(state.awaits_payment for state in case.stages_in_work()),
    )
