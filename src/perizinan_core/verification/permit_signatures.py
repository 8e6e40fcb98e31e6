"""
One signature by our own strict checks, in this order, stopping at the first that fails.

1. The byte range starts at 0, leaves out exactly the ``/Contents`` string, and ends where a revision
   of the file ends. 2. The string is plain hexadecimal in one case. 3. The container is strict
   DER with the attributes of PAdES. 4. The digest of the covered bytes is the signed one. 5. The
   signature fits the certificate. 6. The certificates lead to an allowed root, and none is left
   over. 7. The certificate may sign documents. 8. It was valid at the stated time, and still is,
   unless something proves the time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from cryptography import x509
from cryptography.x509.oid import NameOID

from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.published.authority_document import AuthorityDocument
from perizinan_core.verification.cms import (
    SignedContainer,
    parse_container,
    verify_container,
    without_padding,
)
from perizinan_core.verification.judgement import Judgement
from perizinan_core.verification.paths import (
    PathProblem,
    find_path,
    fingerprints,
    subject_of,
    usage_problem,
    valid_at,
)
from perizinan_core.verification.pdf.fields import SignatureField
from perizinan_core.verification.pdf.scan import ByteRange
from perizinan_core.verification.pdf.structure import ends_properly
from perizinan_core.verification.report import CheckName
from perizinan_core.verification.revocation import RevocationProofs, path_revocation

__all__ = [
    "JudgedSignature",
    "covered_digest",
    "file_digest",
    "judge_revocation",
    "judge_signature",
    "judge_stamp",
    "judge_time",
]

FORMATS = ("ETSI.CAdES.detached", "adbe.pkcs7.detached")
_HEX = re.compile(rb"<(?:[0-9a-f]*|[0-9A-F]*)>\Z")
_SKEW = timedelta(minutes=5)
"""How far the signer's clock may run ahead of the checker's."""


@attrs.define
class JudgedSignature:
    """One signature with what was found out about it so far."""

    field: SignatureField
    container: SignedContainer | None = None
    path: tuple[x509.Certificate, ...] = ()
    code: str | None = None
    """Reason code of the first thing that did not pass."""

    fields: Mapping[str, object] = attrs.field(factory=dict)
    """Values of the sentence of that reason."""

    level: str | None = None
    """PAdES level that the file reaches for this signature; None when it is not sound."""

    trusted_time: datetime | None = None
    timed_by_records: bool = False
    """True when the office's own records prove the time, and no timestamp."""

    covers_whole: bool = False
    position: str | None = None
    begun: Any = attrs.field(default=None, eq=False, repr=False)
    """SHA-256 of everything before the signature, to go on with."""

    _fingerprints: tuple[str, str] = attrs.field(default=("", ""), init=False)

    @property
    def fingerprints(self) -> tuple[str, str]:
        """SHA-256 of certificate and public key; empty texts before the container was read."""
        if self.container is not None and not self._fingerprints[0]:
            self._fingerprints = fingerprints(self.container.certificate)
        return self._fingerprints

    @property
    def signer(self) -> str | None:
        """Common name of the signer, else the whole subject."""
        if self.container is None:
            return None
        subject = self.container.certificate.subject
        names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else subject.rfc4514_string()

    def best_time(self, at: datetime) -> datetime:
        """Return the proven time, else the stated one, else the moment of the check."""
        return self.trusted_time or self.field.signed_at or at


def covered_digest(data: bytes, covered: ByteRange, digest: str, extra: bytes = b"") -> bytes:
    """Return the digest of the covered bytes; ``extra`` stands for bytes missing at the end."""
    view, hasher = memoryview(data), hashlib.new(digest)
    hasher.update(view[covered.start : covered.gap_start])
    hasher.update(view[covered.gap_end : covered.end])
    hasher.update(extra)
    return hasher.digest()


def file_digest(data: bytes, signatures: Sequence[JudgedSignature]) -> str:
    """Return the SHA-256 of the whole file; what was hashed for a signature is not hashed again."""
    for judged in signatures:
        if judged.begun is not None:
            hasher = judged.begun.copy()
            hasher.update(memoryview(data)[judged.field.byte_range.gap_start :])
            return str(hasher.hexdigest())
    return hashlib.sha256(data).hexdigest()


def judge_signature(
    data: bytes, field: SignatureField, authority: AuthorityDocument, judgement: Judgement
) -> JudgedSignature:
    """Make checks 1 to 7 for one signature and note them; time (check 8) is judged later."""
    judged = JudgedSignature(field, covers_whole=field.byte_range.end == len(data))
    if not _range_is_right(data, field):
        return _refuse(judgement, judged, CheckName.COVERAGE, "byte-range-wrong")
    if field.sub_filter not in FORMATS:
        return _refuse(
            judgement, judged, CheckName.INTEGRITY, "signature-format-unknown", format=field.sub_filter
        )
    try:
        container = judged.container = _read_container(data, field)
    except CmsStructureError as error:
        return _refuse(judgement, judged, CheckName.INTEGRITY, "signature-malformed", problem=error.problem)
    code = _integrity_problem(data, judged, container)
    if code is not None:
        method = {"method": container.weakness} if code == "signature-weak" else {}
        return _refuse(judgement, judged, CheckName.INTEGRITY, code, **method)
    judgement.passed(CheckName.INTEGRITY, "content-intact")
    return _judge_chain(judged, container, authority, judgement)


def _read_container(data: bytes, field: SignatureField) -> SignedContainer:
    _check_digits(data, field)
    return parse_container(field.contents, certificate_named=field.sub_filter == FORMATS[0])


def _check_digits(data: bytes, field: SignatureField) -> None:
    """Capital and small letters in one string mean the same container: a change nobody would see."""
    if _HEX.match(data[field.byte_range.gap_start : field.byte_range.gap_end]) is None:
        raise CmsStructureError("its hexadecimal digits are not uniform")


def _integrity_problem(data: bytes, judged: JudgedSignature, container: SignedContainer) -> str | None:
    covered, view = judged.field.byte_range, memoryview(data)
    hasher = hashlib.new(container.digest, view[: covered.gap_start])
    if container.digest == "sha256":
        judged.begun = hasher.copy()
    hasher.update(view[covered.gap_end : covered.end])
    if hasher.digest() != container.message_digest:
        return "content-changed"
    if not verify_container(container):
        return "signature-broken"
    return "signature-weak" if container.weakness is not None else None


def _judge_chain(
    judged: JudgedSignature, container: SignedContainer, authority: AuthorityDocument, judgement: Judgement
) -> JudgedSignature:
    others = (*container.others, *authority.intermediates)
    path = find_path(container.certificate, others, authority.roots)
    judged.path = path.certificates
    if any(item not in path.certificates and item not in authority.roots for item in container.others):
        # Nothing but the path covers these bytes: one that leads nowhere was damaged or put in.
        return _refuse(judgement, judged, CheckName.CHAIN, "certificate-stray")
    if path.problem is not None:
        known = any(item.is_bound_to(*judged.fingerprints) for item in authority.signatories)
        code = "chain-broken" if path.problem is PathProblem.BROKEN else "chain-unknown-root"
        if known and path.problem is PathProblem.UNKNOWN_ROOT:
            # Our own officer's certificate, but its way up is gone: damage, not a foreign issuer.
            code = "chain-incomplete"
        return _refuse(judgement, judged, CheckName.CHAIN, code)
    judgement.passed(CheckName.CHAIN, "chain-trusted", root=subject_of(path.root))
    problem = usage_problem(container.certificate)
    if problem is not None:
        return _refuse(judgement, judged, CheckName.CERTIFICATE, problem)
    return judged


def judge_stamp(data: bytes, field: SignatureField, judgement: Judgement) -> None:
    """Make checks 1 and 2 for a document timestamp; pyHanko reads the token itself."""
    if not _range_is_right(data, field):
        judgement.refuse(CheckName.COVERAGE, "byte-range-wrong")
        return
    try:
        _check_digits(data, field)
        without_padding(field.contents)
    except CmsStructureError:
        judgement.refuse(CheckName.COVERAGE, "timestamp-broken")


def judge_time(judged: JudgedSignature, at: datetime, judgement: Judgement) -> None:
    """Make check 8: was the certificate valid when it signed, as far as anything proves when that was?"""
    stated = judged.field.signed_at
    if judged.code is not None or judged.container is None:
        return
    if stated is None and judged.trusted_time is None:
        _refuse(judgement, judged, CheckName.CERTIFICATE, "signing-time-missing")
        return
    moment = judged.best_time(at)
    if moment > at + _SKEW:
        _refuse(judgement, judged, CheckName.CERTIFICATE, "signed-after-check", day=moment.date())
    elif _ended_before_proof(judged.container.certificate, stated, judged.trusted_time):
        # Signed in time, as the signer says; the proof of it came too late to show that.
        _refuse(judgement, judged, CheckName.CERTIFICATE, "certificate-ended-no-proof")
    elif not valid_at(judged.container.certificate, moment):
        _refuse(judgement, judged, CheckName.CERTIFICATE, "signed-outside-certificate", day=moment.date())
    elif not all(valid_at(item, judged.trusted_time or at) for item in judged.path):
        _refuse(judgement, judged, CheckName.CERTIFICATE, "certificate-ended-no-proof")
    else:
        judgement.passed(CheckName.CERTIFICATE, "certificate-good")


def _ended_before_proof(
    certificate: x509.Certificate, stated: datetime | None, proven: datetime | None
) -> bool:
    return (
        proven is not None
        and proven > certificate.not_valid_after_utc
        and stated is not None
        and valid_at(certificate, stated)
    )


def judge_revocation(
    judged: JudgedSignature, proofs: RevocationProofs, at: datetime, judgement: Judgement
) -> None:
    """
    Judge a revocation that the file's own proofs show, once times are known.

    From the second of the revocation on, a certificate signs nothing. Whoever states a later time is held
    to it; whoever states an earlier one needs a trusted time before the revocation.
    """
    if judged.container is None or judged.code is not None:
        return
    found, stated, proven = (
        path_revocation(judged.path, proofs, at),
        judged.field.signed_at,
        judged.trusted_time,
    )
    revoked = found.revoked_at
    if revoked is None:
        moment = judged.best_time(at)
        if found.good_as_of is not None and found.good_as_of >= moment:
            judgement.passed(CheckName.REVOCATION, "revocation-good", day=found.good_as_of.date())
    elif proven is not None and proven < revoked:
        judgement.passed(CheckName.REVOCATION, "revoked-after-signing", day=revoked.date())
    elif stated is not None and stated >= revoked:
        _refuse(judgement, judged, CheckName.REVOCATION, "certificate-revoked", day=revoked.date())
    else:
        _refuse(judgement, judged, CheckName.REVOCATION, "certificate-revoked-no-proof", day=revoked.date())


def _range_is_right(data: bytes, field: SignatureField) -> bool:
    covered, contents = field.byte_range, field.contents
    return (
        covered.start == 0
        and covered.gap_start == contents.start
        and covered.gap_end == contents.end
        and contents.end < covered.end <= len(data)
        and ends_properly(data[: covered.end])
    )


def _refuse(
    judgement: Judgement, judged: JudgedSignature, check: CheckName, code: str, **fields: object
) -> JudgedSignature:
    judgement.refuse(check, code, **fields)
    judged.code, judged.fields = code, fields
    return judged
