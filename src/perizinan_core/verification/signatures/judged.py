"""One signature or document timestamp with what was found out about it, and its part of the report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from perizinan_core.verification.report import Aspect, Aspects, Indication, Outcome, Reason, SignatureReport
from perizinan_core.verification.signature_report import NOT_REACHED, aspect_of
from perizinan_core.verification.signatures.chains import ChainResult
from perizinan_core.verification.signatures.container import Container
from perizinan_core.verification.signatures.listing import ListedSignature
from perizinan_core.verification.signatures.proofs import Proof, name_of

__all__ = ["Judged", "stated_time"]

FAILED, OPEN, PASSED = Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED
_SUB_INDICATIONS: Mapping[str, tuple[Indication, str]] = {
    "signature-never-made": (FAILED, "FORMAT_FAILURE"),
    "signature-malformed": (FAILED, "FORMAT_FAILURE"),
    "byte-range-wrong": (FAILED, "FORMAT_FAILURE"),
    "revision-broken": (FAILED, "FORMAT_FAILURE"),
    "structure-broken": (FAILED, "FORMAT_FAILURE"),
    "bytes-after-signature": (FAILED, "FORMAT_FAILURE"),
    "later-changes-forbidden": (FAILED, "FORMAT_FAILURE"),
    "timestamp-broken": (FAILED, "FORMAT_FAILURE"),
    "signature-format-unknown": (FAILED, "FORMAT_FAILURE"),
    "content-changed": (FAILED, "HASH_FAILURE"),
    "signature-broken": (FAILED, "SIG_CRYPTO_FAILURE"),
    "signature-weak": (OPEN, "CRYPTO_CONSTRAINTS_FAILURE"),
    "chain-weak": (OPEN, "CRYPTO_CONSTRAINTS_FAILURE"),
    "root-not-given": (OPEN, "NO_CERTIFICATE_CHAIN_FOUND"),
    "root-ended": (OPEN, "OUT_OF_BOUNDS_NO_POE"),
    "root-cut-off": (OPEN, "OUT_OF_BOUNDS_NO_POE"),
    "chain-ended": (OPEN, "OUT_OF_BOUNDS_NO_POE"),
    "proof-too-late": (OPEN, "OUT_OF_BOUNDS_NO_POE"),
    "signed-after-check": (OPEN, "NO_POE"),
    "certificate-not-yet": (OPEN, "OUT_OF_BOUNDS_NO_POE"),
    "chain-not-yet": (FAILED, "NOT_YET_VALID"),
    "chain-not-accepted": (OPEN, "CHAIN_CONSTRAINTS_FAILURE"),
    "certificate-usage-unfit": (OPEN, "CHAIN_CONSTRAINTS_FAILURE"),
    "timestamp-root-not-given": (OPEN, "NO_CERTIFICATE_CHAIN_FOUND"),
    "timestamp-not-accepted": (OPEN, "SIG_CONSTRAINTS_FAILURE"),
    "timestamp-without-certificate": (OPEN, "NO_SIGNING_CERTIFICATE_FOUND"),
}
_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:(Z)|([+-])(\d{2})'?(\d{2})?)")


@attrs.define(kw_only=True)
class Judged:
    """What is known about one field so far."""

    listed: ListedSignature
    name: str
    size: int
    """Length of the file, in bytes."""

    container: Container | None = None
    broken: Reason | None = None
    """Why its integrity or coverage does not pass."""

    trust: Reason | None = None
    """Why its chain does not pass; None when it passes or was not reached."""

    trusted: Reason | None = None
    """What to say of a chain that passes."""

    chain: ChainResult | None = None
    proof: Proof | None = None
    """The best proof of its time; of a document timestamp, the judgement of its own token."""

    level: str | None = None
    stated: datetime | None = None
    extended: bool = False
    filled: tuple[str, ...] = ()
    """Fields that others filled in later, because this certification allows it."""

    @property
    def is_timestamp(self) -> bool:
        """True for a document timestamp."""
        return self.listed.is_timestamp

    @property
    def trusted_time(self) -> datetime | None:
        """The proven moment, or None."""
        return self.proof.moment if self.proof is not None and self.proof.counts else None

    @property
    def filled_reason(self) -> Reason:
        """What to say of the fields that others filled in."""
        return Reason("form-filled-as-certified", {"fields": ", ".join(self.filled)})

    @property
    def problem(self) -> Reason | None:
        """The first thing that does not pass."""
        return self.broken or self.trust

    def report(self) -> SignatureReport:
        """Return its part of the report."""
        indication, sub = self._indication()
        container = self.container
        chain = self.chain.certificates if self.chain is not None else ()
        covered = self.listed.byte_range
        return SignatureReport(
            field=self.name,
            kind="document_timestamp" if self.is_timestamp else "signature",
            indication=indication,
            sub_indication=sub,
            signer=name_of(container) if container is not None else None,
            certificate_sha256=container.certificate.sha256.hex() if container is not None else None,
            signed_at=self.stated,
            trusted_time=self.trusted_time,
            covers_whole_document=covered is not None and covered.start == 0 and covered.end == self.size,
            format=self.listed.sub_filter,
            algorithm=container.algorithm if container is not None else None,
            level=self.level,
            chain=tuple(item.subject.rfc4514_string() for item in chain),
            aspects=Aspects(
                integrity=self._integrity(),
                trust=self._trust(),
                time=self._time(),
                long_term=self._long_term(),
            ),
        )

    def _indication(self) -> tuple[Indication, str | None]:
        problem = self.problem
        if problem is None and self.is_timestamp and self.proof is not None and not self.proof.counts:
            return _SUB_INDICATIONS[self.proof.code]
        if problem is None:
            return PASSED, None
        if problem.code == "certificate-revoked":
            return (FAILED, "REVOKED") if self.trusted_time is not None else (OPEN, "REVOKED_NO_POE")
        return _SUB_INDICATIONS.get(problem.code, (OPEN, "GENERIC"))

    def _integrity(self) -> Aspect:
        if self.broken is not None:
            return aspect_of(self.broken)
        if self.filled:
            return Aspect(Outcome.PASSED, self.filled_reason)
        code = "later-changes-allowed" if self.extended else "content-and-view-intact"
        return Aspect(Outcome.PASSED, Reason(code))

    def _trust(self) -> Aspect:
        if self.broken is not None:
            return NOT_REACHED
        if self.trust is not None:
            return aspect_of(self.trust)
        if self.is_timestamp and self.proof is not None:
            outcome = Outcome.PASSED if self.proof.counts else Outcome.INDETERMINATE
            return Aspect(outcome, _proof_reason(self.proof))
        return Aspect(Outcome.PASSED, self.trusted or Reason("aspect-not-reached"))

    def _time(self) -> Aspect:
        if self.broken is not None:
            return NOT_REACHED
        if self.proof is None:
            return Aspect(Outcome.INDETERMINATE, Reason("timestamp-not-there"))
        return Aspect(
            Outcome.PASSED if self.proof.counts else Outcome.INDETERMINATE, _proof_reason(self.proof)
        )

    def _long_term(self) -> Aspect:
        if self.broken is not None:
            return NOT_REACHED
        if self.trusted_time is None:
            return Aspect(Outcome.INDETERMINATE, Reason("long-term-none"))
        if self.is_timestamp or self.level in {"B-LT", "B-LTA"}:
            return Aspect(Outcome.PASSED, Reason("long-term-complete", {"level": self.level or "B-LTA"}))
        return Aspect(Outcome.INDETERMINATE, Reason("long-term-no-revocation"))


def _proof_reason(proof: Proof) -> Reason:
    fields: dict[str, object] = {"service": proof.service}
    if proof.moment is not None:
        fields["day"] = proof.moment.date()
    if proof.code == "timestamp-not-accepted":
        fields["problem"] = (
            proof.chain.problem if proof.chain is not None else "weak, or dated after the check"
        )
    return Reason(proof.code, fields)


def stated_time(value: Any) -> datetime | None:
    """Read a PDF date with its offset; anything else gives None."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    found = _DATE.match(text)
    if found is None:
        return None
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        zone = timezone(-offset if found[8] == "-" else offset)
        return datetime(*(int(part) for part in found.groups()[:6]), tzinfo=zone)  # type: ignore[arg-type,misc]
    except ValueError:
        return None
