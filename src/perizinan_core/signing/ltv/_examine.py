"""
Judging a signed file before anything is added to it: long-term data must never dignify a broken signature.

The validator of signatures says what the file is worth; here the answers are held to more: every signature and
timestamp must be sound and trusted, and a timestamp whose service has ended is too late to be renewed. The time of a
signature is the earliest timestamp over it; that of a timestamp is the next document timestamp after it; without one,
it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs
from cryptography import x509

from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.signing import EncryptedPdfError, LongTermError, UnsignablePdfError
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.verification._report import CheckName
from perizinan_core.verification._revocation import Evidence
from perizinan_core.verification.signatures._chains import ChainJudge, ChainResult
from perizinan_core.verification.signatures._container import read_container
from perizinan_core.verification.signatures._judged import Judged
from perizinan_core.verification.signatures._verifier import Examiner, store_of


@attrs.frozen
class ProvenPath:
    """A certificate path, and when it must have been valid."""

    path: tuple[x509.Certificate, ...]
    """Signer first, root last."""

    moment: datetime


@attrs.frozen(kw_only=True)
class Examined:
    """A sound file, and what is in it."""

    paths: tuple[ProvenPath, ...]
    """Of all signers and timestamp services."""

    all_timed: bool
    """True when a timestamp proves the time of every signature."""

    archived: bool
    """True when the file ends with a document timestamp over long-term data."""

    evidence: Evidence
    """The file's long-term data."""


def examine(
    pdf: bytes, *, roots: Sequence[x509.Certificate], stamp_roots: Sequence[x509.Certificate], now: datetime
) -> Examined:
    """
    Examine a signed file.

    Args:
        pdf: The file.
        roots: Where signers must lead.
        stamp_roots: Where timestamp services must lead.
        now: Present moment.

    Raises:
        LongTermError: ``not-extendable``: it is not sound.
        LongTermError: ``long-term-too-late``: a certificate ended before anything proved the time.
        LongTermError: ``certificate-revoked``: the file itself says that a certificate was revoked.
    """
    try:
        PdfFile(pdf)
    except EncryptedPdfError as error:
        raise LongTermError("not-extendable", reason="encrypted") from error
    except (UnsignablePdfError, PdfStructureError) as error:
        raise LongTermError("not-extendable", reason="unreadable") from error
    file = Examiner(store_of((*roots, *stamp_roots))).examine(pdf, at=now)
    regular = [item for item in file.signatures if not item.is_timestamp]
    stamps = [item for item in file.signatures if item.is_timestamp]
    if file.judgement.failed(CheckName.READABLE):
        raise LongTermError("not-extendable", reason="unreadable")
    for judged in file.signatures:
        _expect_intact(judged)
    if not regular:
        raise LongTermError("not-extendable", reason="no-signature")
    if file.judgement.failed(CheckName.COVERAGE):
        raise LongTermError("not-extendable", reason="changed")
    paths = [_trusted(item.chain, roots) for item in regular]
    for proof in (proof for item in file.signatures for proof in item.proofs):
        if proof.has_ended and proof.chain is not None:
            raise _too_late(proof.chain.certificates[0])
        paths.append(_trusted(proof.chain, stamp_roots))
    return Examined(
        paths=tuple(paths),
        all_timed=all(item.trusted_time is not None for item in regular),
        archived=file.history.has_store and bool(stamps) and stamps[-1].listed.end == len(pdf),
        evidence=file.evidence,
    )


def known_service(
    token: bytes | None, roots: Sequence[x509.Certificate], now: datetime
) -> tuple[ProvenPath, ...]:
    """Return the path of the service that made a token (DER), if it is valid now."""
    if token is None:
        return ()
    chain = chain_of(token, roots, now)
    return (ProvenPath(chain.certificates, now),) if chain.holds else ()


def chain_of(token: bytes, roots: Sequence[x509.Certificate], moment: datetime) -> ChainResult:
    """Judge the chain of the service that made a token (DER)."""
    found = read_container(token)
    others = [item.dump() for item in found.others]
    judge = ChainJudge(store_of(roots))
    return judge.judge(found.certificate.dump(), others, moment, Evidence(), at=moment, stamping=True)


def signer_of(token: bytes | None) -> bytes:
    """Return the DER of the certificate that made a token; of none, nothing."""
    return b"" if token is None else bytes(read_container(token).certificate.dump())


def _expect_intact(judged: Judged) -> None:
    if judged.broken is None:
        return
    if judged.is_timestamp or judged.broken.code == "timestamp-broken":
        raise LongTermError("not-extendable", reason="timestamp-broken")
    later = judged.broken.code in {"later-changes-forbidden", "bytes-after-signature", "revision-broken"}
    raise LongTermError("not-extendable", reason="changed" if later else "signature-broken")


def _trusted(chain: ChainResult | None, roots: Sequence[x509.Certificate]) -> ProvenPath:
    """Return the path of a chain that holds and ends in one of the roots."""
    if chain is None or not chain.certificates:
        raise LongTermError("not-extendable", reason="untrusted")
    since = chain.revocation.revoked_at
    signer = chain.certificates[0]
    if chain.problem == "certificate-revoked" and since is not None:
        raise certificate_revoked(signer, since)
    if not chain.holds and signer.not_valid_after_utc < chain.moment:
        raise _too_late(signer)
    if not chain.holds or chain.anchor is None or chain.anchor.certificate not in roots:
        raise LongTermError("not-extendable", reason="untrusted")
    return ProvenPath(chain.certificates, chain.moment)


def certificate_revoked(certificate: x509.Certificate, since: datetime) -> LongTermError:
    """Return the error that says since when a certificate is revoked."""
    serial = f"{certificate.serial_number:x}"
    return LongTermError("certificate-revoked", serial=serial, revoked_at=since.isoformat())


def _too_late(certificate: x509.Certificate) -> LongTermError:
    return LongTermError(
        "long-term-too-late",
        reason="untrusted",
        serial=f"{certificate.serial_number:x}",
        ended_at=certificate.not_valid_after_utc.isoformat(),
    )
