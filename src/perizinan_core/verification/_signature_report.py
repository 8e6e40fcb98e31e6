"""
What the report says of one signature, in the words of EN 319 102-1: the same for permits and any signed PDF.

Integrity, trust, time and long-term validity are told apart. A signature that makes a file not valid is never called
indeterminate: the words follow from the weight of the reason.
"""

from __future__ import annotations

from cryptography import x509

from perizinan_core.published._development import is_development
from perizinan_core.verification._paths import subject_of
from perizinan_core.verification._reasons import REASONS, Weight
from perizinan_core.verification._report import Aspect, Aspects, Indication, Outcome, Reason

__all__ = ["aspects_of", "chain_reason", "indication_of"]

_NOT_REACHED = Aspect(Outcome.NOT_CHECKED, Reason("aspect-not-reached"))
"""Of a signature that is broken: nothing else about it is worth saying."""

_SUB_INDICATIONS = {
    "FORMAT_FAILURE": (
        "signature-never-made",
        "signature-malformed",
        "signature-format-unknown",
        "byte-range-wrong",
        "revision-broken",
        "bytes-after-signature",
        "later-changes-forbidden",
        "timestamp-broken",
        "certificate-stray",
    ),
    "HASH_FAILURE": ("content-changed",),
    "SIG_CRYPTO_FAILURE": ("signature-broken",),
    "CRYPTO_CONSTRAINTS_FAILURE": ("signature-weak", "chain-weak"),
    "NO_CERTIFICATE_CHAIN_FOUND": (
        "root-not-given",
        "office-unknown",
        "authority-document-unusable",
        "chain-unknown-root",
        "chain-incomplete",
        "timestamp-root-not-given",
    ),
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": ("chain-broken",),
    "CHAIN_CONSTRAINTS_FAILURE": (
        "chain-not-accepted",
        "certificate-usage-unfit",
        "certificate-malformed",
        "certificate-key-usage",
    ),
    "OUT_OF_BOUNDS_NO_POE": (
        "root-ended",
        "root-cut-off",
        "chain-ended",
        "proof-too-late",
        "certificate-not-yet",
        "certificate-ended-no-proof",
        "timestamp-service-ended",
    ),
    "TRY_LATER": ("revocation-data-missing",),
    "EXPIRED": ("signed-outside-certificate",),
    "NOT_YET_VALID": ("chain-not-yet",),
    "REVOKED": ("certificate-revoked",),
    "REVOKED_NO_POE": ("certificate-revoked-no-proof",),
    "NO_POE": ("signed-after-check", "signing-time-missing"),
    "SIG_CONSTRAINTS_FAILURE": ("timestamp-not-accepted",),
    "NO_SIGNING_CERTIFICATE_FOUND": ("timestamp-without-certificate",),
}
_WORDS = {code: word for word, codes in _SUB_INDICATIONS.items() for code in codes}
_LONG_TERM = {"B-LT", "B-LTA"}


def indication_of(problem: Reason | None) -> tuple[Indication, str | None]:
    """Return indication and sub-indication of a signature by what is wrong with it."""
    if problem is None:
        return Indication.TOTAL_PASSED, None
    failed = REASONS[problem.code].weight is Weight.NOT_VALID
    indication = Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE
    return indication, _WORDS.get(problem.code, "GENERIC")


def chain_reason(*roots: x509.Certificate) -> Reason:
    """Return what to say of chains that lead to these roots: a development root is never called trusted."""
    tests = [root for root in roots if is_development(root)]
    code = "development-root" if tests else "chain-trusted"
    return Reason(code, {"root": "; ".join(dict.fromkeys(map(subject_of, tests or roots)))})


def aspects_of(
    *,
    broken: Reason | None,
    intact: Reason,
    trust: Reason | None,
    time: Reason,
    timed: bool,
    level: str | None,
) -> Aspects:
    """
    Return the four aspects of one signature.

    Args:
        broken: Why its integrity does not pass.
        intact: What to say when it does.
        trust: What to say of its chain, good or bad; None when the chain was not reached.
        time: What to say of its time.
        timed: True when a timestamp proves its time.
        level: The PAdES level that it reaches.
    """
    if broken is not None:
        return Aspects(
            integrity=_aspect(broken), trust=_NOT_REACHED, time=_NOT_REACHED, long_term=_NOT_REACHED
        )
    complete = timed and level in _LONG_TERM
    long_term = Reason("long-term-no-revocation" if timed else "long-term-none")
    return Aspects(
        integrity=Aspect(Outcome.PASSED, intact),
        trust=_NOT_REACHED if trust is None else _aspect(trust),
        time=_aspect(time),
        long_term=Aspect(Outcome.PASSED, Reason("long-term-complete", {"level": level}))
        if complete
        else Aspect(Outcome.INDETERMINATE, long_term),
    )


def _aspect(reason: Reason) -> Aspect:
    weight = REASONS[reason.code].weight
    if weight is Weight.NONE:
        return Aspect(_UNPROVEN.get(reason.code, Outcome.PASSED), reason)
    return Aspect(Outcome.INDETERMINATE if weight is Weight.UNPROVEN else Outcome.FAILED, reason)


_UNPROVEN = {
    "development-root": Outcome.INDETERMINATE,
    "timestamp-not-there": Outcome.INDETERMINATE,
    "timestamp-root-not-given": Outcome.INDETERMINATE,
    "timestamp-not-accepted": Outcome.INDETERMINATE,
    "timestamp-without-certificate": Outcome.INDETERMINATE,
    "no-trusted-time": Outcome.NOT_CHECKED,
}
