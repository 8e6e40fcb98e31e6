"""
Whether a certificate was revoked: which lists and answers count, and what they say.

Revocation lists (RFC 5280) and OCSP answers (RFC 6960) come from a file's document security store (EN 319 142-1
section 5.4), from its signatures, from the caller, and from the services that are asked before long-term data is
written. The rules are the same everywhere:

1. A list or answer counts when the issuer of the certificate signed it, or (OCSP) a responder that the issuer
made for that (RFC 6960 section 4.2.2.2) and that was valid then. 2. What says "revoked" counts whatever its age,
and even if it was signed by a weak method: revocation is not undone by time. 3. What does not name a certificate
clears it when it was made by a strong method for all certificates of this kind, and before the certificate ended
(afterwards revocations may be left out). 4. It clears for a moment that it reaches: until then it had not run out.

Nothing is fetched here. What follows from a revocation: ``docs/reference/truth-table.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core._pdf._certificates import extension_of, is_ca
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._paths import UNREADABLE, is_strong_hash, unwarned, valid_at
from perizinan_core.verification._report import CheckName, Reason

_MAX_ITEMS = 2000
_OPEN_ENDED = timedelta(hours=1)
"""How long an answer without an end counts."""

_ENUMERATED = 0x0A
_LEAST_FIRST = {"revocation-data-missing": 0, "revocation-good-signer": 1, "revocation-good": 2}


@attrs.frozen
class Evidence:
    """What may prove something about certificates, in DER; each item proves itself by its own signature."""

    certificates: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    answers: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    """OCSP answers."""

    lists: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    """Revocation lists."""

    @property
    def _parts(self) -> tuple[tuple[bytes, ...], ...]:
        return self.certificates, self.answers, self.lists

    def __bool__(self) -> bool:
        return any(self._parts)

    def __sub__(self, other: Evidence) -> Evidence:
        """Return what the other one does not have."""
        parts = zip(self._parts, other._parts, strict=True)
        return Evidence(*(tuple(item for item in mine if item not in theirs) for mine, theirs in parts))

    def __add__(self, other: Evidence) -> Evidence:
        """Join, each item once."""
        if self == other or not other:
            return self
        parts = zip(self._parts, other._parts, strict=True)
        return Evidence(*(tuple(dict.fromkeys((*mine, *theirs))) for mine, theirs in parts))


@attrs.frozen(kw_only=True)
class Statement:
    """What one list or answer says about one certificate; it counts, see the rules above."""

    until: datetime
    """Moment up to which it had not run out."""

    revoked_at: datetime | None
    clears: bool
    """True when its silence proves something."""


@attrs.frozen(kw_only=True)
class PathRevocation:
    """What the evidence says about a path."""

    revoked_at: datetime | None = None
    """Earliest moment from which a certificate of the path is revoked."""

    reaching: tuple[datetime | None, ...] = ()
    """For each certificate but the root: up to which moment it is cleared, or None."""

    def known_at(self, moment: datetime) -> str:
        """Return for whom revocation was asked and answered, as reason code: for all, the signer alone, or no one."""
        cleared = [until is not None and until >= moment for until in self.reaching]
        if not cleared or not cleared[0]:
            return "revocation-data-missing"
        return "revocation-good" if all(cleared) else "revocation-good-signer"


def revocation_reason(found: PathRevocation, moment: datetime) -> Reason:
    """Return what to say of a path of which nothing was revoked by a moment."""
    if found.revoked_at is not None and found.revoked_at > moment:
        return Reason("revoked-after-signing", {"day": found.revoked_at.date()})
    return Reason(found.known_at(moment))


def note_revocation(known: Sequence[Reason], judgement: Judgement, *, strict: bool) -> None:
    """Note the least that is known about any signature; ``strict`` leaves open what no one asked."""
    said = min(known, key=lambda item: _LEAST_FIRST.get(item.code, len(_LEAST_FIRST)))
    if said.code != "revocation-data-missing":
        judgement.passed(CheckName.REVOCATION, said.code, **said.fields)
    elif strict:
        judgement.doubted(CheckName.REVOCATION, said.code)
    else:
        judgement.left_out(CheckName.REVOCATION, said.code)


def evidence_in(pdf: PdfStructure) -> Evidence:
    """Return what lies in a file's document security store; what cannot be read proves nothing."""
    try:
        store = pdf.dictionary(pdf.catalog()["DSS"])
    except (PdfStructureError, KeyError):
        return Evidence()
    return Evidence(*(tuple(_streams(pdf, store.get(key))) for key in ("Certs", "OCSPs", "CRLs")))


def _streams(pdf: PdfStructure, value: object) -> Iterator[bytes]:
    try:
        items = pdf.array(value)[:_MAX_ITEMS]
    except PdfStructureError:
        return
    for item in items:
        try:
            yield pdf.stream_data(item)
        except PdfStructureError:
            continue


def sorted_evidence(items: Sequence[bytes]) -> Evidence:
    """Tell OCSP answers from CRLs by their form: only an OCSP answer begins with an enumerated status."""
    answers = tuple(der for der in items if _second_tag(der) == _ENUMERATED)
    return Evidence(answers=answers, lists=tuple(der for der in items if _second_tag(der) != _ENUMERATED))


def _second_tag(der: Sequence[int]) -> int:
    if len(der) < 3:
        return 0
    start = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    return der[start] if start < len(der) else 0


def path_revocation(path: Sequence[x509.Certificate], evidence: Evidence, at: datetime) -> PathRevocation:
    """
    Return what the evidence says about a path.

    Args:
        path: Signer first, root last.
        evidence: What the file and the caller have.
        at: Moment of the check: a revocation that lies ahead of it does not count yet.
    """
    revoked: list[datetime] = []
    reaching: list[datetime | None] = []
    for certificate, issuer in pairwise(path):
        found = statements(certificate, issuer, evidence)
        revoked += [
            item.revoked_at for item in found if item.revoked_at is not None and item.revoked_at <= at
        ]
        clearing = [item for item in found if item.clears and item.revoked_at is None]
        reaching.append(max((item.until for item in clearing), default=None))
    return PathRevocation(revoked_at=min(revoked, default=None), reaching=tuple(reaching))


def statements(
    certificate: x509.Certificate, issuer: x509.Certificate, evidence: Evidence
) -> tuple[Statement, ...]:
    """Return what the evidence says about one certificate, by the issuer's word alone."""
    with unwarned():
        return (
            *(item for der in evidence.answers for item in _from_answer(der, certificate, issuer)),
            *(item for der in evidence.lists for item in _from_list(der, certificate, issuer)),
        )


def responder_certificates(answer: bytes) -> list[bytes]:
    """Return the DER of the certificates in an OCSP answer that was judged before."""
    try:
        return [item.public_bytes(Encoding.DER) for item in _answer(answer).certificates]
    except UNREADABLE:
        return []


def _statement(
    made_at: datetime,
    until: datetime | None,
    revoked_at: datetime | None,
    *,
    clears: bool,
    certificate: x509.Certificate,
) -> Statement:
    return Statement(
        until=until if until is not None else made_at + _OPEN_ENDED,
        revoked_at=revoked_at,
        clears=clears and made_at <= certificate.not_valid_after_utc,
    )


# -- lists -----------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _list(der: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(der)


@lru_cache(maxsize=256)
def _is_signed(der: bytes, issuer: x509.Certificate) -> bool:
    """Check the signature of a list once for each issuer: real ones have some megabytes."""
    return _list(der).is_signature_valid(issuer.public_key())  # type: ignore[arg-type]


def _from_list(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Statement]:
    try:
        crl = _list(der)
        if crl.issuer != certificate.issuer or not _is_signed(der, issuer):
            return
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if not (_clears(crl, certificate, issuer) if entry is None else _names_its_own(crl)):
            return
        yield _statement(
            crl.last_update_utc,
            crl.next_update_utc,
            entry.revocation_date_utc if entry is not None else None,
            clears=entry is None,
            certificate=certificate,
        )
    except UNREADABLE:
        return


def _names_its_own(crl: x509.CertificateRevocationList) -> bool:
    """Return False for indirect lists, whose entries may be another issuer's, and for lists of changes."""
    return not any(
        isinstance(item.value, x509.DeltaCRLIndicator)
        or (isinstance(item.value, x509.IssuingDistributionPoint) and item.value.indirect_crl)
        for item in crl.extensions
    )


def _clears(
    crl: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    """Return True when a strong list would hold this certificate for whatever reason it was revoked."""
    usage = extension_of(issuer, x509.KeyUsage)
    if not is_strong_hash(crl.signature_hash_algorithm) or not _names_its_own(crl):
        return False
    if usage is not None and not usage.crl_sign:  # RFC 5280 section 6.3.3
        return False
    for item in crl.extensions:
        value = item.value
        if isinstance(value, x509.IssuingDistributionPoint):
            others = value.only_contains_user_certs if is_ca(certificate) else value.only_contains_ca_certs
            if others or value.only_some_reasons or value.only_contains_attribute_certs:
                return False
        elif item.critical:
            return False
    return True


# -- answers ---------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _answer(der: bytes) -> ocsp.OCSPResponse:
    return ocsp.load_der_ocsp_response(der)


def _from_answer(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Statement]:
    try:
        answer = _answer(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return
        about = [item for item in answer.responses if _is_about(item, certificate, issuer)]
        if not about or not _is_answer_of(der, issuer):
            return
        for single in about:
            if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
                continue
            yield _statement(
                single.this_update_utc,
                single.next_update_utc,
                single.revocation_time_utc,
                clears=is_strong_hash(answer.signature_hash_algorithm),
                certificate=certificate,
            )
    except UNREADABLE:
        return


def _is_about(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
    return (asked.issuer_name_hash, asked.issuer_key_hash) == (
        single.issuer_name_hash,
        single.issuer_key_hash,
    )


@lru_cache(maxsize=512)
def _is_answer_of(der: bytes, issuer: x509.Certificate) -> bool:
    """Return True when the issuer signed the answer, or one whom it made its responder."""
    answer = _answer(der)
    responders = (item for item in answer.certificates if _may_answer(item, issuer, answer.produced_at_utc))
    return any(_fits(answer, key) for key in (issuer, *responders))


def _may_answer(responder: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    try:
        purposes = extension_of(responder, x509.ExtendedKeyUsage)
        responder.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return (
        purposes is not None and ExtendedKeyUsageOID.OCSP_SIGNING in purposes and valid_at(responder, moment)
    )


def _fits(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, function = signer.public_key(), answer.signature_hash_algorithm
    signature, data = answer.signature, answer.tbs_response_bytes
    try:
        if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, data)
        elif function is None or function.name == "md5":
            return False
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), function)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(function))
        else:
            return False
    except InvalidSignature:
        return False
    return True
