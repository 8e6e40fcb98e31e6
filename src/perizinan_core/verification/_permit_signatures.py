"""
One signature of a permit by our own strict checks, in this order, stopping at the first that fails.

1. The byte range starts at 0, leaves out exactly the ``/Contents`` string, and ends where a revision
   of the file ends. 2. The string is plain hexadecimal in one case. 3. The container is strict
   DER with the attributes of PAdES. 4. The digest of the covered bytes is the signed one. 5. The
   signature fits the certificate. 6. The certificates lead to an allowed root, and none is left
   over. 7. The certificate may sign documents. 8. It was valid at the stated time, and still is,
   unless something proves the time.

What else there is (timestamps, revocation data, later additions) is found by `signatures`, the one validator; a plain
permit has nothing of it and is judged here alone.

Whether those who signed were entitled to is judged last: the register of signatories against letter and day.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
from cryptography import x509
from cryptography.x509.oid import NameOID

from perizinan_core._pdf._structure import ends_properly
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.published._authority_document import AuthorityDocument, Signatory
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._choosing import offices_of_signer
from perizinan_core.verification._cms import (
    SignedContainer,
    parse_container,
    verify_container,
    without_padding,
)
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._listing import ListedSignature
from perizinan_core.verification._paths import (
    SKEW,
    PathProblem,
    find_path,
    fingerprints,
    subject_of,
    usage_problem,
    valid_at,
)
from perizinan_core.verification._report import CheckName, Reason, SignatureReport
from perizinan_core.verification._revocation import revocation_reason
from perizinan_core.verification._signature_report import aspects_of, chain_reason, indication_of

if TYPE_CHECKING:
    # Not at run time: a plain permit needs nothing of it.
    from perizinan_core.verification.signatures._judged import Judged

FORMATS = ("ETSI.CAdES.detached", "adbe.pkcs7.detached")
_HEX = re.compile(rb"<(?:[0-9a-f]*|[0-9A-F]*)>\Z")


@attrs.define
class JudgedSignature:
    """One signature with what was found out about it so far."""

    field: ListedSignature
    container: SignedContainer | None = None
    path: tuple[x509.Certificate, ...] = ()
    problem: Reason | None = None
    """The first thing that did not pass."""

    is_broken: bool = False
    """True when that is about the signature or what it covers, and not about its certificate."""

    found: Judged | None = None
    """What the validator found, where there is more than a plain signature."""

    level: str | None = None
    """PAdES level that the file reaches for this signature; None when it is not sound."""

    recorded_time: datetime | None = None
    """Time that the office's own records prove, where no timestamp does."""

    covers_whole: bool = False
    position: str | None = None
    begun: Any = attrs.field(default=None, eq=False, repr=False)
    """SHA-256 of everything before the signature, to continue with."""

    @property
    def fingerprints(self) -> tuple[str, str]:
        """SHA-256 of certificate and public key; empty texts before the container was read."""
        return fingerprints(self.container.certificate) if self.container is not None else ("", "")

    @property
    def signer(self) -> str | None:
        """Common name of the signer, else the whole subject."""
        if self.container is None:
            return None
        subject = self.container.certificate.subject
        names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else subject.rfc4514_string()

    @property
    def is_plain(self) -> bool:
        """True when it covers the whole file and carries nothing beyond what a permit's signature needs."""
        return self.covers_whole and self.container is not None and self.container.is_plain

    @property
    def trusted_time(self) -> datetime | None:
        """The proven time, or None."""
        stamped = self.found.trusted_time if self.found is not None else None
        return stamped or self.recorded_time

    @property
    def time_reason(self) -> Reason:
        """What to say of its time."""
        proof = self.found.proof if self.found is not None else None
        if self.recorded_time is not None:
            return Reason("trusted-time-records", {"day": self.recorded_time.date()})
        if self.trusted_time is None:
            return Reason("no-trusted-time")
        if proof is not None and proof.has_ended:
            return proof.reason
        return Reason("trusted-time-proven", {"day": self.trusted_time.date()})

    @property
    def doubt(self) -> Reason | None:
        """What leaves it open when everything must be proven."""
        if self.found is None:
            return Reason("revocation-data-missing")
        return None if self.recorded_time is not None else self.found.doubt

    def best_time(self, at: datetime) -> datetime:
        """Return the proven time, else the stated one, else the moment of the check."""
        return self.trusted_time or self.field.signed_at or at


def file_digest(data: bytes, signatures: Sequence[JudgedSignature]) -> str:
    """Return the SHA-256 of the whole file; what was hashed for a signature is not hashed again."""
    for judged in signatures:
        if judged.begun is not None:
            hasher = judged.begun.copy()
            hasher.update(memoryview(data)[judged.field.byte_range.gap_start :])
            return str(hasher.hexdigest())
    return hashlib.sha256(data).hexdigest()


def revision_hashes(data: bytes, signatures: Sequence[JudgedSignature]) -> set[str]:
    """Hash the file and every signed revision of it: proofs of time are added behind the stored file."""
    ends = {len(data), *(item.field.byte_range.end for item in signatures)}
    return {hashlib.sha256(memoryview(data)[:end]).hexdigest() for end in ends}


def judge_signature(
    data: bytes, field: ListedSignature, authority: AuthorityDocument | None, judgement: Judgement
) -> JudgedSignature:
    """
    Make checks 1 to 7 for one signature and note them; time (check 8) is judged later.

    Of an office that is not known (None) all that can be determined is whether the content is intact.
    """
    judged = JudgedSignature(field, covers_whole=field.byte_range.end == len(data))
    if not _range_is_right(data, field):
        return _refuse(judgement, judged, CheckName.COVERAGE, "byte-range-wrong")
    if field.sub_filter not in FORMATS:
        return _refuse(
            judgement, judged, CheckName.INTEGRITY, "signature-format-unknown", format=field.sub_filter
        )
    try:
        _check_digits(data, field)
        named = field.sub_filter == FORMATS[0]
        container = judged.container = parse_container(field.contents, certificate_named=named)
    except CmsStructureError as error:
        return _refuse(judgement, judged, CheckName.INTEGRITY, "signature-malformed", problem=error.fault)
    code = _integrity_problem(data, judged, container)
    if code is not None:
        method = {"method": container.weakness} if code == "signature-weak" else {}
        return _refuse(judgement, judged, CheckName.INTEGRITY, code, **method)
    if not container.names_certificate:
        # Noted before the usual words: one such signature among several is said.
        judgement.forget(CheckName.INTEGRITY)
        judgement.passed(CheckName.INTEGRITY, "certificate-not-named")
    judgement.passed(CheckName.INTEGRITY, "content-intact")
    if authority is None:
        return judged
    return _judge_chain(judged, container, authority, judgement)


def _check_digits(data: bytes, field: ListedSignature) -> None:
    """Capital and small letters in one string mean the same container: a change no one would see."""
    if _HEX.match(data[field.byte_range.gap_start : field.byte_range.gap_end]) is None:
        raise CmsStructureError("its hexadecimal digits are not uniform")


def _integrity_problem(data: bytes, judged: JudgedSignature, container: SignedContainer) -> str | None:
    before, behind = judged.field.byte_range.parts(data)
    hasher = hashlib.new(container.digest, before)
    if container.digest == "sha256":
        judged.begun = hasher.copy()
    hasher.update(behind)
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
    said = chain_reason(path.root)
    judgement.passed(CheckName.CHAIN, said.code, **said.fields)
    problem = usage_problem(container.certificate)
    if problem is not None:
        return _refuse(judgement, judged, CheckName.CERTIFICATE, problem)
    return judged


def judge_stamp(data: bytes, field: ListedSignature, judgement: Judgement) -> None:
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
    stated, proven = judged.field.signed_at, judged.trusted_time
    if judged.problem is not None or judged.container is None:
        return
    if stated is None and proven is None:
        _refuse(judgement, judged, CheckName.CERTIFICATE, "signing-time-missing")
        return
    certificate, moment = judged.container.certificate, judged.best_time(at)
    ended = certificate.not_valid_after_utc
    if moment > at + SKEW:
        _refuse(judgement, judged, CheckName.CERTIFICATE, "signed-after-check", day=moment.date())
    elif moment > ended and (proven is None or (stated is not None and valid_at(certificate, stated))):
        # A statement alone proves neither that it was late nor that it was in time; a proof that came too late
        # does not show that a signature stated in time was late.
        _refuse(judgement, judged, CheckName.CERTIFICATE, "certificate-ended-no-proof")
    elif not valid_at(certificate, moment):
        _refuse(judgement, judged, CheckName.CERTIFICATE, "signed-outside-certificate", day=moment.date())
    elif not all(valid_at(item, proven or at) for item in judged.path):
        _refuse(judgement, judged, CheckName.CERTIFICATE, "certificate-ended-no-proof")
    else:
        judgement.passed(CheckName.CERTIFICATE, "certificate-good")


def judge_revocation(judged: JudgedSignature, at: datetime, judgement: Judgement) -> Reason:
    """
    Judge what is known about revocation, once times are known; return what to say of it.

    From the second of the revocation on, a certificate signs nothing. A signer who states a later time is held
    to it; one who states an earlier time needs a trusted time before the revocation.
    """
    chain = judged.found.chain if judged.found is not None else None
    if chain is None or judged.container is None:
        return Reason("revocation-data-missing")
    stated, proven = judged.field.signed_at, judged.trusted_time
    revoked = chain.revocation.revoked_at
    if revoked is None:
        return revocation_reason(chain.revocation, proven or at)
    if proven is not None and proven < revoked:
        return Reason("revoked-after-signing", {"day": revoked.date()})
    late = stated is not None and stated >= revoked
    code = "certificate-revoked" if late else "certificate-revoked-no-proof"
    judgement.refuse(CheckName.REVOCATION, code, day=revoked.date())
    if judged.problem is None or (late and judged.problem.code == "certificate-ended-no-proof"):
        judged.problem = Reason(code, {"day": revoked.date()})
    return Reason(code, {"day": revoked.date()})


def describe(judged: JudgedSignature, at: datetime, *, strict: bool) -> SignatureReport:
    """Return the report of one signature in the words of EN 319 102-1."""
    problem, proven = judged.problem, judged.trusted_time
    indication, sub = indication_of(problem or (judged.doubt if strict else None))
    if sub == "EXPIRED" and judged.container is not None:
        early = judged.best_time(at) < judged.container.certificate.not_valid_before_utc
        sub = "NOT_YET_VALID" if early else sub
    root = chain_reason(judged.path[-1]) if judged.path else None
    return SignatureReport(
        field=judged.field.name,
        indication=indication,
        sub_indication=sub,
        signer=judged.signer,
        position=judged.position,
        certificate_sha256=judged.fingerprints[0] or None,
        signed_at=judged.field.signed_at,
        trusted_time=proven,
        covers_whole_document=judged.covers_whole,
        format=judged.field.sub_filter,
        algorithm=judged.container.algorithm_name if judged.container is not None else None,
        level=judged.level if problem is None else None,
        chain=tuple(map(subject_of, judged.path)),
        aspects=aspects_of(
            broken=problem if judged.is_broken else None,
            intact=Reason("content-and-view-intact" if judged.covers_whole else "later-changes-allowed"),
            trust=problem or root,
            time=judged.time_reason,
            timed=proven is not None and judged.recorded_time is None,
            level=judged.level,
        ),
    )


def _range_is_right(data: bytes, field: ListedSignature) -> bool:
    return field.framed and ends_properly(data[: field.end])


def _refuse(
    judgement: Judgement, judged: JudgedSignature, check: CheckName, code: str, **fields: object
) -> JudgedSignature:
    judgement.refuse(check, code, **fields)
    judged.problem = Reason(code, fields)
    judged.is_broken = check in {CheckName.COVERAGE, CheckName.INTEGRITY}
    return judged


def judge_registration(case: PermitCase, signatures: Sequence[JudgedSignature]) -> None:
    """
    Check that every signer is in the register and was in office on the day of signing.

    Made before anything of the file's content is looked at: an outsider's file is not our permit,
    whatever it says. One whom the document may be too old to know leaves the question open.
    """
    authority, name = case.authority, CheckName.SIGNER_ENTITLED
    for judged in signatures:
        entries = _entries(judged, authority)
        day = authority.local_day(judged.best_time(case.at))
        if not entries:
            others = offices_of_signer(case.offices, judged.fingerprints) if case.offices is not None else []
            if others:
                told = {"named": authority.name, "office": others[0].name}
                case.judgement.refuse(name, "signer-of-another-office", **told)
            else:
                case.refuse_unknown(name, "signer-unknown", day=day, signer=judged.signer)
            continue
        current = [entry for entry in entries if entry.holds_on(day)]
        judged.position = (current or entries)[0].position
        if not current:
            case.judgement.refuse(name, "signer-out-of-term", position=entries[0].title, day=day)


def judge_entitlement(
    case: PermitCase, signatures: Sequence[JudgedSignature], permit: Mapping[str, Any]
) -> None:
    """
    Check that every signer could sign permits of this type, and that one of them is the one the letter names.

    The letter names a position and a delegation; both must be those of the same signer's register entry.
    """
    authority, judgement, name = case.authority, case.judgement, CheckName.SIGNER_ENTITLED
    stated, kind, day = permit["signatory"], permit["permit_type"], case.today
    matching: list[Signatory] = []
    for judged in signatures:
        day = authority.local_day(judged.best_time(case.at))
        current = [entry for entry in _entries(judged, authority) if entry.holds_on(day)]
        able = [entry for entry in current if entry.may_sign(kind, day)]
        if not able:
            judgement.refuse(name, "delegation-missing", permit_type=kind, day=day)
        here = [entry for entry in able if entry.position == stated["position"]]
        judged.position = (here or able or current)[0].position
        matching += here
    if not matching:
        registered = ", ".join(sorted({str(judged.position) for judged in signatures}))
        judgement.refuse(name, "position-differs", stated=stated["position"], registered=registered)
    elif not any(entry.may_sign(kind, day, delegation=stated["delegation"]) for entry in matching):
        judgement.refuse(name, "delegation-differs", delegation=stated["delegation"])
    judgement.passed(name, "signer-entitled", day=day)


def _entries(judged: JudgedSignature, authority: AuthorityDocument) -> list[Signatory]:
    return [entry for entry in authority.signatories if entry.is_bound_to(*judged.fingerprints)]
