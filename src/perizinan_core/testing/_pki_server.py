"""
A timestamp service, an OCSP responder and revocation lists, served over HTTP on loopback.

::

    def test_something(perizinan_pki):
        signer = perizinan_pki.issue("Kepala Dinas").signer()
        client = TimestampClient(url=perizinan_pki.tsa_url, roots=perizinan_pki.roots)

Everything hangs below a `SyntheticCA` of its own: certificates say where their revocation is stated, a
delegated responder signs the OCSP answers, root and issuing CA publish revocation lists. The clock is
an argument, so that years pass in a test; faults make each service fail in the ways that real ones do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from perizinan_core._pdf._der import wrap
from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA

__all__ = ["Fault", "PkiServer", "system_clock"]

_VALIDITY = timedelta(days=730)
_FRESH = timedelta(days=7)
_PIECE = 0.05
"""Seconds between two bytes of a dripping answer."""


class Fault(StrEnum):
    """Ways in which a service fails; the first group is for every service, the second for timestamps."""

    CLOSES = "closes"
    """Breaks the connection off."""
    ERROR = "error"
    """HTTP status 500."""
    HTML = "html"
    """Status 200 with a page for people."""
    SLOW = "slow"
    """Says nothing."""
    DRIP = "drip"
    """Sends one byte now and then."""
    OVERSIZED = "oversized"
    """Sends without end."""

    REFUSES = "refuses"
    """PKIStatus ``rejection``."""
    OTHER_NONCE = "other-nonce"
    OTHER_IMPRINT = "other-imprint"
    OTHER_SIGNATURE = "other-signature"
    """The signature does not fit."""


def system_clock() -> datetime:
    """Return the present."""
    return datetime.now(UTC)


@attrs.define(eq=False)
class PkiServer:
    """The services of one synthetic public-key infrastructure; made by `PkiServer.running`."""

    url: str
    """Address, without a final slash."""

    clock: Callable[[], datetime]
    """Gives the present of all services."""

    ca: SyntheticCA
    """Root and issuing CA."""

    tsa: Issued
    """What timestamps are signed with; RSA-2048. Replace it to change the service's certificate."""

    responder: Issued
    """What OCSP answers are signed with."""

    faults: dict[str, Fault] = attrs.field(factory=dict)
    """How ``"tsa"``, ``"ocsp"`` and ``"crl"`` fail, for those that do."""

    requests: list[str] = attrs.field(factory=list)
    """Names of the services in the order in which they were asked."""

    clock_error: timedelta = timedelta(0)
    """By how much the clock of the timestamp service is ahead."""

    _revoked: dict[int, datetime] = attrs.field(factory=dict)
    _stopping: threading.Event = attrs.field(factory=threading.Event)

    @classmethod
    @contextmanager
    def running(
        cls, clock: Callable[[], datetime] = system_clock, *, kind: str = "p-256"
    ) -> Iterator[PkiServer]:
        """
        Make keys and certificates and serve until the block ends.

        Args:
            clock: Gives aware moments.
            kind: Kind of the CA's keys.
        """
        with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
            url = f"http://127.0.0.1:{server.server_port}"
            now = clock()
            ca = SyntheticCA.create(now, name="PKI", kind=kind, extensions=[_crl_at(f"{url}/crl/root")])
            responder = ca.issue(
                "OCSP",
                now=now,
                kind="p-256",
                usages=("digital_signature",),
                valid=(now - timedelta(hours=1), now + timedelta(days=3650)),
                extensions=[
                    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
                    (x509.OCSPNoCheck(), False),
                ],
            )
            pki = cls(url, clock, ca, _tsa(ca, url, now, None), responder)
            _Handler.pki[server.server_port] = pki
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
            )
            thread.start()
            try:
                yield pki
            finally:
                pki._stopping.set()
                server.shutdown()
                thread.join()
                del _Handler.pki[server.server_port]

    @property
    def tsa_url(self) -> str:
        """Address of the timestamp service."""
        return f"{self.url}/tsa"

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The trust anchor."""
        return (self.ca.root.certificate,)

    def issue(
        self,
        name: str,
        *,
        kind: str = "p-256",
        valid: tuple[datetime, datetime] | None = None,
        services: tuple[str, ...] = ("ocsp", "crl"),
    ) -> Issued:
        """
        Make a signer's certificate, valid for two years unless ``valid`` says otherwise.

        Args:
            name: Common name.
            kind: Kind of key.
            valid: First and last moment.
            services: Where its revocation is stated: ``"ocsp"``, ``"crl"``, both or none.
        """
        return self.ca.issue(
            name, now=self.clock(), kind=kind, valid=valid, extensions=_told_at(self.url, services)
        )

    def renew_tsa(
        self, *, valid: tuple[datetime, datetime] | None = None, ca: SyntheticCA | None = None
    ) -> Issued:
        """
        Give the timestamp service a new key and certificate, of this CA or another, and return it.

        Args:
            valid: First and last moment, e.g. to make one that has ended.
            ca: Another CA, to make a service that no one here trusts.
        """
        self.tsa = _tsa(ca or self.ca, self.url, self.clock(), valid)
        return self.tsa

    def revoke(self, certificate: x509.Certificate, at: datetime | None = None) -> None:
        """Revoke a certificate, now or ``at`` a moment; OCSP and lists say so from then on."""
        self._revoked[certificate.serial_number] = at or self.clock()

    # What the services answer

    def timestamp_answer(self, request: bytes, fault: Fault | None = None) -> bytes:
        """Return the DER of the response to a timestamp request (RFC 3161)."""
        from asn1crypto import keys, tsp
        from asn1crypto import x509 as asn1_x509
        from pyhanko.sign.timestamps import DummyTimeStamper
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        asked = tsp.TimeStampReq.load(request)
        if fault is Fault.REFUSES:
            status = {"status": "rejection", "status_string": ["not today"], "fail_info": {"bad_request"}}
            return wrap(0x30, tsp.PKIStatusInfo(status).dump())
        if fault is Fault.OTHER_NONCE:
            asked["nonce"] = asked["nonce"].native + 1
        if fault is Fault.OTHER_IMPRINT:
            asked["message_imprint"]["hashed_message"] = bytes(32)
        certificate = asn1_x509.Certificate.load(_der(self.tsa.certificate))
        chain: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        chain.register(asn1_x509.Certificate.load(_der(self.tsa.chain[0])))
        key = self.tsa.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        # The kit's clock knows fractions of seconds, a timestamp without them is shorter.
        moment = (self.clock() + self.clock_error).astimezone(UTC).replace(microsecond=0)
        service = DummyTimeStamper(certificate, keys.PrivateKeyInfo.load(key), chain, fixed_dt=moment)
        answer = service.request_tsa_response(asked)
        if fault is Fault.OTHER_SIGNATURE:
            info = answer["time_stamp_token"]["content"]["signer_infos"][0]
            info["signature"] = bytes(len(info["signature"].native))
        return bytes(answer.dump())

    def ocsp_answer(self, request: bytes) -> bytes:
        """Return the DER of the response to an OCSP request (RFC 6960) about one certificate."""
        asked = ocsp.load_der_ocsp_request(request)
        now = self.clock().astimezone(UTC).replace(microsecond=0)
        revoked = self._revoked_at(asked.serial_number)
        response = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                asked.issuer_name_hash,
                asked.issuer_key_hash,
                asked.serial_number,
                asked.hash_algorithm,
                ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED,
                now,
                now + _FRESH,
                revoked,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.responder.certificate)
            .certificates([self.responder.certificate])
            .sign(self.responder.key, hashes.SHA256())
        )
        return response.public_bytes(serialization.Encoding.DER)

    def crl(self, name: str) -> bytes:
        """Return the DER of the revocation list (RFC 5280) of ``"root"`` or ``"issuing"``."""
        issuer = self.ca.root if name == "root" else self.ca.issuing
        now = self.clock().astimezone(UTC).replace(microsecond=0)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(now)
            .next_update(now + _FRESH)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        )
        for serial in sorted(self._revoked):
            revoked = self._revoked_at(serial)
            if revoked is not None:
                entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked)
                builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _revoked_at(self, serial: int) -> datetime | None:
        at = self._revoked.get(serial)
        return at.astimezone(UTC).replace(microsecond=0) if at is not None and at <= self.clock() else None


_Extensions = list[tuple[x509.ExtensionType, bool]]


def _told_at(url: str, services: tuple[str, ...]) -> _Extensions:
    found: _Extensions = []
    if "ocsp" in services:
        place = x509.UniformResourceIdentifier(f"{url}/ocsp")
        description = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        found.append((x509.AuthorityInformationAccess([description]), False))
    if "crl" in services:
        found.append(_crl_at(f"{url}/crl/issuing"))
    return found


def _crl_at(url: str) -> tuple[x509.ExtensionType, bool]:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return x509.CRLDistributionPoints([point]), False


def _tsa(ca: SyntheticCA, url: str, now: datetime, valid: tuple[datetime, datetime] | None) -> Issued:
    # RFC 3161 section 2.3: this purpose, no other, and critical.
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return ca.issue(
        "TSA",
        now=now,
        kind="rsa-2048",
        valid=valid or (now - timedelta(hours=1), now + _VALIDITY),
        usages=("digital_signature",),
        extensions=[(purpose, True), *_told_at(url, ("ocsp", "crl"))],
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


class _Handler(BaseHTTPRequestHandler):
    """Finds its infrastructure by the port that was asked."""

    pki: dict[int, PkiServer] = {}  # noqa: RUF012 - one for all handlers
    protocol_version = "HTTP/1.1"
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer requests for revocation lists."""
        self._serve(b"")

    def do_POST(self) -> None:
        """Answer requests for timestamps and certificate status."""
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _serve(self, body: bytes) -> None:
        pki = self.pki[self.server.server_port]  # type: ignore[attr-defined]
        service, _, name = self.path.strip("/").partition("/")
        pki.requests.append(service)
        fault = pki.faults.get(service)
        # A client that has heard enough hangs up, which is what some faults are for.
        with suppress(ConnectionError):
            if fault in _TRANSPORT:
                self._fail(pki, fault)
            elif service == "tsa":
                self._answer("application/timestamp-reply", pki.timestamp_answer(body, fault))
            elif service == "ocsp":
                self._answer("application/ocsp-response", pki.ocsp_answer(body))
            elif service == "crl":
                self._answer("application/pkix-crl", pki.crl(name))
            else:
                self._answer("text/plain", b"no such service", 404)

    def _fail(self, pki: PkiServer, fault: Fault | None) -> None:
        self.close_connection = True
        match fault:
            case Fault.ERROR:
                self._answer("text/plain", b"out of order", 500)
            case Fault.HTML:
                self._answer("text/html", b"<!doctype html><title>Gateway</title><p>Welcome")
            case Fault.SLOW:
                pki._stopping.wait(30)  # noqa: SLF001 - same module
            case Fault.DRIP:
                self._pieces(pki, b"\x30", _PIECE)
            case Fault.OVERSIZED:
                self._pieces(pki, bytes(65536), 0)
            case _:
                pass

    def _pieces(self, pki: PkiServer, piece: bytes, pause: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(2000):
            self.wfile.write(piece)
            if pki._stopping.wait(pause):  # noqa: SLF001 - same module
                return

    def _answer(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_TRANSPORT = frozenset({Fault.CLOSES, Fault.ERROR, Fault.HTML, Fault.SLOW, Fault.DRIP, Fault.OVERSIZED})
