"""
Errors of timestamps and long-term data.

::

    LongTermError
    ├─ TimestampServiceError
    │  ├─ TimestampUnreachableError, TimestampTimeoutError, TimestampStatusError
    │  ├─ TimestampTooLargeError, TimestampAnswerError, TimestampRefusedError
    │  └─ TimestampTimeError, TimestampCertificateError, TimestampUntrustedError
    ├─ RevocationUnavailableError
    ├─ CertificateRevokedError
    ├─ TimestampsOffError
    ├─ ExtensionRefusedError
    ├─ RenewalUselessError
    └─ NotExtendableError
       └─ TooLateError
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "CertificateRevokedError",
    "ExtensionRefusedError",
    "LongTermError",
    "NotExtendableError",
    "RenewalUselessError",
    "RevocationUnavailableError",
    "TimestampAnswerError",
    "TimestampCertificateError",
    "TimestampRefusedError",
    "TimestampServiceError",
    "TimestampStatusError",
    "TimestampTimeError",
    "TimestampTimeoutError",
    "TimestampTooLargeError",
    "TimestampUnreachableError",
    "TimestampUntrustedError",
    "TimestampsOffError",
    "TooLateError",
]


@attrs.define(slots=False, eq=False)
class LongTermError(PerizinanError):
    """Timestamps or long-term data could not be added; the signed file is as it was."""

    code: ClassVar[str] = "long-term"


@attrs.define(slots=False, eq=False)
class TimestampServiceError(LongTermError):
    """The timestamp service did not give a usable timestamp."""

    code: ClassVar[str] = "timestamp"

    host: str
    """Host and port of the service; never the whole address, which may hold a password."""


@attrs.define(slots=False, eq=False)
class TimestampUnreachableError(TimestampServiceError):
    """No connection, or it broke off."""

    code: ClassVar[str] = "timestamp-unreachable"
    sentence: ClassVar[str] = N_(
        "The timestamp service {host} cannot be reached ({reason}). Check the address in "
        "[signing.timestamps] and the network; what waits for a timestamp is done on the next try."
    )

    reason: str
    """Kind of the failure, e.g. ``"ConnectError"``."""


@attrs.define(slots=False, eq=False)
class TimestampTimeoutError(TimestampServiceError):
    """The whole answer did not come in time."""

    code: ClassVar[str] = "timestamp-timeout"
    sentence: ClassVar[str] = N_(
        "The timestamp service {host} did not answer within {seconds} seconds. Try again, or raise "
        "timeout in [signing.timestamps]."
    )

    seconds: float


@attrs.define(slots=False, eq=False)
class TimestampStatusError(TimestampServiceError):
    """The service answered with an HTTP status that is not success."""

    code: ClassVar[str] = "timestamp-http-status"
    sentence: ClassVar[str] = N_(
        "The timestamp service {host} answered with HTTP status {status} instead of 200. Check the "
        "address and the access rights of this office at the service."
    )

    status: int


@attrs.define(slots=False, eq=False)
class TimestampTooLargeError(TimestampServiceError):
    """More bytes came than any timestamp has."""

    code: ClassVar[str] = "timestamp-too-large"
    sentence: ClassVar[str] = N_(
        "The answer of the timestamp service {host} is larger than {limit} bytes, which no timestamp is. "
        "Check that the address belongs to a timestamp service."
    )

    limit: int
    """In bytes."""


_PROBLEMS = {
    "malformed": N_("it is not a timestamp response (RFC 3161)"),
    "imprint": N_("it is a timestamp of something else"),
    "nonce": N_("it answers another request"),
    "policy": N_("it was made under another policy than the one asked for"),
    "certificate-missing": N_("the certificate of the service is not in it"),
    "signature": N_("its signature is broken"),
}


@attrs.define(slots=False, eq=False)
class TimestampAnswerError(TimestampServiceError):
    """The answer is no timestamp of what was asked for."""

    code: ClassVar[str] = "timestamp-answer"
    sentence: ClassVar[str] = N_(
        "The answer of the timestamp service {host} cannot be used: {problem}. Check the address; if it is "
        "right, ask the service."
    )

    problem: str
    """One of the keys of the sentences above, e.g. ``"imprint"``."""

    def wording(self, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """Translate the problem."""
        return {"host": self.host, "problem": translate(_PROBLEMS[self.problem], language)}


@attrs.define(slots=False, eq=False)
class TimestampRefusedError(TimestampServiceError):
    """The service refused the request."""

    code: ClassVar[str] = "timestamp-refused"
    sentence: ClassVar[str] = N_(
        "The timestamp service {host} refused the request ({status}: {reason}). Check with the service "
        "whether this office may use it."
    )

    status: str
    """PKIStatus of RFC 3161 section 2.4.2, e.g. ``"rejection"``."""

    reason: str
    """What the service said, cut to 200 characters."""


@attrs.define(slots=False, eq=False)
class TimestampTimeError(TimestampServiceError):
    """The time in the timestamp is not the present."""

    code: ClassVar[str] = "timestamp-time"
    sentence: ClassVar[str] = N_(
        "The timestamp service {host} says that it is {stated}, this machine says {now}. Check the clock of "
        "this machine; if it is right, ask the service."
    )

    stated: str
    """ISO 8601."""

    now: str
    """ISO 8601."""


@attrs.define(slots=False, eq=False)
class TimestampCertificateError(TimestampServiceError):
    """The certificate of the service cannot make timestamps, or not at that time."""

    code: ClassVar[str] = "timestamp-certificate"
    sentence: ClassVar[str] = N_(
        "The certificate {serial} of the timestamp service {host} is valid from {not_before} to "
        "{not_after} and must be for timestamps only; it cannot be used now. Ask the service for its new "
        "address or certificate."
    )

    serial: str
    """Hexadecimal."""

    not_before: str
    """ISO 8601."""

    not_after: str
    """ISO 8601."""


@attrs.define(slots=False, eq=False)
class TimestampUntrustedError(TimestampServiceError):
    """The certificate of the service leads to none of the roots."""

    code: ClassVar[str] = "timestamp-untrusted"
    sentence: ClassVar[str] = N_(
        "The certificate of the timestamp service {host} leads to none of the trusted roots. If the service "
        "is the right one, add its root certificate to roots in [signing]."
    )


@attrs.define(slots=False, eq=False)
class RevocationUnavailableError(LongTermError):
    """Nobody says whether a certificate was revoked."""

    code: ClassVar[str] = "revocation-unavailable"
    sentence: ClassVar[str] = N_(
        "Whether certificate {serial} was revoked could not be found out ({reason}). Check the network, or "
        "hand in the OCSP responses or revocation lists."
    )

    serial: str
    """Hexadecimal."""

    reason: str
    """What was tried and how it ended, without addresses."""


@attrs.define(slots=False, eq=False)
class CertificateRevokedError(LongTermError):
    """A certificate of the chain was revoked before the proven time of its signature."""

    code: ClassVar[str] = "certificate-revoked"
    sentence: ClassVar[str] = N_(
        "Certificate {serial} was revoked on {revoked_at}; no long-term data is added to what it signed. "
        "Look into the signer's certificate before anything else is issued."
    )

    serial: str
    """Hexadecimal."""

    revoked_at: str
    """ISO 8601."""


@attrs.define(slots=False, eq=False)
class TimestampsOffError(LongTermError):
    """The office has no timestamp service."""

    code: ClassVar[str] = "timestamps-off"
    sentence: ClassVar[str] = N_(
        "This office has no timestamp service, so nothing can be extended. Name one in the settings: "
        "[signing.timestamps], url = …"
    )


@attrs.define(slots=False, eq=False)
class ExtensionRefusedError(LongTermError):
    """The extended file does not verify as well as the one before; it was not kept."""

    code: ClassVar[str] = "extension-refused"
    sentence: ClassVar[str] = N_(
        "The extended file does not verify ({reason}), so it was not kept. Check that the timestamp "
        "service's root certificate is among roots in [signing]."
    )

    reason: str
    """Reason codes of the verification."""


@attrs.define(slots=False, eq=False)
class RenewalUselessError(LongTermError):
    """A new archive timestamp would end no later than the one that is there."""

    code: ClassVar[str] = "renewal-useless"
    sentence: ClassVar[str] = N_(
        "The timestamp service still uses a certificate that ends on {ends_at}, so a new archive timestamp "
        "would not last longer. Renew after the service has changed its certificate, or name another service."
    )

    ends_at: str
    """ISO 8601."""


_REASONS = {
    "no-signature": N_("it holds no signature"),
    "unreadable": N_("it is no whole, well-formed PDF"),
    "encrypted": N_("it is encrypted"),
    "signature-broken": N_("one of its signatures is broken"),
    "timestamp-broken": N_("one of its timestamps is broken"),
    "changed": N_("it was changed after it was signed"),
    "untrusted": N_("a certificate leads to none of the trusted roots"),
}


@attrs.define(slots=False, eq=False)
class NotExtendableError(LongTermError):
    """The file is not one to which long-term data may be added."""

    code: ClassVar[str] = "not-extendable"
    sentence: ClassVar[str] = N_(
        "Long-term data cannot be added to this file: {reason}. Use the signed file as it was issued."
    )

    reason: str
    """One of the keys of the sentences above, e.g. ``"signature-broken"``."""

    def wording(self, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """Translate the reason."""
        return {"reason": translate(_REASONS[self.reason], language)}


@attrs.define(slots=False, eq=False)
class TooLateError(NotExtendableError):
    """A certificate ended before anything proved the time of what it signed."""

    code: ClassVar[str] = "long-term-too-late"
    sentence: ClassVar[str] = N_(
        "Certificate {serial} ended on {ended_at}, before a timestamp proved when it was used; a timestamp "
        "made now cannot prove it any more. Keep the file with the office's records, which know the time."
    )

    serial: str = ""
    """Hexadecimal."""

    ended_at: str = ""
    """ISO 8601."""

    def wording(self, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """Give the fields as they are."""
        del language
        return self.details()
