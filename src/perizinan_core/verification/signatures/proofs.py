"""
Proofs of time: which timestamps count, and what is the earliest moment at which a signature existed.

1. From the last document timestamp to the first, each is judged for the moment that the next one proves, the
last for the moment of the check (EN 319 102-1 section 5.6.2.3). 2. Signature timestamps are judged for the
earliest moment that document timestamps around them prove. 3. Where the certificate of a service has ended
since and no later timestamp renews the proof, the timestamp is judged for its own time, and the report says
so: readers that show "valid" do the same, and permits of a few years would be lost otherwise. What it costs:
whoever holds the service's old key could date back. 4. A time after the moment of the check proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification.signatures.chains import ChainJudge, ChainResult
from perizinan_core.verification.signatures.container import Container, digest_of
from perizinan_core.verification.signatures.evidence import Evidence

__all__ = ["Proof", "best_of", "judge_token"]

_SKEW = timedelta(minutes=5)


@attrs.frozen(kw_only=True)
class Proof:
    """What one timestamp proves."""

    moment: datetime | None
    """Time of the token, or None when it could not be read."""

    code: str
    """Reason code: ``timestamp-proven``, ``timestamp-service-ended``, or why it proves nothing."""

    service: str = ""
    chain: ChainResult | None = None

    @property
    def counts(self) -> bool:
        """True when it proves its time."""
        return self.code in {"timestamp-proven", "timestamp-service-ended"}

    @property
    def is_broken(self) -> bool:
        """True when it was damaged or forged."""
        return self.code == "timestamp-broken"


def judge_token(
    token: Container,
    stamped: Sequence[bytes | memoryview],
    judge: ChainJudge,
    evidence: Evidence,
    *,
    control: datetime,
    at: datetime,
) -> Proof:
    """
    Judge one timestamp.

    Args:
        token: The token.
        stamped: What it must have been made for, in parts.
        judge: Judges the chain of the service.
        evidence: Revocation data and certificates.
        control: Moment at which the token itself is proven to exist.
        at: Moment of the check.
    """
    try:
        intact, valid = token.fits(lambda name: digest_of(name, stamped))
        moment = token.stamped_at
    except CmsStructureError:
        return Proof(moment=None, code="timestamp-broken")
    service = name_of(token)
    if not intact or not valid:
        return Proof(moment=moment, code="timestamp-broken", service=service)
    if token.weakness is not None or moment > at + _SKEW:
        return Proof(moment=moment, code="timestamp-not-accepted", service=service)
    others = token.others
    chain = judge.judge(token.certificate, others, max(moment, control), evidence, stamping=True)
    if chain.holds:
        return Proof(moment=moment, code="timestamp-proven", service=service, chain=chain)
    if chain.problem in {"chain-ended", "root-ended"}:
        then = judge.judge(token.certificate, others, moment, evidence, stamping=True)
        if then.holds:
            return Proof(moment=moment, code="timestamp-service-ended", service=service, chain=then)
    code = "timestamp-root-not-given" if chain.problem == "root-not-given" else "timestamp-not-accepted"
    return Proof(moment=moment, code=code, service=service, chain=chain)


def best_of(proofs: Sequence[Proof]) -> Proof | None:
    """Return the proof that says most: the earliest that counts, else the first."""
    counting = [item for item in proofs if item.counts]
    if counting:
        return min(counting, key=lambda item: item.moment or datetime.max)  # noqa: DTZ901 - never compared
    return proofs[0] if proofs else None


def name_of(container: Container) -> str:
    """Return the common name in the certificate, else the whole subject."""
    subject = container.certificate.subject
    name = subject.native.get("common_name")
    if isinstance(name, list):
        name = name[0] if name else None
    return str(name) if name else str(subject.human_friendly)
