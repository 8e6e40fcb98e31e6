"""A mail server for tests: takes mails, or refuses them in the ways that real ones do."""

# ruff: noqa: N802, ARG002 - aiosmtpd calls by these names and with all of these arguments

from __future__ import annotations

import email
import email.policy
import logging
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from perizinan_core.bootstrap._synthetic_ca import make_key

USER, PASSWORD = "perizinan", "rahasia-benar"


@attrs.define
class Mailbox:
    """What arrived, and what the server answers; None: it agrees."""

    mails: list[tuple[str, email.message.EmailMessage]] = attrs.field(factory=list)
    to_sender: str | None = None
    to_recipient: dict[str, str] = attrs.field(factory=dict)
    to_mail: str | None = None
    cuts: bool = False
    """Break the connection off after the text of the mail, before the answer."""

    logins: list[str] = attrs.field(factory=list)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.to_sender:
            return self.to_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.to_recipient:
            return self.to_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.cuts:
            server.transport.abort()
            return "250 never said"
        if self.to_mail:
            return self.to_mail
        text = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails += [(address, text) for address in envelope.rcpt_tos]
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, given):
        user, password = given.login.decode(), given.password.decode()
        self.logins.append(user)
        is_right = (user, password) == (USER, PASSWORD)
        return AuthResult(success=is_right, handled=is_right)


class _Controller(Controller):
    """Speaks STARTTLS or asks for a login where the test says so."""

    def __init__(self, mailbox, *, port, starttls=None, login=False, tls=None):
        self._options = {"tls_context": starttls, "require_starttls": starttls is not None}
        if login:
            self._options |= {
                "authenticator": mailbox.authenticate,
                "auth_required": True,
                "auth_require_tls": starttls is not None,
            }
        super().__init__(mailbox, hostname="127.0.0.1", port=port, ssl_context=tls)

    def factory(self):
        with warnings.catch_warnings():
            # It warns of a login without encryption; whether there is one is what some tests are about.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(self.handler, enable_SMTPUTF8=False, **self._options)


@attrs.define
class MailServer:
    """Started and stopped by the test."""

    mailbox: Mailbox
    port: int
    options: dict[str, object]
    _controller: Controller | None = None

    def start(self):
        self._controller = _Controller(self.mailbox, port=self.port, **self.options)
        self._controller.start()

    def stop(self):
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        yield
        self.start()


@contextmanager
def mail_server(**options) -> Iterator[MailServer]:
    """Run a mail server on a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = MailServer(Mailbox(), port, options)
    # What it logs is about its own work, and names everyone.
    logging.getLogger("mail.log").disabled = True
    server.start()
    try:
        yield server
    finally:
        server.stop()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """Return a server's side of TLS under a name, and the file of the root that vouches for it."""
    key = make_key("p-256")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = folder / f"{name}.key"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return context, pem
