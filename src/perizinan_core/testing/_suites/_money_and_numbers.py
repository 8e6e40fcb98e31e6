"""
What every payment provider (``register_payment_providers``), source of numbers (``register_number_sources``) and event
consumer (``register_event_consumers``) must do. Subclass, give the fixtures, and pytest does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Any

import attrs
import pytest

from perizinan_core.hooks import (
    BillRequest,
    DeliveredEvent,
    EventConsumer,
    NumberRequest,
    NumberSource,
    OfferedBill,
    PaymentProvider,
    UntrustedNoticeError,
)
from perizinan_core.model import Event, EventKind, Rupiah
from perizinan_core.testing._offices import MORNING

__all__ = ["EventConsumerSuite", "NumberSourceSuite", "PaymentProviderSuite"]

_THREADS = 8
_Signed = Callable[..., tuple[bytes, Mapping[str, str]]]


class PaymentProviderSuite:
    """Give ``provider`` and ``told``."""

    @pytest.fixture
    def provider(self) -> PaymentProvider:
        """Return the provider, opened."""
        raise NotImplementedError

    @pytest.fixture
    def told(self) -> _Signed:
        """Return ``told(reference, transaction, amount)``: body and headers (small letters) of a genuine call."""
        raise NotImplementedError

    @staticmethod
    def asked(number: int = 1) -> BillRequest:
        """Return a request."""
        return BillRequest(
            key=f"case-{number}/1",
            application=f"case-{number}",
            receipt_number=f"{number:03}/TT/2026",
            amount=Rupiah(150_000),
            expires_at=MORNING + timedelta(days=7),
        )

    def test_the_same_key_is_the_same_bill(self, provider: PaymentProvider) -> None:
        """Also when the first answer was lost."""
        first, again = provider.bill(self.asked()), provider.bill(self.asked())

        assert isinstance(first, OfferedBill)
        assert first.reference == again.reference

    def test_each_key_has_a_reference_of_its_own(self, provider: PaymentProvider) -> None:
        """Also when many ask at once."""
        with ThreadPoolExecutor(_THREADS) as pool:
            bills = list(pool.map(provider.bill, [self.asked(number) for number in range(40)]))

        assert len({bill.reference for bill in bills}) == 40

    def test_a_genuine_call_is_read_as_it_was_sent(self, provider: PaymentProvider, told: _Signed) -> None:
        """Reference, transaction and sum."""
        reference = provider.bill(self.asked()).reference
        notice = provider.read_callback(*told(reference, "TRX-1", 150_000))

        assert (notice.reference, notice.transaction, notice.amount) == (reference, "TRX-1", Rupiah(150_000))
        assert notice.paid_at.utcoffset() is not None

    def test_a_call_that_was_changed_is_not_believed(self, provider: PaymentProvider, told: _Signed) -> None:
        """Not one bit of it."""
        body, headers = told(provider.bill(self.asked()).reference, "TRX-1", 150_000)
        for place in range(0, len(body), max(1, len(body) // 24)):
            changed = bytearray(body)
            changed[place] ^= 1
            with pytest.raises(UntrustedNoticeError):
                provider.read_callback(bytes(changed), headers)
        for cut in (b"", body[:-1], body + b" "):
            with pytest.raises(UntrustedNoticeError):
                provider.read_callback(cut, headers)

    def test_a_call_without_its_signature_is_not_believed(
        self, provider: PaymentProvider, told: _Signed
    ) -> None:
        """None of its headers, or those of another call."""
        reference = provider.bill(self.asked()).reference
        body, _ = told(reference, "TRX-1", 150_000)
        _, others = told(reference, "TRX-2", 1)
        for headers in ({}, others):
            with pytest.raises(UntrustedNoticeError):
                provider.read_callback(body, headers)

    def test_reading_a_call_twice_gives_the_same(self, provider: PaymentProvider, told: _Signed) -> None:
        """A provider repeats until it is answered, and the office tells the repetition by the transaction."""
        message = told(provider.bill(self.asked()).reference, "TRX-1", 150_000)

        assert provider.read_callback(*message) == provider.read_callback(*message)


class NumberSourceSuite:
    """Give ``source`` and ``again``: the same source, opened again."""

    @pytest.fixture
    def source(self) -> NumberSource:
        """Return the source, opened, with at least fifty numbers to give."""
        raise NotImplementedError

    @pytest.fixture
    def again(self) -> Callable[[], NumberSource]:
        """Return what opens the same source once more, as after a restart."""
        raise NotImplementedError

    @staticmethod
    def asked(number: int = 1) -> NumberRequest:
        """Return a request."""
        return NumberRequest(
            key=f"izin/case-{number}/1", register="izin", permit_type="warung", day=MORNING.date()
        )

    def test_the_same_key_is_the_same_number(self, source: NumberSource) -> None:
        """An answer that was lost is asked for again, and must leave no gap."""
        assert source.reserve(self.asked()) == source.reserve(self.asked())

    def test_a_restart_forgets_no_number(
        self, source: NumberSource, again: Callable[[], NumberSource]
    ) -> None:
        """On either side."""
        first, second = source.reserve(self.asked(1)), source.reserve(self.asked(2))
        opened = again()

        assert opened.reserve(self.asked(1)) == first
        assert opened.reserve(self.asked(3)) not in {first, second}

    def test_no_two_keys_get_the_same_number(self, source: NumberSource) -> None:
        """Also when many ask at once."""
        with ThreadPoolExecutor(_THREADS) as pool:
            found = list(pool.map(source.reserve, [self.asked(number) for number in range(40)]))

        assert len(set(found)) == 40

    def test_a_number_is_one_line_that_can_be_printed(self, source: NumberSource) -> None:
        """Letters bear it as it stands."""
        number = source.reserve(self.asked())

        assert number.strip() == number != ""
        assert number.isprintable()
        assert len(number) <= 120


class EventConsumerSuite:
    """Give ``consumer``, ``received`` and ``kinds``, and `broken` where it can fail."""

    @pytest.fixture
    def consumer(self) -> EventConsumer:
        """Return the consumer, opened."""
        raise NotImplementedError

    def received(self, consumer: Any) -> Iterable[str]:
        """Return the ids of the events that it has, in their order, each as often as it has it."""
        raise NotImplementedError

    @pytest.fixture
    def kinds(self) -> frozenset[EventKind]:
        """Return the kinds of its record."""
        raise NotImplementedError

    def broken(self, consumer: Any) -> AbstractContextManager[None] | None:
        """Let what is behind it fail inside the block; None: it cannot be."""
        del consumer
        return None

    @staticmethod
    def event(kind: EventKind, number: int = 1, *, case: int = 1, attempt: int = 1) -> DeliveredEvent:
        """Return an event."""
        happened = Event(
            kind=kind,
            subject=f"case-{case}",
            at=MORNING + timedelta(seconds=number),
            actor="system:worker",
            data={"text": "Keterangan “é” 日本 \u202e", "list": [1, None, {"a": True}]},
            id=f"event-{case}-{number}",
        )
        return DeliveredEvent(id=happened.id, event=happened, case=f"case-{case}", attempt=attempt)

    def test_it_takes_every_kind_that_it_asks_for(
        self, consumer: EventConsumer, kinds: frozenset[EventKind]
    ) -> None:
        """With data that it does not know."""
        events = [self.event(kind, number) for number, kind in enumerate(sorted(kinds))]
        for one in events:
            consumer.consume(one)

        assert list(self.received(consumer)) == [one.id for one in events]

    def test_an_event_that_comes_twice_counts_once(
        self, consumer: EventConsumer, kinds: frozenset[EventKind]
    ) -> None:
        """A worker died in between, or the past is replayed."""
        one = self.event(min(kinds))
        for attempt in (1, 2, 3):
            consumer.consume(attrs.evolve(one, attempt=attempt))

        assert list(self.received(consumer)) == [one.id]

    def test_events_of_several_cases_may_come_at_once(
        self, consumer: EventConsumer, kinds: frozenset[EventKind]
    ) -> None:
        """Each from a thread of its own."""
        events = [self.event(min(kinds), case=case) for case in range(40)]
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(consumer.consume, events))

        assert sorted(self.received(consumer)) == sorted(one.id for one in events)

    def test_what_it_could_not_take_it_refuses_and_takes_later(
        self, consumer: EventConsumer, kinds: frozenset[EventKind]
    ) -> None:
        """It raises: an event that is swallowed is lost for good."""
        block = self.broken(consumer)
        if block is None:
            return
        one = self.event(min(kinds))
        with block:
            refused = True
            with suppress(Exception):
                consumer.consume(one)
                refused = False
        consumer.consume(attrs.evolve(one, attempt=2))

        assert refused
        assert list(self.received(consumer)) == [one.id]
