"""
What every `NotificationChannel` must do.

::

    class TestMyChannel(NotificationChannelSuite):
        @pytest.fixture
        def channel(self, server):
            return MyChannel(server.address)

        def delivered(self, channel):
            return [Delivered(address=mail.to, subject=mail.subject, body=mail.text) for mail in server.mails]

        @contextmanager
        def broken(self, channel):
            with server.stopped():
                yield
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import attrs
import pytest

from perizinan_core.hooks import ConsentChannel, Notification, NotificationChannel, SendOutcome

__all__ = ["Delivered", "NotificationChannelSuite"]

_THREADS = 8
_BODIES = [
    "Permohonan Anda telah diterima.\n",
    "Yth. Ibu Ayu,\n\nBerkas yang kurang:\n- KTP\n- denah “lokasi” – 3×4 m²\n",
    "ꦱꦸꦒꦼꦁ\u200bꦫꦮꦸꦃ 🙂 Ω\n",
    ".\n..\nFrom here on\n",
    "a" * 2000 + "\n",
    "Lampiran panjang. " * 12_000 + "\n",
]
_NAMES = ["plain", "lists", "scripts", "dots", "long line", "large"]


@attrs.frozen(kw_only=True)
class Delivered:
    """A message as it arrived."""

    address: str = attrs.field(repr=False)
    """Where it went: mail address, phone number or account."""

    subject: str = attrs.field(repr=False)
    """Its subject; empty where the channel has none."""

    body: str = attrs.field(repr=False)
    """Its text."""


class NotificationChannelSuite:
    """Subclass it, give a ``channel`` fixture, `delivered` and `broken`."""

    needs: ClassVar[str] = "email"
    """Field of `Notification` that holds the address the channel needs: ``email``, ``phone`` or ``account``."""

    outcome: ClassVar[SendOutcome] = SendOutcome.ACCEPTED
    """What it answers for a message that it took."""

    without_address: ClassVar[SendOutcome] = SendOutcome.PASSED_OVER
    """What it answers for a person whose address it does not have."""

    has_subject: ClassVar[bool] = True
    """False for channels of short messages."""

    longest: ClassVar[int | None] = None
    """Characters that a message can have; a longer one is refused with an error, never cut. None: no limit."""

    @pytest.fixture
    def channel(self) -> NotificationChannel:
        """Return a channel through which nothing was sent yet."""
        raise NotImplementedError

    def delivered(self, channel: NotificationChannel) -> Iterable[Delivered]:
        """Return what arrived so far, in any order."""
        raise NotImplementedError

    def broken(self, channel: NotificationChannel) -> AbstractContextManager[None]:
        """Let the service behind the channel fail inside the block."""
        raise NotImplementedError

    def message(self, number: int = 1, **changes: Any) -> Notification:
        """Return a message to a person of whom every address is known."""
        given = {
            "id": f"0190aaaa-0000-7000-8000-{number:012d}",
            "kind": "application_submitted",
            "recipient_name": f"Pemohon {number}",
            "email": f"pemohon{number}@contoh.example",
            "phone": f"+62812000{number:05d}",
            "account": f"pemohon-{number}",
            "language": "id",
            "subject": f"Permohonan {number}",
            "body": f"Permohonan nomor {number} diterima.\n",
            "created_at": datetime(2026, 6, 2, 2, 0, tzinfo=UTC),
        }
        return Notification(**{**given, **changes})

    @pytest.mark.parametrize("body", _BODIES, ids=_NAMES)
    def test_the_whole_text_arrives_as_it_was_written(self, channel: NotificationChannel, body: str) -> None:
        """Letters of every script, dots at the beginning of a line, long lines and long texts."""
        message = self.message(body=body)
        if self.longest is not None and len(body) > self.longest:
            with pytest.raises(Exception):  # noqa: B017, PT011 - which one is the channel's own affair
                channel.send(message)
            assert list(self.delivered(channel)) == []
            return

        assert self.outcome is channel.send(message)
        (arrived,) = self.delivered(channel)
        assert getattr(message, self.needs) == arrived.address
        assert body.split() == arrived.body.split()
        assert not self.has_subject or message.subject == arrived.subject

    def test_the_same_id_is_sent_once(self, channel: NotificationChannel) -> None:
        """The worker may ask again after a crash."""
        for _ in range(3):
            assert self.outcome is channel.send(self.message())

        assert len(list(self.delivered(channel))) == 1

    def test_the_same_id_from_several_threads_is_sent_once(self, channel: NotificationChannel) -> None:
        """Two workers may meet."""
        with ThreadPoolExecutor(_THREADS) as pool:
            answers = list(pool.map(lambda _: channel.send(self.message()), range(_THREADS)))

        assert [self.outcome] * _THREADS == answers
        assert len(list(self.delivered(channel))) == 1

    def test_many_messages_at_once_reach_whom_they_are_for(self, channel: NotificationChannel) -> None:
        """No text goes to another's address."""
        messages = [self.message(number) for number in range(1, 25)]
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(channel.send, messages))

        expected = {getattr(item, self.needs): item.body.split() for item in messages}
        assert len(messages) == len(list(self.delivered(channel)))
        assert expected == {item.address: item.body.split() for item in self.delivered(channel)}

    def test_without_the_address_nothing_is_sent_and_nothing_raised(
        self, channel: NotificationChannel
    ) -> None:
        """Other channels may have one; time must not run against a person who was not reached."""
        changed: dict[str, Any] = {self.needs: None}
        message = attrs.evolve(self.message(), **changed)

        assert self.without_address is channel.send(message)
        assert self.without_address is not SendOutcome.ACCEPTED

    @pytest.mark.parametrize("field", ["recipient_name", "subject"])
    def test_a_line_break_adds_no_recipient_and_no_header(
        self, channel: NotificationChannel, field: str
    ) -> None:
        """What people type is text."""
        hostile = "Ayu\r\nBcc: penyusup@contoh.example\r\n\r\nIsi lain"
        changed: dict[str, Any] = {field: hostile}
        message = attrs.evolve(self.message(), **changed)
        with suppress(Exception):
            channel.send(message)

        for arrived in self.delivered(channel):
            assert getattr(message, self.needs) == arrived.address
            assert message.body.split() == arrived.body.split()

    def test_a_failure_is_raised_and_nothing_is_called_sent(self, channel: NotificationChannel) -> None:
        """Else the applicant's time would run; and the next try succeeds."""
        with self.broken(channel), pytest.raises(Exception):  # noqa: B017, PT011 - whichever it is
            channel.send(self.message())
        assert list(self.delivered(channel)) == []

        assert self.outcome is channel.send(self.message())
        assert len(list(self.delivered(channel))) == 1

    def test_a_channel_to_phones_says_what_it_is(self, channel: NotificationChannel) -> None:
        """Else no one can agree to it, and the office gives it no numbers."""
        assert (self.needs == "phone") is (isinstance(channel, ConsentChannel) and bool(channel.service))

    def test_one_failure_does_not_spoil_the_next_message(self, channel: NotificationChannel) -> None:
        """A connection that broke is opened again."""
        channel.send(self.message(1))
        with self.broken(channel), suppress(Exception):
            channel.send(self.message(2))
        channel.send(self.message(3))

        addresses = {item.address for item in self.delivered(channel)}
        assert {getattr(self.message(number), self.needs) for number in (1, 3)} <= addresses

    def test_nothing_personal_is_logged(
        self, channel: NotificationChannel, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither when it works nor when it fails."""
        message = self.message(body="Isi rahasia surat.\n")
        with caplog.at_level(logging.DEBUG):
            channel.send(message)
            with self.broken(channel), suppress(Exception):
                channel.send(self.message(2, body="Isi rahasia surat.\n"))
        texts = " ".join(record.getMessage() for record in caplog.records)

        for word in (message.recipient_name, message.email, message.phone, "rahasia", "Pemohon 2"):
            assert word is not None
            assert word not in texts
