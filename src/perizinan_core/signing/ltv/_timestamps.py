"""
Asking a timestamp service (RFC 3161), and believing its answer only after checks.

In this order:

1. it came within the time and the size; 2. the service granted it; 3. it is about our digest, answers
our request and, if one was asked for, follows the policy; 4. the certificate in it is for timestamps
only (RFC 3161 section 2.3) and valid at the stated time, which is the present; 5. its signature fits and
its certificates lead to a trusted root.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import attrs
from cryptography import x509

from perizinan_core._exchange import ExchangeFailedError, exchange, host_of
from perizinan_core.errors.signing import TimestampServiceError

_HASHES = ("sha256", "sha384", "sha512")
_GRANTED = ("granted", "granted_with_mods")
_LONGEST_WORDS = 200
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def _web_address(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    parts = urlsplit(value)
    # No password in it: HTTP libraries write addresses into their logs.
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(
            f"{attribute.name} is an http or https address without user name; use headers for that"
        )


@attrs.frozen(kw_only=True)
class TimestampClient:
    """One timestamp service. Safe to use from many threads."""

    url: str = attrs.field(validator=_web_address, repr=host_of)
    """Its address."""

    roots: tuple[x509.Certificate, ...] = attrs.field(default=(), repr=False)
    """Where its certificate must lead; empty: to the roots of the program that uses the client."""

    timeout: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    """Seconds for the whole exchange."""

    max_bytes: int = attrs.field(default=65_536, validator=attrs.validators.gt(0))
    """Largest answer."""

    room: int = attrs.field(default=8_192, validator=attrs.validators.ge(1_024))
    """
    Bytes reserved in a file for one timestamp; what the service needs, with its certificates, is mostly
    3,000 to 7,000. A larger timestamp still fits: the file is then made again with more room.
    """

    hash_name: str = attrs.field(default="sha256", validator=attrs.validators.in_(_HASHES))
    """Hash function of what is timestamped."""

    policy: str | None = None
    """Policy (dotted number) under which the service shall act; None leaves it to the service."""

    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Further HTTP headers, e.g. ``Authorization``."""

    max_skew: timedelta = timedelta(minutes=5)
    """How far the service's clock may be from ours."""

    _latest: dict[str, bytes] = attrs.field(factory=dict, alias="_latest", repr=False, eq=False)

    def trusting(self, roots: Sequence[x509.Certificate]) -> TimestampClient:
        """Return this client, with ``roots`` where it has none of its own."""
        return self if self.roots else attrs.evolve(self, roots=tuple(roots))

    @property
    def latest(self) -> bytes | None:
        """The newest timestamp that came (DER of a ``ContentInfo``), or None: tells the certificate in use."""
        return self._latest.get("token")

    def token(self, data: bytes, now: datetime) -> bytes:
        """
        Return the DER of a checked timestamp of ``data`` (a CMS ``ContentInfo``).

        Args:
            data: What is timestamped; only its hash leaves the machine.
            now: Present moment, with time zone.

        Raises:
            TimestampServiceError: one of its kinds says what went wrong.
        """
        return self.fetch(hashlib.new(self.hash_name, data).digest(), now)

    def fetch(self, digest: bytes, now: datetime) -> bytes:
        """Return a checked timestamp of a digest; see `token`."""
        nonce = int.from_bytes(b"\x01" + secrets.token_bytes(7))
        answer = self._answer(_request(self, digest, nonce))
        try:
            token = self._granted(answer)
            self._check(token, digest, nonce, now)
        except TimestampServiceError:
            raise
        except Exception as error:  # a foreign parser on a stranger's bytes raises what it likes
            raise TimestampServiceError("timestamp-answer", host=self._host, fault="malformed") from error
        self._latest["token"] = token
        return token

    @property
    def _host(self) -> str:
        return host_of(self.url)

    def _answer(self, request: bytes) -> bytes:
        try:
            answer = exchange(
                self.url,
                content=request,
                headers={**_HEADERS, **self.headers},
                seconds=self.timeout,
                max_bytes=self.max_bytes,
            )
        except ExchangeFailedError as error:
            host = self._host
            match error.kind:
                case "timeout":
                    refused = TimestampServiceError("timestamp-timeout", host=host, seconds=self.timeout)
                case "too-large":
                    refused = TimestampServiceError("timestamp-too-large", host=host, limit=self.max_bytes)
                case "status":
                    refused = TimestampServiceError("timestamp-http-status", host=host, status=error.status)
                case _:
                    reason = error.detail or error.kind
                    refused = TimestampServiceError("timestamp-unreachable", host=host, reason=reason)
            raise refused from error
        return answer.data or b""

    def _granted(self, answer: bytes) -> bytes:
        """Return the token of a response (RFC 3161 section 2.4.2)."""
        from asn1crypto import cms, core, tsp

        # Not asn1crypto's own class, which demands a token in every response: one that refuses has none.
        response = core.Sequence.load(answer, strict=True)
        info = tsp.PKIStatusInfo.load(response[0].dump())
        status = info["status"].native
        if status not in _GRANTED:
            words = [*(info["status_string"].native or ()), *sorted(info["fail_info"].native or ())]
            said = "; ".join(words)[:_LONGEST_WORDS]
            raise TimestampServiceError("timestamp-refused", host=self._host, status=status, reason=said)
        # Read again from its bytes: what is kept is then what was checked.
        token = cms.ContentInfo.load(response[1].dump(), strict=True)
        if not token["content"]["certificates"]:
            raise TimestampServiceError("timestamp-answer", host=self._host, fault="certificate-missing")
        return bytes(token.dump())

    def _check(self, token: bytes, digest: bytes, nonce: int, now: datetime) -> None:
        from perizinan_core.signing.ltv._examine import chain_of
        from perizinan_core.verification.signatures._container import read_container

        found = read_container(token)
        info = found.stamp_info
        wrong = {
            "imprint": found.imprint != (self.hash_name, digest),
            "nonce": info["nonce"].native != nonce,
            "policy": self.policy is not None and info["policy"].dotted != self.policy,
        }
        for problem in (name for name, is_wrong in wrong.items() if is_wrong):
            raise TimestampServiceError("timestamp-answer", host=self._host, fault=problem)
        stated, certificate = found.stamped_at, found.certificate
        if not _is_for_timestamps(certificate, stated):
            raise TimestampServiceError(
                "timestamp-certificate",
                host=self._host,
                serial=f"{certificate.serial_number:x}",
                not_before=certificate.not_valid_before.isoformat(),
                not_after=certificate.not_valid_after.isoformat(),
            )
        if abs(stated - now) > self.max_skew:
            raise TimestampServiceError(
                "timestamp-time",
                host=self._host,
                stated=stated.isoformat(),
                now=now.astimezone(UTC).isoformat(),
            )
        if found.fits(lambda _: digest) != (True, True):
            raise TimestampServiceError("timestamp-answer", host=self._host, fault="signature")
        if not chain_of(token, self.roots, stated).holds:
            raise TimestampServiceError("timestamp-untrusted", host=self._host)


def _request(client: TimestampClient, digest: bytes, nonce: int) -> bytes:
    from asn1crypto import algos, tsp

    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": client.hash_name}),
        "hashed_message": digest,
    }
    fields = {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    if client.policy is not None:
        fields["req_policy"] = client.policy
    return bytes(tsp.TimeStampReq(fields).dump())


def _is_for_timestamps(certificate: Any, moment: datetime) -> bool:
    """Check purpose (RFC 3161 section 2.3) and dates of a certificate."""
    purposes = certificate.extended_key_usage_value
    return (
        purposes is not None
        and purposes.native == ["time_stamping"]
        and "extended_key_usage" in certificate.critical_extensions
        and certificate.not_valid_before <= moment <= certificate.not_valid_after
    )
