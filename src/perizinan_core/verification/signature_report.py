"""
What the report says of one signature of a permit, in the words of EN 319 102-1.

Integrity, trust, time and long-term validity are told apart, as for any signed PDF (`foreign`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from perizinan_core.verification.cms import SignedContainer
from perizinan_core.verification.paths import subject_of
from perizinan_core.verification.permit_signatures import JudgedSignature
from perizinan_core.verification.reasons import REASONS, Weight
from perizinan_core.verification.report import Aspect, Aspects, Indication, Outcome, Reason, SignatureReport

__all__ = ["NOT_REACHED", "aspect_of", "describe"]

NOT_REACHED = Aspect(Outcome.NOT_CHECKED, Reason("aspect-not-reached"))
"""Of a signature that is broken: nothing else about it is worth saying."""

_SUB_INDICATIONS: Mapping[str, tuple[Indication, str]] = {
    "byte-range-wrong": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
    "signature-malformed": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
    "bytes-after-signature": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
    "later-changes-forbidden": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
    "timestamp-broken": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
    "certificate-stray": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
    "content-changed": (Indication.TOTAL_FAILED, "HASH_FAILURE"),
    "signature-broken": (Indication.TOTAL_FAILED, "SIG_CRYPTO_FAILURE"),
    "signature-weak": (Indication.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE"),
    "chain-unknown-root": (Indication.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND"),
    "chain-incomplete": (Indication.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND"),
    "chain-broken": (Indication.INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE"),
    "certificate-malformed": (Indication.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"),
    "certificate-key-usage": (Indication.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"),
    "certificate-ended-no-proof": (Indication.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"),
    "certificate-revoked": (Indication.TOTAL_FAILED, "REVOKED"),
    "certificate-revoked-no-proof": (Indication.INDETERMINATE, "REVOKED_NO_POE"),
    "signing-time-missing": (Indication.INDETERMINATE, "NO_POE"),
    "signed-after-check": (Indication.INDETERMINATE, "NO_POE"),
    "signature-format-unknown": (Indication.TOTAL_FAILED, "FORMAT_FAILURE"),
}

_BROKEN = {
    "byte-range-wrong",
    "signature-malformed",
    "signature-format-unknown",
    "content-changed",
    "signature-broken",
    "signature-weak",
    "bytes-after-signature",
    "later-changes-forbidden",
    "timestamp-broken",
}
"""Codes of what is wrong with the signature or with what it covers; the others are about its certificate."""

_LONG_TERM = {"B-LT", "B-LTA"}


def aspect_of(reason: Reason) -> Aspect:
    """Return the aspect that a reason of refusal or doubt gives."""
    is_open = REASONS[reason.code].weight is Weight.UNPROVEN
    return Aspect(Outcome.INDETERMINATE if is_open else Outcome.FAILED, reason)


def describe(judged: JudgedSignature, at: datetime) -> SignatureReport:
    """Return the report of one signature in the words of EN 319 102-1."""
    indication, sub = Indication.TOTAL_PASSED, None
    if judged.code == "signed-outside-certificate" and judged.container is not None:
        early = judged.best_time(at) < judged.container.certificate.not_valid_before_utc
        indication, sub = Indication.TOTAL_FAILED, "NOT_YET_VALID" if early else "EXPIRED"
    elif judged.code is not None:
        indication, sub = _SUB_INDICATIONS[judged.code]
    return SignatureReport(
        field=judged.field.name,
        indication=indication,
        sub_indication=sub,
        signer=judged.signer,
        position=judged.position,
        certificate_sha256=judged.fingerprints[0] or None,
        signed_at=judged.field.signed_at,
        trusted_time=judged.trusted_time,
        covers_whole_document=judged.covers_whole,
        format=judged.field.sub_filter,
        algorithm=_algorithm(judged.container),
        level=judged.level if judged.code is None else None,
        chain=tuple(map(subject_of, judged.path)),
        aspects=_aspects(judged),
    )


def _aspects(judged: JudgedSignature) -> Aspects:
    """Return the four aspects, once everything about the signature is known."""
    problem = Reason(judged.code, judged.fields) if judged.code is not None else None
    if problem is not None and problem.code in _BROKEN:
        return Aspects(
            integrity=aspect_of(problem), trust=NOT_REACHED, time=NOT_REACHED, long_term=NOT_REACHED
        )
    intact = "content-and-view-intact" if judged.covers_whole else "later-changes-allowed"
    return Aspects(
        integrity=Aspect(Outcome.PASSED, Reason(intact)),
        trust=_trust(judged) if problem is None else aspect_of(problem),
        time=_time(judged),
        long_term=_long_term(judged),
    )


def _trust(judged: JudgedSignature) -> Aspect:
    if not judged.path:
        return NOT_REACHED
    return Aspect(Outcome.PASSED, Reason("chain-trusted", {"root": subject_of(judged.path[-1])}))


def _time(judged: JudgedSignature) -> Aspect:
    if judged.trusted_time is None:
        return Aspect(Outcome.NOT_CHECKED, Reason("no-trusted-time"))
    code = "trusted-time-records" if judged.timed_by_records else "trusted-time-proven"
    return Aspect(Outcome.PASSED, Reason(code, {"day": judged.trusted_time.date()}))


def _long_term(judged: JudgedSignature) -> Aspect:
    if judged.level in _LONG_TERM:
        return Aspect(Outcome.PASSED, Reason("long-term-complete", {"level": judged.level}))
    timed = judged.trusted_time is not None and not judged.timed_by_records
    return Aspect(Outcome.INDETERMINATE, Reason("long-term-no-revocation" if timed else "long-term-none"))


def _algorithm(container: SignedContainer | None) -> str | None:
    if container is None:
        return None
    key = container.certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size} with {container.digest}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {key.curve.name} with {container.digest}"
    return type(key).__name__
