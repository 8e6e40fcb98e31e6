"""Bills of payment providers, and the money that came in for them."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._money import Rupiah
from perizinan_core.model._written import line_field, lines_field

__all__ = ["Bill", "ReceivedMoney", "Refund"]


@attrs.frozen(kw_only=True)
class Refund:
    """Money that was paid back, as an officer noted it."""

    at: datetime
    by: str
    """Account of the officer."""

    reference: str = line_field(N_("Payment reference"))
    remark: str = lines_field(N_("Remark"), filled=False, default="")


@attrs.frozen(kw_only=True)
class ReceivedMoney:
    """One payment of a bill, as the provider told it."""

    transaction: str = line_field(N_("Payment reference"))
    amount: Rupiah
    paid_at: datetime
    told_at: datetime
    counted: Rupiah
    """What of it counts for the fee; the rest is owed back."""

    refund: Refund | None = None

    @property
    def owed_back(self) -> Rupiah:
        """What is to be paid back: nothing once a refund was noted."""
        return Rupiah(0 if self.refund is not None else self.amount.amount - self.counted.amount)


@attrs.frozen(kw_only=True)
class Bill:
    """A sum that the applicant can pay from home."""

    number: int
    """Counts the bills of the case, from 1."""

    provider: str
    reference: str = line_field(N_("Payment reference"))
    """Under which the provider knows it."""

    amount: Rupiah
    issued_at: datetime
    expires_at: datetime
    """After it the provider takes no money, as far as it keeps its word; what comes later counts all the same."""

    instructions: str = lines_field(N_("Instructions"), filled=False, default="")
    received: tuple[ReceivedMoney, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Return True while it can be paid and was not."""
        return not self.received and now < self.expires_at
