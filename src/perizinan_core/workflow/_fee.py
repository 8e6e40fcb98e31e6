"""The fee that the submission froze, against the money that was received."""

from __future__ import annotations

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._application import Application
from perizinan_core.model._money import Rupiah
from perizinan_core.workflow._transition import terms_of

__all__ = ["amount_outstanding", "amount_received", "check_paid"]


def amount_received(application: Application) -> int:
    """Return the sum of all recorded payments, in whole rupiah."""
    return sum(payment.amount.amount for payment in application.payments)


def amount_outstanding(application: Application) -> Rupiah:
    """Return the part of the frozen fee that was not received yet; never below zero."""
    return Rupiah(max(0, terms_of(application).fee.total.amount - amount_received(application)))


def check_paid(application: Application) -> None:
    """
    Pass when the whole fee was received.

    Raises:
        WorkflowError: ``payment-outstanding``: naming the fee and what was received.
    """
    if amount_outstanding(application):
        raise WorkflowError(
            "payment-outstanding",
            due=terms_of(application).fee.total.amount,
            paid=amount_received(application),
        )
