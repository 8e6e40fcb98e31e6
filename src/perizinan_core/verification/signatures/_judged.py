"""One signature or document timestamp with what was found out about it, and its part of the report."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from perizinan_core.verification._report import Reason, SignatureReport
from perizinan_core.verification._revocation import revocation_reason
from perizinan_core.verification._signature_report import aspects_of, chain_reason, indication_of
from perizinan_core.verification.signatures._chains import ChainResult
from perizinan_core.verification.signatures._container import Container
from perizinan_core.verification.signatures._listing import ListedSignature
from perizinan_core.verification.signatures._proofs import Proof, name_of

__all__ = ["Judged", "stated_time"]

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

    doubtful: bool = False
    """True when a timestamp of it proves nothing."""

    altered: bool = False
    """True when a timestamp of it carries a damaged certificate that its proof does not need."""

    proofs: tuple[Proof, ...] = ()
    """The judgements of its own timestamps."""

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
        """What leaves it open when everything must be proven: nobody renewed its time, or asked about revocation."""
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
