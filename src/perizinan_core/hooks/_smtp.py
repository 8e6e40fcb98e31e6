"""
Mail to people through the office's mail server (SMTP, RFC 5321).

Each message is a connection of its own: nothing is kept open that could break between two messages. The server
proves who it is before anything is sent, unless the settings say that there is no encryption at all. What it
answers decides what follows: a refusal for good ends the tries, anything else is tried again with the same
``Message-ID``, so that a mail which arrived twice can be told to be one.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.policy import SMTP
from pathlib import Path
from threading import Condition
from typing import Any, Final, Literal

import attrs

from perizinan_core.errors.hooks import DeliveryError, SettingError
from perizinan_core.hooks._notification import Notification, SendOutcome, compose_mail
from perizinan_core.hooks._settings import Secret

__all__ = ["SmtpChannel", "SmtpSettings"]

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1", re.IGNORECASE)
_MOST_REMEMBERED = 10_000
_TEMPORARY, _PERMANENT = range(400, 500), range(500, 600)
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_LONGEST_REASON = 200

_OF_THE_ADDRESS = frozenset({550, 551, 552, 553})
"""Answers to an address that speak of it (RFC 5321, 4.2.3)."""

_OF_THE_OFFICE = re.compile(r"5\.[3567]\.")
"""
Refusals for good that speak of the system, the protocol, the form or the policy, and not of the address (RFC 3463):
the same message may pass once someone has put the server right.
"""


def _one_address(settings: object, field: attrs.Attribute[str], text: str) -> None:
    del settings
    try:
        address = _address(text)
    except (ValueError, IndexError) as error:
        raise SettingError("setting", name=field.name, expected=_ADDRESS) from error
    if not address.username or not address.domain or not address.addr_spec.isascii():
        raise SettingError("setting", name=field.name, expected=_ADDRESS)


_ADDRESS = "one mail address, e.g. DPMPTSP Kota Contoh <perizinan@contoh.example>"


def _address(text: str) -> Address:
    header: Any = SMTP.header_factory("From", text)
    if header.defects or len(header.addresses) != 1:
        raise ValueError(text)
    found: Address = header.addresses[0]
    return found


@attrs.frozen(kw_only=True)
class SmtpSettings:
    """``[plugin.smtp]``: mail through the office's mail server."""

    host: str
    """Name of the mail server, as its certificate says it."""

    port: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.in_(range(1, 65536)))
    )
    """None: 587 for ``starttls``, 465 for ``tls``, 25 for ``none``."""

    security: Literal["starttls", "tls", "none"] = attrs.field(
        default="starttls", validator=attrs.validators.in_(_PORTS)
    )
    """
    ``starttls``: encrypted before anything is sent; ``tls``: encrypted from the first byte; ``none``: not encrypted,
    for a mail server on this machine or in the office's own network.
    """

    sender: str = attrs.field(validator=_one_address)
    """What stands as the sender: ``Name <address>``."""

    reply_to: str | None = attrs.field(default=None, validator=attrs.validators.optional(_one_address))
    """Where answers go; None: to the sender."""

    user: str | None = None
    """Whom to log in as; None: without a login."""

    password: Secret | None = None
    """Where the password is: ``env:NAME`` or ``file:PATH``."""

    ca_file: Path | None = None
    """Root certificates (PEM) of the mail server, when they are not those of the system."""

    timeout: float = attrs.field(default=20.0, validator=[attrs.validators.gt(0), attrs.validators.le(30)])
    """Seconds for each answer of the server."""

    def __attrs_post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            raise SettingError("setting", name="user, password", expected="both, or neither")
        if self.user is not None and self.security == "none" and not _LOOPBACK.fullmatch(self.host):
            raise SettingError("setting", name="security", expected="starttls or tls, to send a password")

    @property
    def server(self) -> str:
        """Name and port of the mail server, as errors say it."""
        return f"{self.host}:{self.port or _PORTS[self.security]}"


@attrs.define(eq=False)
class SmtpChannel:
    """Sends each message as a mail; see the module."""

    settings: SmtpSettings
    _sent: OrderedDict[str, None] = attrs.field(factory=OrderedDict, init=False, repr=False)
    """Messages that the server took while this program runs, the latest last."""

    _sending: set[str] = attrs.field(factory=set, init=False, repr=False)
    _turn: Condition = attrs.field(factory=Condition, init=False, repr=False)

    def send(self, notification: Notification) -> SendOutcome:
        """
        Send the mail; the same id again does nothing while the program knows it.

        Raises:
            DeliveryError: it was not taken; ``recipient-refused`` and ``message-refused`` are for good.
        """
        if not notification.email:
            return SendOutcome.PASSED_OVER
        with self._alone_with(notification.id):
            if notification.id not in self._sent:
                self._hand_over(notification, notification.email)
                self._sent[notification.id] = None
                if len(self._sent) > _MOST_REMEMBERED:
                    self._sent.popitem(last=False)
        return SendOutcome.ACCEPTED

    def check(self) -> None:
        """
        Ask the server whether it would take a mail of this sender, without sending one.

        Raises:
            DeliveryError: the server cannot be reached, is another one, or refuses.
        """
        with self._session() as session:
            self._require(session.mail(self._sender.addr_spec))
            session.rset()

    @property
    def _sender(self) -> Address:
        return _address(self.settings.sender)

    @contextmanager
    def _alone_with(self, message: str) -> Iterator[None]:
        """Let no other thread send the same message meanwhile."""
        with self._turn:
            self._turn.wait_for(lambda: message not in self._sending)
            self._sending.add(message)
        try:
            yield
        finally:
            with self._turn:
                self._sending.discard(message)
                self._turn.notify_all()

    def _hand_over(self, notification: Notification, recipient: str) -> None:
        if not recipient.isascii():
            raise DeliveryError("recipient-refused", answer="-")
        sender = self._sender
        # Every server takes quoted-printable, whatever length the lines have.
        mail = compose_mail(
            notification, sender=sender, policy=SMTP, domain=sender.domain, encoding="quoted-printable"
        )
        if self.settings.reply_to is not None:
            mail["Reply-To"] = _address(self.settings.reply_to)
        with self._session() as session:
            self._require(session.mail(sender.addr_spec))
            self._require_recipient(session.rcpt(recipient))
            self._require_message(session.data(mail.as_bytes()))

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Connect, prove the server, log in; what smtplib raises becomes an error without texts of the server."""
        session = self._connected()
        try:
            with self._named_failures():
                self._log_in(session)
                yield session
        finally:
            # It said what became of the message; how the connection ends does not matter.
            with suppress(OSError, smtplib.SMTPException):
                session.quit()
            session.close()

    def _connected(self) -> smtplib.SMTP:
        settings = self.settings
        port = settings.port or _PORTS[settings.security]
        with self._named_failures(connecting=True):
            if settings.security == "tls":
                return smtplib.SMTP_SSL(
                    settings.host, port, timeout=settings.timeout, context=self._trusted()
                )
            return smtplib.SMTP(settings.host, port, timeout=settings.timeout)

    def _log_in(self, session: smtplib.SMTP) -> None:
        settings = self.settings
        session.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            if not session.has_extn("starttls"):
                raise DeliveryError(
                    "mail-server-untrusted", server=settings.server, reason="it does not offer STARTTLS"
                )
            self._require(session.starttls(context=self._trusted()))
            session.ehlo()
        if settings.user is not None and settings.password is not None:
            self._authenticate(session, settings.user, settings.password.reveal().decode())

    def _authenticate(self, session: smtplib.SMTP, user: str, password: str) -> None:
        """Log in, in one way: `smtplib.SMTP.login` tries a refused password again in each, which locks accounts."""
        ways: dict[str, Any] = {
            "PLAIN": session.auth_plain,
            "LOGIN": session.auth_login,
            "CRAM-MD5": session.auth_cram_md5,
        }
        offered = session.esmtp_features.get("auth", "").upper().split()
        way = next((way for way in ways if way in offered), None)
        if way is None:
            raise DeliveryError("mail-server-refused", server=self.settings.server, answer="AUTH")
        session.user, session.password = user, password
        session.auth(way, ways[way])

    def _trusted(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise DeliveryError(
                "mail-server-untrusted", server=self.settings.server, reason=f"ca_file: {_reason(error)}"
            ) from None

    @contextmanager
    def _named_failures(self, *, connecting: bool = False) -> Iterator[None]:
        """Turn what smtplib and the network raise into a `DeliveryError`; their texts may hold addresses."""
        server = self.settings.server
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._require((error.smtp_code, error.smtp_error))
            raise DeliveryError("mail-server-refused", server=server, answer=str(error.smtp_code)) from None
        except smtplib.SMTPServerDisconnected:
            raise DeliveryError("mail-server-lost", server=server) from None
        except smtplib.SMTPException as error:
            raise DeliveryError("mail-server-refused", server=server, answer=type(error).__name__) from None
        except ssl.SSLError as error:
            raise DeliveryError("mail-server-untrusted", server=server, reason=_reason(error)) from None
        except OSError as error:
            if not connecting:
                raise DeliveryError("mail-server-lost", server=server) from None
            raise DeliveryError("mail-server-unreachable", server=server, reason=_reason(error)) from None

    def _require(self, answered: tuple[int, bytes | str]) -> None:
        """Pass when the server agreed to something that has nothing to do with the recipient."""
        code, answer = answered[0], _answer(*answered)
        if code in _TEMPORARY:
            raise DeliveryError("delivery-deferred", answer=answer)
        if code in _PERMANENT:
            raise DeliveryError("mail-server-refused", server=self.settings.server, answer=answer)

    def _require_recipient(self, answered: tuple[int, bytes]) -> None:
        code, answer = answered[0], _answer(*answered)
        if code in _OF_THE_ADDRESS and not _OF_THE_OFFICE.search(answer):
            raise DeliveryError("recipient-refused", answer=answer)
        self._require(answered)

    def _require_message(self, answered: tuple[int, bytes]) -> None:
        code, answer = answered[0], _answer(*answered)
        if code in _PERMANENT and not _OF_THE_OFFICE.search(answer):
            raise DeliveryError("message-refused", answer=answer)
        self._require(answered)


def _answer(code: int, text: bytes | str) -> str:
    """Return the numbers of an answer; its text may repeat an address."""
    said = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    enhanced = _ENHANCED.match(said)
    return f"{code} {enhanced[1]}" if enhanced else str(code)


def _reason(error: OSError) -> str:
    verified = getattr(error, "verify_message", "")
    said = verified or error.strerror or getattr(error, "reason", None) or type(error).__name__
    return str(said)[:_LONGEST_REASON]
