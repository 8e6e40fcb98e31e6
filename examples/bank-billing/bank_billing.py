"""Bills of a bank with a billing code, and its signed calls: a payment provider in a few lines."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

import attrs

from perizinan_core.hooks import (
    BillRequest,
    OfferedBill,
    PaymentNotice,
    PaymentProviderEntry,
    PluginContext,
    Secret,
    UntrustedNoticeError,
    hookimpl,
)
from perizinan_core.model import Rupiah

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@attrs.frozen(kw_only=True)
class BankSettings:
    """The provider's own table of perizinan.toml, ``[plugin.bank]``."""

    key: Secret
    """Shared with the bank; signs its calls, and makes the codes."""

    prefix: str = "8808"


@attrs.define
class Bank:
    """Makes codes itself, as banks allow for virtual accounts; a real one may ask the bank's service."""

    context: PluginContext[BankSettings]

    def bill(self, request: BillRequest) -> OfferedBill:
        """Return the code of a key: always the same one, without anything to remember."""
        settings = self.context.settings
        code = int.from_bytes(hmac.digest(settings.key.reveal(), request.key.encode(), "sha256")[:8], "big")
        return OfferedBill(
            reference=f"{settings.prefix}{code % 10**12:012}",
            instructions="Bayar dengan kode ini lewat ATM, aplikasi atau teller bank mana pun.",
        )

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> PaymentNotice:
        """Check the signature over the bytes as received, and only then read them."""
        wanted = hmac.new(self.context.settings.key.reveal(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, headers.get("x-signature", "")):
            raise UntrustedNoticeError
        told = json.loads(body)
        return PaymentNotice(
            reference=str(told["code"]),
            transaction=str(told["transaction"]),
            amount=Rupiah(int(told["amount"])),
            paid_at=datetime.fromisoformat(told["paid_at"]),
        )


@hookimpl
def register_payment_providers() -> list[PaymentProviderEntry]:
    """Offer the bank; ``payment_providers = ["bank"]`` chooses it."""
    return [PaymentProviderEntry(name="bank", open=Bank, settings=BankSettings)]
