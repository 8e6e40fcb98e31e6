"""Fees and payments."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "payment-outstanding": Code(
        N_(
            "The fee is Rp{due}, and Rp{paid} were received. Wait until the whole fee is in the official "
            "account, then confirm the payment."
        )
    ),
    "payment-not-due": Code(
        N_(
            "Nothing is due: the fee of this application is Rp{fee}, and Rp{paid} were received. Do not "
            "take the money; if it was transferred, have it paid back and look for the application that "
            "it is for."
        )
    ),
    "payment-too-high": Code(
        N_(
            "Rp{amount} is more than the Rp{outstanding} that are still due. Record the sum that the "
            "bill names; have what was paid above it paid back."
        )
    ),
    # `earliest`: Local day of the submission, ISO 8601.
    "payment-moment": Code(
        N_(
            "The payment is dated {paid_at}, but it can only have been made from {earliest}, when the "
            "application was submitted, until now ({now}). Record it with the date of the bank statement."
        )
    ),
    "payment-reference": Code(
        N_(
            "The payment {reference} is already recorded, its amount is zero, or its reference has other "
            "characters than a bank prints. Every payment has a reference of its own, of plain letters, "
            "digits and signs, and an amount above zero; compare the bank statement."
        )
    ),
    # `transaction`: Of the money that was meant.
    "refund-not-owed": Code(
        N_(
            "Nothing is owed back of the payment {transaction}. Look at the bills in the case for what is, and "
            "name that payment."
        )
    ),
}
