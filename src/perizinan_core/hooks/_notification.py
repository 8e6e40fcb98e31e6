"""
Telling people: the channel port and the embedded default, which writes mails as files.

A mail as a file (``.eml``) can be read with any mail program, so a developer and a small office see
what would be sent before a real channel is installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from uuid import uuid4

import attrs

from perizinan_core._saved_file import replace_file

__all__ = [
    "CheckedChannel",
    "ConsentChannel",
    "MailFolderChannel",
    "Notification",
    "NotificationChannel",
    "PhoneChannel",
    "SendOutcome",
    "SharedChannel",
    "compose_mail",
]


class SendOutcome(StrEnum):
    """What a channel did with a message; whether time may run against the applicant follows from it."""

    ACCEPTED = "accepted"
    """It is on its way to the person: the service that carries it has taken it."""

    KEPT = "kept"
    """It is written down, but no one carries it to the person by itself; a person may."""

    PASSED_OVER = "passed_over"
    """This channel has no address of the person."""


@attrs.frozen(kw_only=True)
class Notification:
    """A message to one person. The text is personal data: channels send it and log only the id."""

    id: str
    """Stable over repeated deliveries: a channel that knows it already sent this id does nothing."""

    kind: str
    """`EventKind` value that caused it."""

    recipient_name: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    phone: str | None = attrs.field(repr=False)
    """E.164, or None; of those who agreed to this channel, see `ConsentChannel`."""

    language: str
    subject: str = attrs.field(repr=False)
    body: str = attrs.field(repr=False)
    """Plain text."""

    text: str = attrs.field(default="", repr=False)
    """The same without greeting, closing and name of the person, for phones; may be empty."""

    created_at: datetime
    account: str | None = None
    """Account of an officer, for channels inside a portal; None for applicants, who are notified by mail or phone."""

    idempotency_key: str = ""
    """
    The same at each try of this message on this channel, and different from every other: to be handed to the service
    that carries it. After a crash between its answer and our note of it, the message comes again with this key.
    """

    data: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    """Codes and numbers for channels that fill their own templates (receipt number, permit type, state)."""


class NotificationChannel(Protocol):
    """Brings messages to people."""

    def send(self, notification: Notification) -> SendOutcome:
        """
        Send the message and say what became of it, or raise: the worker tries again later (at-least-once).

        Must be idempotent by `Notification.id`. A recipient without the address that this channel
        needs is passed over. Say `SendOutcome.ACCEPTED` only when the message is on its way: periods that end
        to the applicant's disadvantage are counted from then. Raise `DeliveryError` where it says what happened:
        what is refused for good is not tried for days.
        """
        ...


@runtime_checkable
class CheckedChannel(Protocol):
    """A channel that can say whether the service behind it would take messages; ``perizinan doctor`` asks it."""

    def check(self) -> None:
        """Return when the service answers and lets this office send; raise what is wrong otherwise."""
        ...


@runtime_checkable
class PhoneChannel(Protocol):
    """A channel that says whether it brings messages to phone numbers; portals confirm a number only where one does."""

    @property
    def reaches_phones(self) -> bool:
        """True where a message with a phone number and no mail address reaches the person."""
        ...


@runtime_checkable
class ConsentChannel(Protocol):
    """
    A channel that writes to phone numbers through another company.

    It gets the messages of a case, and the numbers in them, only for those who agreed to it. A channel that does not
    say what it is never sees a number.
    """

    @property
    def service(self) -> str:
        """
        What people know it as, e.g. ``WhatsApp``; consent holds for this service.

        When the office sends through another one, everyone is asked again.
        """
        ...


@runtime_checkable
class SharedChannel(Protocol):
    """A channel that tells a room or a program, and no single person: it gets each message by itself, at once."""

    @property
    def is_shared(self) -> bool:
        """True where no single person is reached."""
        ...


@attrs.frozen
class MailFolderChannel:
    """Writes each message as an ``.eml`` file into a folder."""

    folder: Path
    sender: str = "perizinan@localhost"
    forwarded: bool = False
    """True: a mail program collects the files and sends them, so that a mail with an address is on its way."""

    def send(self, notification: Notification) -> SendOutcome:
        """Write the mail; the same id again leaves the first file as it is."""
        self._write(notification)
        return SendOutcome.ACCEPTED if self.forwarded and notification.email else SendOutcome.KEPT

    def _write(self, notification: Notification) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = re.sub(r"[^A-Za-z0-9-]", "", notification.id) or uuid4().hex
        # The id alone makes the name: who gets the mail must not be readable in a folder listing.
        target = self.folder / f"{stem}.eml"
        if target.exists():
            return
        # As it is read: a link that is broken over two lines cannot be followed by those who open the file.
        message = compose_mail(notification, sender=self.sender, policy=SMTPUTF8, encoding="8bit")
        replace_file(target, message.as_bytes(), mode=0o600)


def compose_mail(
    notification: Notification,
    *,
    sender: str | Address,
    policy: EmailPolicy[Any],
    domain: str = "perizinan.invalid",
    encoding: str | None = None,
) -> EmailMessage:
    """
    Return a message as a mail; made again, it is the same one.

    Args:
        notification: The message.
        sender: What stands as the sender.
        policy: How it is written down.
        domain: Right half of its ``Message-ID``.
        encoding: Of the text, for the way; None: whatever suits it.
    """
    message = EmailMessage(policy=policy)
    message["Date"] = format_datetime(notification.created_at)
    message["From"] = sender
    message["To"] = _mailbox(notification)
    message["Subject"] = " ".join(notification.subject.split())
    message["Message-ID"] = f"<{notification.id}@{domain}>"
    # So that answering machines and other programs do not answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notification.body, cte=encoding)
    message["Content-Language"] = notification.language
    return message


def _mailbox(notification: Notification) -> Address | str:
    """Return the recipient; a line break in a name cannot smuggle in another header."""
    name = " ".join(notification.recipient_name.split())
    if not notification.email:
        return Address(display_name=name, username="tanpa-alamat", domain="perizinan.invalid")
    return Address(display_name=name, addr_spec=notification.email)
