"""
Proofs of time: which timestamps count, and what is the earliest moment at which a signature existed.

1. From the last document timestamp to the first, each is judged for the moment that the next one proves, the
last for the moment of the check (EN 319 102-1 section 5.6.2.3). 2. Signature timestamps are judged for the
earliest moment that document timestamps around them prove. 3. Where the certificate of a service has ended
since and no later timestamp renews the proof, the timestamp is judged for its own time, and the report says
so (`--policy strict` leaves it open): readers that show "valid" do the same, and permits of a few years would be lost
otherwise. What it costs: a thief of the service's old key could date back. Only the end of its validity is excused; a
service that was revoked, is unknown or weak proves nothing. 4. What rests on such a timestamp alone is as old as it,
and says so, too. 5. A time after the moment of the check proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification._paths import SKEW, is_issued
from perizinan_core.verification._report import Reason
from perizinan_core.verification._revocation import Evidence
from perizinan_core.verification.signatures._chains import ChainJudge, ChainResult, loaded
from perizinan_core.verification.signatures._container import Container, digest_of


@attrs.frozen(kw_only=True)
class Proof:
    """What one timestamp proves."""

    moment: datetime | None
    """Time of the token, or None when it could not be read."""

    code: str
    """Reason code: ``timestamp-proven``, ``timestamp-service-ended``, or why it proves nothing."""

    service: str = ""
    chain: ChainResult | None = None
    altered: bool = False
    """True when a certificate in the token is damaged, or another form of one that its chain needs."""

    @property
    def counts(self) -> bool:
        """True when it proves its time."""
        return self.code in {"timestamp-proven", "timestamp-service-ended"}

    @property
    def has_ended(self) -> bool:
        """True when its service has ended since, and nothing renewed the proof."""
        return self.code == "timestamp-service-ended"

    @property
    def reason(self) -> Reason:
        """Its reason code with the values of the sentence."""
        fields: dict[str, object] = {"service": self.service}
        if self.moment is not None:
            fields["day"] = self.moment.date()
        if self.code == "timestamp-not-accepted":
            problem = self.chain.problem if self.chain is not None else None
            fields["problem"] = problem or "weak, or dated after the check"
        return Reason(self.code, fields)

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
    around: Proof | None,
    at: datetime,
) -> Proof:
    """
    Judge one timestamp.

    Args:
        token: The token.
        stamped: What it must have been made for, in parts.
        judge: Judges the chain of the service.
        evidence: Revocation data and certificates.
        around: The earliest proof that the token itself existed, or None.
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
    if token.weakness is not None or moment > at + SKEW:
        return Proof(moment=moment, code="timestamp-not-accepted", service=service)
    own, others = token.certificate.dump(), [item.dump() for item in token.others]

    def chain_at(then: datetime) -> ChainResult:
        return judge.judge(own, others, max(moment, then), evidence, at=at, stamping=True)

    renewed = around.moment if around is not None and around.moment is not None else at
    chain = chain_at(renewed)
    ended = around is not None and around.has_ended and not chain_at(at).holds
    if not chain.holds and chain.problem in {"chain-ended", "root-ended"}:
        then = chain_at(moment)
        if then.holds and then.revocation.revoked_at is None:
            chain, ended = then, True
    if chain.holds:
        code = "timestamp-service-ended" if ended else "timestamp-proven"
        altered = bool(token.unread) or _is_altered(others, chain)
        return Proof(moment=moment, code=code, service=service, chain=chain, altered=altered)
    code = "timestamp-root-not-given" if chain.problem == "root-not-given" else "timestamp-not-accepted"
    return Proof(moment=moment, code=code, service=service, chain=chain)


def _is_altered(others: Sequence[bytes], chain: ChainResult) -> bool:
    """Look for certificates that claim to be one of the chain: nothing covers those in a token."""
    path = chain.certificates
    given = [item for der in others if (item := loaded(der)) is not None and item not in path]
    # Renewed certificates and those of other chains bear the signature of their issuer; a damaged one does not.
    return any(
        (item.serial_number == known.serial_number or item.public_key() == known.public_key())
        and not is_issued(item, issuer)
        for item in given
        for known, issuer in zip(path, (*path[1:], path[-1]), strict=True)
    )


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
