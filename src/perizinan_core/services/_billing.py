"""
Paying from home: a bill of a payment provider, the provider's word that it was paid, and money that is owed back.

The provider is asked before anything is written, by a key that brings the same bill again after a crash. Its calls are
believed only with its signature; the same call twice changes nothing, and one that comes late counts all the same.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.hooks._payments import (
    BillRequest,
    OfferedBill,
    PaymentNotice,
    PaymentProvider,
    UntrustedNoticeError,
)
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application
from perizinan_core.model._bills import Bill
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._sight import payable_stages
from perizinan_core.services._steps import CaseStep, Steps
from perizinan_core.storage import QueueEntry
from perizinan_core.workflow._bills import add_bill, money_received, note_refund
from perizinan_core.workflow._fee import amount_outstanding, amount_received
from perizinan_core.workflow._payments import require_cashier
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, terms_of

__all__ = ["AwaitedMoney", "Billing"]

_log = logging.getLogger(__name__)

_SECONDS = 20.0
_MOST_BYTES = 256 * 1024
_VALID = timedelta(days=7)


@attrs.frozen(kw_only=True)
class AwaitedMoney:
    """Cases that wait for money."""

    entries: tuple[QueueEntry, ...]
    waiting: int
    """How many there are in all."""


@checked
@attrs.frozen
class Billing(Steps):
    """Bills of payment providers."""

    _context: OfficeContext

    def providers(self) -> tuple[str, ...]:
        """Return the names of the providers, the usual one first; none where fees are paid another way."""
        return tuple(self._context.payment_providers)

    def awaiting(
        self, *, actor: Actor, limit: int = 50, after: QueueEntry | None = None, now: datetime | None = None
    ) -> AwaitedMoney:
        """
        Return the payment stages at which money is missing, with anyone, the one that has waited longest in front.

        Everyone finds the cases in which they may record a payment. A case that is granted by the passing of time
        has no open stage: it is among the letters that wait, `Lists.awaiting_signature`.

        Args:
            actor: A cashier, or the host application.
            limit: Most entries.
            after: The last entry of the page before.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        context = self._context
        today = context.local_day(context.moment(now))
        with context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_role(actor, "awaiting-payment", Role.CASHIER)
            among, records = payable_stages(context, actor), work.applications
            found = records.queue(among=among, held_up=True, limit=limit, after=after)
            counts = records.queue_counts(today=today, among=among)
        local = context.calendar.time_zone.local
        entries = tuple(attrs.evolve(entry, opened_at=local(entry.opened_at)) for entry in found)
        return AwaitedMoney(entries=entries, waiting=counts.held_up)

    def bill(
        self,
        application_id: str,
        *,
        actor: Actor,
        provider: str | None = None,
        valid_for: timedelta = _VALID,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Bill:
        """
        Return a bill for what is outstanding of the fee: the open one, or a new one.

        Args:
            application_id: A case with a fee.
            actor: The applicant's side, a cashier, or the host application.
            provider: Name of the provider; None: the first.
            valid_for: How long a new one can be paid.
            idempotency_key: The same key again makes no second bill.
            now: Aware moment; None asks the clock.

        Raises:
            ServiceError: ``payment-provider``: there is none, or it gave no bill; nothing was written.
            WorkflowError: ``payment-not-due``: nothing is outstanding.
            NotFoundError: there is no such application for this actor.
        """
        # The digest of a request holds JSON values alone.
        given = locals() | {"valid_for": int(valid_for.total_seconds())}
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor, read_only=True) as work:
            case = context.load(work, application_id)
            self._require_payer(case, actor)
        standing = _open_bill(case, provider, moment)
        if standing is not None:
            return standing
        name, source = self._provider(provider)
        number = len(case.bills) + 1
        offered = self._offered(name, source, case, number, moment + valid_for)
        bill = Bill(
            number=number,
            provider=name,
            reference=offered.reference,
            amount=amount_outstanding(case),
            issued_at=moment,
            expires_at=min(offered.expires_at or moment + valid_for, moment + valid_for),
            instructions=offered.instructions,
        )

        def step(at: CaseStep) -> Transition:
            found = _open_bill(at.case, provider, moment)
            if found is not None or len(at.case.bills) >= number:
                return Transition(at.case)
            if amount_outstanding(at.case) != bill.amount:
                raise ServiceError("payment-provider", provider=name, reason="changed")
            at.work.settings.put(_place(name, bill.reference), application_id)
            return add_bill(at.case, bill, **at.by)

        changed = self._take("bill", given, step, moment=moment)
        return _open_bill(changed, provider, moment) or changed.bills[-1]

    def callback(
        self, provider: str, body: bytes, headers: Mapping[str, str], *, now: datetime | None = None
    ) -> Bill:
        """
        Take down what a provider tells, and return the bill; the caller answers it with success.

        Safe to repeat: the same transaction changes nothing. What is paid after the bill has expired, twice, or for a
        case that was closed, is kept: what the fee still wants counts, and the rest is owed back.

        Args:
            provider: Name of the provider, e.g. from the address that it called.
            body: As received, byte for byte.
            headers: As received.
            now: Aware moment; None asks the clock.

        Raises:
            ServiceError: ``callback-untrusted``: it is not the provider's; nothing was written.
            ServiceError: ``payment-provider``: there is no such provider, or it could not read its own call.
            NotFoundError: no bill has this reference.
        """
        context = self._context
        moment = context.moment(now)
        name, source = self._provider(provider)
        notice = self._read(name, source, body, headers)
        with context.unit_of_work() as work:
            case_id = work.settings.get(_place(name, notice.reference))
            if case_id is None:
                raise NotFoundError(kind="bill", key=notice.reference)
            case = context.load(work, str(case_id), lock=True)
            number = _bill_of(case, name, notice.reference).number
            moved = money_received(
                case,
                context.permit_type_of(case),
                number,
                transaction=notice.transaction,
                amount=notice.amount,
                paid_at=notice.paid_at,
                actor=SYSTEM,
                now=moment,
                calendar=context.calendar,
            )
            if moved.application != case:
                case = context.save(work, moved, SYSTEM, moment)
                work.commit()
        return _bill_of(case, name, notice.reference)

    def note_refund(
        self,
        application_id: str,
        transaction: str,
        *,
        reference: str,
        actor: Actor,
        remark: str = "",
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Note that money which was owed back was paid back. Raises as `workflow.note_refund`."""
        return self._take(
            "note_refund",
            locals(),
            lambda at: note_refund(
                at.case, at.permit_type, transaction, reference=reference, remark=remark, **at.by
            ),
        )

    def _require_payer(self, case: Application, actor: Actor) -> None:
        permit_type = self._context.permit_type_of(case)
        access.require_readable(case, permit_type, actor)
        check_state(case, Action.RECORD_PAYMENT)
        if not access.is_party(case, actor):
            require_cashier(case, permit_type, actor)
        if not amount_outstanding(case):
            raise WorkflowError(
                "payment-not-due", fee=terms_of(case).fee.total.amount, paid=amount_received(case)
            )

    def _provider(self, name: str | None) -> tuple[str, PaymentProvider]:
        known = self._context.payment_providers
        chosen = next(iter(known), "") if name is None else name
        if chosen not in known:
            raise ServiceError("payment-provider", provider=chosen or "-", reason="unknown")
        return chosen, known[chosen]

    def _offered(
        self, name: str, source: PaymentProvider, case: Application, number: int, expires_at: datetime
    ) -> OfferedBill:
        request = BillRequest(
            key=f"{case.id}/{number}",
            application=case.id,
            receipt_number=case.receipt_number or "",
            amount=amount_outstanding(case),
            expires_at=expires_at,
        )
        try:
            offered: Any = self._context.calls.call(f"bills {name}", _SECONDS, lambda: source.bill(request))
        except (Exception, SystemExit) as error:
            raise ServiceError("payment-provider", provider=name, reason=type(error).__name__) from error
        if not isinstance(offered, OfferedBill):
            raise ServiceError("payment-provider", provider=name, reason=type(offered).__name__)
        return offered

    def _read(
        self, name: str, source: PaymentProvider, body: bytes, headers: Mapping[str, str]
    ) -> PaymentNotice:
        if len(body) > _MOST_BYTES:
            raise ServiceError("callback-untrusted", provider=name)
        given = {key.lower(): value for key, value in headers.items()}
        try:
            notice: Any = self._context.calls.call(
                f"callback {name}", _SECONDS, lambda: source.read_callback(body, given)
            )
        except UntrustedNoticeError as error:
            _log.warning("a call that is not of the payment provider %s was refused", name)
            raise ServiceError("callback-untrusted", provider=name) from error
        except (Exception, SystemExit) as error:
            raise ServiceError("payment-provider", provider=name, reason=type(error).__name__) from error
        if not isinstance(notice, PaymentNotice) or not notice.amount or notice.paid_at.utcoffset() is None:
            raise ServiceError("payment-provider", provider=name, reason="notice")
        return notice


def _open_bill(case: Application, provider: str | None, now: datetime) -> Bill | None:
    outstanding = amount_outstanding(case)
    return next(
        (
            bill
            for bill in reversed(case.bills)
            if bill.is_open(now) and bill.amount == outstanding and provider in (None, bill.provider)
        ),
        None,
    )


def _bill_of(case: Application, provider: str, reference: str) -> Bill:
    for bill in case.bills:
        if (bill.provider, bill.reference) == (provider, reference):
            return bill
    raise NotFoundError(kind="bill", key=reference)


def _place(provider: str, reference: str) -> str:
    """Return where it is noted which case a bill belongs to; a hash, since references may be long."""
    return f"bill/{provider}/{hashlib.sha256(reference.encode()).hexdigest()}"
