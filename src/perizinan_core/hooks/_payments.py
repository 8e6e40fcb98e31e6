"""Payment providers: a bill that can be paid from home, and the word of the provider that it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import attrs

from perizinan_core.model._money import Rupiah

__all__ = ["BillRequest", "OfferedBill", "PaymentNotice", "PaymentProvider", "UntrustedNoticeError"]


@attrs.frozen(kw_only=True)
class BillRequest:
    """A sum that is to be paid. Holds no personal data."""

    key: str
    """Stable: the same key always means the same bill."""

    application: str
    receipt_number: str
    amount: Rupiah
    expires_at: datetime


@attrs.frozen(kw_only=True)
class OfferedBill:
    """How the provider wants to be paid."""

    reference: str = attrs.field(validator=attrs.validators.min_len(1))
    """Under which the provider knows the bill, e.g. a billing code; unique for this provider."""

    instructions: str = ""
    """What the applicant has to do, or an https address to go to."""

    expires_at: datetime | None = None
    """Where the provider's bill ends earlier than asked for."""


@attrs.frozen(kw_only=True)
class PaymentNotice:
    """The provider's word that money was received."""

    reference: str
    """`OfferedBill.reference`."""

    transaction: str = attrs.field(validator=attrs.validators.min_len(1))
    """Names this one payment; the same money always has the same one."""

    amount: Rupiah
    paid_at: datetime


class UntrustedNoticeError(Exception):
    """A call that does not bear the provider's signature, or was changed on its way."""


class PaymentProvider(Protocol):
    """A bank, a treasury or a payment service."""

    def bill(self, request: BillRequest) -> OfferedBill:
        """Return the bill for a key, the same one each time; raise when there is none."""
        ...

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> PaymentNotice:
        """
        Return what a call of the provider says, after its signature was checked over the bytes as received.

        Args:
            body: As received.
            headers: By name in small letters.

        Raises:
            UntrustedNoticeError: the signature is missing or wrong, or what was signed cannot be read.
        """
        ...
