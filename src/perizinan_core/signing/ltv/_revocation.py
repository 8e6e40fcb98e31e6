"""
Finding out whether certificates were revoked, from where they themselves say: OCSP first, else the list.

Only what a responder of the chain signed counts, and that is checked where the answers are used
(`settled`); here they are fetched within bounds, read, and remembered while they are fresh. Addresses
are asked only for certificates whose path to a trusted root was found before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from perizinan_core._exchange import ExchangeFailedError, exchange
from perizinan_core._pdf._certificates import extension_of
from perizinan_core.errors.signing import LongTermError
from perizinan_core.verification._revocation import Evidence

_MAX_PLACES = 3
"""Addresses of one kind that are tried for one certificate."""


@attrs.frozen
class _Answer:
    found: Evidence
    until: datetime


@attrs.define(kw_only=True)
class RevocationClient:
    """Fetches answers about revocation over HTTP. Safe to use from many threads."""

    timeout: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    """Seconds for each exchange."""

    max_bytes: int = attrs.field(default=10 * 1024 * 1024, validator=attrs.validators.gt(0))
    """Largest answer; lists of large CAs have some megabytes."""

    keep_for: timedelta = timedelta(hours=1)
    """How long an answer is used again, if it does not end before."""

    _known: dict[bytes, _Answer] = attrs.field(factory=dict, repr=False, init=False)
    _lock: Lock = attrs.field(factory=Lock, repr=False, init=False)

    def about(self, certificate: x509.Certificate, issuer: x509.Certificate, *, now: datetime) -> Evidence:
        """
        Return an answer about one certificate; whether it is good is not judged here.

        Args:
            certificate: The certificate.
            issuer: Its issuer.
            now: Present moment.

        Raises:
            LongTermError: ``revocation-unavailable``: no one says anything.
        """
        key = certificate.fingerprint(hashes.SHA256())
        with self._lock:
            known = self._known.get(key)
        if known is None or now > known.until:
            known = self._fetched(certificate, issuer, now)
            with self._lock:
                self._known[key] = known
        return known.found

    def _fetched(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> _Answer:
        tried: list[str] = []
        ways = (
            ("OCSP", self._ask, _ocsp_addresses(certificate)),
            ("CRL", self._list, _crl_addresses(certificate)),
        )
        for name, ask, addresses in ways:
            for address in addresses[:_MAX_PLACES]:
                try:
                    return ask(address, certificate, issuer, now)
                except ExchangeFailedError as error:
                    tried.append(f"{name}: {error.kind}")
                except (ValueError, x509.InvalidVersion):
                    tried.append(f"{name}: malformed")
        reason = ", ".join(tried) or "the certificate names no place to ask"
        serial = f"{certificate.serial_number:x}"
        raise LongTermError("revocation-unavailable", serial=serial, reason=reason)

    def _ask(
        self, address: str, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> _Answer:
        # SHA-1 only names the issuer here; it is the one hash that every responder knows (RFC 6960 4.3).
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
        data = self._exchange(
            address,
            builder.build().public_bytes(serialization.Encoding.DER),
            {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"},
        )
        response = ocsp.load_der_ocsp_response(data)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise ExchangeFailedError(response.response_status.name.lower())
        own = (item for item in response.responses if item.serial_number == certificate.serial_number)
        single = next(own, None)
        if single is None or single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise ExchangeFailedError("unknown certificate")
        return self._answer(Evidence(answers=(data,)), single.next_update_utc, now)

    def _list(
        self, address: str, _certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> _Answer:
        data = self._exchange(address)
        if data.startswith(b"-----BEGIN"):
            data = x509.load_pem_x509_crl(data).public_bytes(serialization.Encoding.DER)
        crl = x509.load_der_x509_crl(data)
        if crl.issuer != issuer.subject:
            raise ExchangeFailedError("of another issuer")
        return self._answer(Evidence(lists=(data,)), crl.next_update_utc, now)

    def _exchange(
        self, address: str, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        answer = exchange(
            address, content=content, headers=headers, seconds=self.timeout, max_bytes=self.max_bytes
        )
        return answer.data or b""

    def _answer(self, found: Evidence, until: datetime | None, now: datetime) -> _Answer:
        if until is not None and until < now:
            raise ExchangeFailedError("outdated")
        latest = now.astimezone(UTC) + self.keep_for
        return _Answer(found, min(until, latest) if until is not None else latest)


def _ocsp_addresses(certificate: x509.Certificate) -> list[str]:
    found = extension_of(certificate, x509.AuthorityInformationAccess) or ()
    places = [
        item.access_location for item in found if item.access_method == AuthorityInformationAccessOID.OCSP
    ]
    return [place.value for place in places if _is_web(place)]


def _crl_addresses(certificate: x509.Certificate) -> list[str]:
    points = extension_of(certificate, x509.CRLDistributionPoints) or ()
    return [name.value for point in points for name in point.full_name or () if _is_web(name)]


def _is_web(name: x509.GeneralName) -> bool:
    return isinstance(name, x509.UniformResourceIdentifier) and name.value.lower().startswith(
        ("http://", "https://")
    )
