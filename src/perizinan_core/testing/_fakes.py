"""
Small working stand-ins for what an office needs from outside: a clock, signers, a channel, uploads.

They keep the promises of the real ones; only the world behind them is in memory.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from datetime import datetime, time, timedelta
from threading import Lock

import attrs

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.signing import SigningError
from perizinan_core.hooks._notification import Notification, SendOutcome
from perizinan_core.hooks._types import ApplicantCheckResult, SubmissionCheckResult
from perizinan_core.model._applicant import Applicant
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._text import Text
from perizinan_core.signing import DigestSigner, SecretCallback, Signer, SigningRequest, sign_pdf

__all__ = [
    "AcceptingChecks",
    "CollectingChannel",
    "CollectingPhone",
    "FakeSigners",
    "FakeSigningService",
    "SettableClock",
    "small_png",
]


@attrs.define
class SettableClock:
    """A clock that stands still until it is moved."""

    moment: datetime
    """Aware."""

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def forward(self, **amount: float) -> None:
        """Move on by a ``timedelta``'s arguments."""
        self.moment += timedelta(**amount)

    def to_working_day(self, calendar: WorkingCalendar, *, after: int = 1) -> None:
        """Move on to 09:00 of the working day that is ``after`` working days later."""
        day = calendar.add_working_days(calendar.time_zone.local(self.moment).date(), after)
        self.moment = calendar.time_zone.at(day, time(9))


@attrs.define
class FakeSigners:
    """Signers by position, kept in memory (`services.SignerSource`)."""

    signers: dict[str, Signer]
    footers: dict[str, Text] = attrs.field(factory=dict)
    secrets: dict[str, str] = attrs.field(factory=dict, repr=False)
    """What the signers of these positions are opened with; others need nothing."""

    _given: ContextVar[SecretCallback | None] = attrs.field(
        factory=lambda: ContextVar("given", default=None), init=False, repr=False
    )

    def positions(self) -> tuple[str, ...]:
        """Return the positions that have a signer."""
        return tuple(sorted(self.signers))

    def signer_for(self, position: str) -> Signer:
        """
        Return the signer of a position.

        Raises:
            BootstrapError: ``signer-not-configured``: there is none.
        """
        if position not in self.signers:
            raise BootstrapError("signer-not-configured", position=position)
        if position in self.secrets:
            given = self._given.get()
            answer = None if given is None else given(position)
            if answer is None:
                raise SigningError("passphrase-needed", file=f"{position}.p12")
            if answer != self.secrets[position]:
                raise SigningError("passphrase-wrong", file=f"{position}.p12")
        return self.signers[position]

    def asks(self, position: str) -> bool:
        """Return whether a secret is needed."""
        return position in self.secrets

    @contextlib.contextmanager
    def unlocked(self, secret: SecretCallback) -> Iterator[None]:
        """Use a secret within the block."""
        token = self._given.set(secret)
        try:
            yield
        finally:
            self._given.reset(token)

    def footer_for(self, position: str) -> Text | None:
        """Return what the signer of a position adds to the foot of letters."""
        return self.footers.get(position)


@attrs.define
class FakeSigningService:
    """
    A document signer as a remote service is one: it takes a PDF and gives it back signed.

    It remembers every document that it was asked to sign, so that a test can see that none came twice.
    """

    key: DigestSigner
    """What the service signs with."""

    answers: bool = True
    """False: it signs, and the connection breaks before the answer arrives."""

    asked: list[bytes] = attrs.field(factory=list, repr=False)
    """The documents, in the order in which they came."""

    signed: list[bytes] = attrs.field(factory=list, repr=False)
    """What it made of them; a person can look them up here."""

    def sign_document(self, pdf: bytes, request: SigningRequest) -> bytes:
        """
        Return ``pdf`` signed.

        Raises:
            ConnectionResetError: when `answers` is False; the document was signed all the same.
        """
        self.asked.append(pdf)
        self.signed.append(sign_pdf(pdf, self.key, request))
        if not self.answers:
            raise ConnectionResetError("the connection broke")
        return self.signed[-1]


@attrs.define
class CollectingChannel:
    """Keeps what it is asked to send, once for each id; fails for the kinds named in `failing`."""

    failing: set[str] = attrs.field(factory=set)
    sent: dict[str, Notification] = attrs.field(factory=dict, repr=False)
    calls: int = 0
    """How often it was called, repetitions included."""

    _lock: Lock = attrs.field(factory=Lock, repr=False, init=False)

    answer: SendOutcome = SendOutcome.ACCEPTED
    """What it says of each message."""

    def send(self, notification: Notification) -> SendOutcome:
        """
        Keep a message.

        Raises:
            ConnectionError: its kind is in `failing`.
        """
        with self._lock:
            self.calls += 1
            if notification.kind in self.failing:
                raise ConnectionError("the mail server does not answer")
            self.sent.setdefault(notification.id, notification)
            return self.answer

    def of_kind(self, kind: str) -> tuple[Notification, ...]:
        """Return the messages that one kind of event caused."""
        return tuple(item for item in self.sent.values() if item.kind == kind)


@attrs.define
class CollectingPhone(CollectingChannel):
    """The same for phone numbers: it says what it is, so that people can be asked whether they agree to it."""

    service: str = "WhatsApp"
    reaches_phones: bool = True


@attrs.frozen
class AcceptingChecks:
    """Accepts every applicant (`services.ApplicantCheck`)."""

    def decide_applicant_check(self, applicant: Applicant) -> ApplicantCheckResult | None:
        """Return None: no one has anything to say."""
        del applicant
        return None

    def submission_checks(self) -> tuple[tuple[str, Callable[..., SubmissionCheckResult | None]], ...]:
        """Return none."""
        return ()


def small_png(seed: int = 0, *, size: int = 8) -> bytes:
    """
    Return a picture of a few pixels, another one for each ``seed``: the smallest upload that is accepted.

    Args:
        seed: 0 to 16,777,215; its three bytes are the colour.
        size: Width and height in pixels.
    """
    row = b"\0" + seed.to_bytes(3, "big") * size
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * size)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunks(chunks))


def _chunks(chunks: Iterable[tuple[bytes, bytes]]) -> Iterable[bytes]:
    for kind, data in chunks:
        yield struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
