"""
One signature or document timestamp: what was found out about it, how its time and trust are judged, its report.

Which timestamps count, and what is the earliest moment at which a signature existed:

1. From the last document timestamp to the first, each is judged for the moment that the next one proves, the
last for the moment of the check (EN 319 102-1 section 5.6.2.3). 2. Signature timestamps are judged for the
earliest moment that document timestamps around them prove. 3. Where the certificate of a service has ended
since and no later timestamp renews the proof, the timestamp is judged for its own time, and the report says
so (`--policy strict` leaves it open): readers that show "valid" do the same, and permits of a few years would be lost
otherwise. What it costs: a thief of the service's old key could date back. Only the end of its validity is excused; a
service that was revoked, is unknown or weak proves nothing. 4. What rests on such a timestamp alone is as old as it,
and says so, too. 5. A time after the moment of the check proves nothing. 6. The signer's chain is judged for the
earliest proven moment, else for the moment of the check.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs
from cryptography import x509

from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification._listing import ListedSignature
from perizinan_core.verification._paths import SKEW, is_issued, usage_problem
from perizinan_core.verification._report import Reason, SignatureReport
from perizinan_core.verification._revocation import Evidence, revocation_reason
from perizinan_core.verification._signature_report import aspects_of, chain_reason, indication_of, level_name
from perizinan_core.verification.signatures._chains import ChainJudge, ChainResult, loaded
from perizinan_core.verification.signatures._container import Container, digest_of
from perizinan_core.verification.signatures._history import History


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


@attrs.define(kw_only=True)
class Judged:
    """What is known about one field so far."""

    listed: ListedSignature
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

    proofs: tuple[Proof, ...] = ()
    """The judgements of its own timestamps."""

    level: str | None = None
    stated: datetime | None = None
    filled: tuple[str, ...] = ()
    """Fields that others filled in later, because this certification allows it."""

    @property
    def is_timestamp(self) -> bool:
        """True for a document timestamp."""
        return self.listed.is_timestamp

    @property
    def doubtful(self) -> bool:
        """True when a timestamp of it proves nothing."""
        return any(not item.counts for item in self.proofs)

    @property
    def altered(self) -> bool:
        """True when a timestamp of it carries a damaged certificate that its proof does not need."""
        return any(item.altered for item in self.proofs)

    @property
    def extended(self) -> bool:
        """True when something follows what it covers."""
        return self.listed.end < self.size

    @property
    def trusted_time(self) -> datetime | None:
        """The proven moment, or None."""
        return self.proof.moment if self.proof is not None and self.proof.counts else None

    @property
    def revocation(self) -> Reason:
        """What is known about revocation, at the proven moment or that of the check."""
        chain = self.chain
        if chain is None:
            return Reason("revocation-data-missing")
        return revocation_reason(chain.revocation, chain.moment)

    @property
    def filled_reason(self) -> Reason:
        """What to say of the fields that others filled in."""
        return Reason("form-filled-as-certified", {"fields": ", ".join(self.filled)})

    @property
    def problem(self) -> Reason | None:
        """The first thing that does not pass."""
        return self.broken or self.trust

    @property
    def doubt(self) -> Reason | None:
        """What leaves it open when everything must be proven: no one renewed its time, or asked about revocation."""
        if self.is_timestamp:
            return None
        if self.proof is not None and self.proof.has_ended:
            return self.proof.reason
        return self.revocation if self.revocation.code == "revocation-data-missing" else None

    def report(self, *, strict: bool) -> SignatureReport:
        """Return its part of the report."""
        container = self.container
        chain = self.chain.certificates if self.chain is not None else ()
        covered = self.listed.byte_range
        indication, sub = indication_of(self.problem or self._unproven or (self.doubt if strict else None))
        return SignatureReport(
            field=self.listed.name,
            kind="document_timestamp" if self.is_timestamp else "signature",
            indication=indication,
            sub_indication=sub,
            signer=name_of(container) if container is not None else None,
            certificate_sha256=container.certificate.sha256.hex() if container is not None else None,
            signed_at=self.stated,
            trusted_time=self.trusted_time,
            covers_whole_document=covered.start == 0 and covered.end == self.size,
            format=self.listed.sub_filter,
            algorithm=container.algorithm if container is not None else None,
            level=self.level,
            chain=tuple(item.subject.rfc4514_string() for item in chain),
            aspects=aspects_of(
                broken=self.broken,
                intact=self._intact,
                trust=self.trust
                or (
                    self.proof.reason
                    if self.is_timestamp and self.proof
                    else self._development or self.trusted
                ),
                time=self.proof.reason if self.proof is not None else Reason("timestamp-not-there"),
                timed=self.trusted_time is not None,
                level="B-LTA" if self.is_timestamp else self.level,
            ),
        )

    @property
    def _development(self) -> Reason | None:
        """What to say of a chain that leads to a development root."""
        anchor = self.chain.anchor if self.chain is not None else None
        said = chain_reason(anchor.certificate) if anchor is not None else None
        return said if said is not None and said.code == "development-root" else None

    @property
    def _unproven(self) -> Reason | None:
        """Why a document timestamp proves nothing."""
        mine = self.is_timestamp and self.proof is not None and not self.proof.counts
        return self.proof.reason if mine and self.proof is not None else None

    @property
    def _intact(self) -> Reason:
        if self.filled:
            return self.filled_reason
        return Reason("later-changes-allowed" if self.extended else "content-and-view-intact")


@attrs.frozen(kw_only=True)
class Trusting:
    """What is needed to judge time and trust."""

    judge: ChainJudge
    at: datetime
    data: bytes = attrs.field(repr=False)
    evidence: Evidence
    """Of the caller and of the document security store."""

    history: History

    def judge_all(self, signatures: Sequence[Judged]) -> None:
        """Judge document timestamps first, then every signature."""
        around = self._judge_stamps(signatures)
        for judged in signatures:
            if not judged.is_timestamp and judged.container is not None and judged.broken is None:
                self._judge_signer(judged, judged.container, around)
        doubted = [
            item.listed.end
            for item in signatures
            if item.listed.name in self.history.filled_by and item.broken is None and item.trust is not None
        ]
        for judged in signatures:
            if any(judged.listed.end < end for end in doubted):
                # No one who is believed vouches for what was filled in after this signature.
                judged.broken = judged.broken or Reason("later-changes-forbidden")

    def _judge_stamps(self, signatures: Sequence[Judged]) -> list[tuple[int, Proof]]:
        """Judge document timestamps from the last to the first; return those that count, with what they cover."""
        renewed: Proof | None = None
        around: list[tuple[int, Proof]] = []
        for judged in reversed(signatures):
            if not judged.is_timestamp or judged.broken is not None or judged.container is None:
                continue
            parts = judged.listed.byte_range.parts(self.data)
            proof = judged.proof = judge_token(
                judged.container, parts, self.judge, self.evidence, around=renewed, at=self.at
            )
            judged.proofs, judged.chain = (proof,), proof.chain
            if proof.counts:
                renewed = best_of([proof] if renewed is None else [proof, renewed])
                around.append((judged.listed.end, proof))
            elif proof.is_broken:
                judged.broken = Reason("timestamp-broken")
        return around

    def _judge_signer(
        self, judged: Judged, container: Container, around: Sequence[tuple[int, Proof]]
    ) -> None:
        later = [(end, proof) for end, proof in around if end > judged.listed.end]
        renewed = best_of([proof for _, proof in later])
        evidence = self.evidence + container.revocation_data
        signature = container.signer_info["signature"].native
        tokens = [
            judge_token(token, [signature], self.judge, evidence, around=renewed, at=self.at)
            if token is not None
            else Proof(moment=None, code="timestamp-without-certificate")
            for token in container.tokens(self.judge.spare(evidence))
        ]
        if any(item.is_broken for item in tokens):
            judged.broken = Reason("timestamp-broken")
            return
        judged.proof = best_of([*tokens, *(proof for _, proof in later)])
        judged.proofs = tuple(tokens)
        if any(item.moment is not None and item.moment > self.at + SKEW for item in tokens):
            day = max(item.moment for item in tokens if item.moment is not None).date()
            judged.trust = Reason("signed-after-check", {"day": day})
            return
        self._judge_chain(judged, container, evidence)
        self._rate(judged, later)

    def _judge_chain(self, judged: Judged, container: Container, evidence: Evidence) -> None:
        proven = judged.trusted_time
        moment = proven or self.at
        others = [item.dump() for item in container.others]
        chain = judged.chain = self.judge.judge(
            container.certificate.dump(), others, moment, evidence, at=self.at
        )
        if not chain.holds:
            judged.trust = _trust_reason(chain, proven=proven is not None)
            return
        try:
            unfit = usage_problem(chain.certificates[0])
        except (ValueError, x509.InvalidVersion):
            unfit = "certificate-malformed"
        if unfit is not None and container.certificate.self_signed == "no":
            judged.trust = Reason("certificate-usage-unfit")
            return
        judged.trusted = self._trusted_reason(chain, proven)

    def _trusted_reason(self, chain: ChainResult, proven: datetime | None) -> Reason:
        if proven is None or chain.anchor is None:
            return Reason("certificate-valid-then", {"day": self.at.date()})
        if self.at > chain.anchor.cut_off:
            return Reason(
                "root-ended-since",
                {"root": chain.anchor.name, "last": chain.anchor.cut_off.date(), "day": proven.date()},
            )
        if any(item.not_valid_after_utc < self.at for item in chain.certificates):
            return Reason("certificate-ended-since", {"day": proven.date()})
        return Reason("certificate-valid-proven", {"day": proven.date()})

    def _rate(self, judged: Judged, later: Sequence[tuple[int, Proof]]) -> None:
        """Name the level that the file reaches for this signature (EN 319 142-1 section 6)."""
        revocation = judged.chain is not None and judged.chain.revocation_known
        if judged.trusted_time is None:
            step = "B"
        elif not revocation:
            step = "T"
        else:
            # An archive timestamp covers the revocation data; where none is stored, it lies in the signature.
            history = self.history
            archived = [end for end, _ in later if not history.has_store or end in history.stored]
            step = "LTA" if archived else "LT"
        judged.level = level_name(judged.listed.sub_filter, step)


def _trust_reason(chain: ChainResult, *, proven: bool) -> Reason:
    """Say why a chain does not hold, with or without a proven time."""
    anchor, day = chain.anchor, chain.moment.date()
    root = (
        {"root": anchor.name, "last": anchor.cut_off.date(), "day": day}
        if anchor is not None
        else {"day": day}
    )
    match chain.problem:
        case "root-ended":
            return Reason("root-cut-off" if proven else "root-ended", root)
        case "chain-ended":
            return Reason("proof-too-late" if proven else "chain-ended", {"day": day})
        case "chain-not-yet":
            return Reason("chain-not-yet" if proven else "certificate-not-yet", {"day": day})
        case "certificate-revoked":
            since = chain.revocation.revoked_at
            return Reason("certificate-revoked", {"day": since.date() if since is not None else "?"})
        case "root-not-given" | "chain-weak" | "certificate-usage-unfit" | "certificate-malformed":
            return Reason(str(chain.problem))
        case _:
            return Reason("chain-not-accepted")
