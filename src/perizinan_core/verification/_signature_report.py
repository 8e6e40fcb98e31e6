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

_NOT_REACHED = Aspect(Outcome.NOT_CHECKED, Reason("aspect-not-reached"))
"""Of a signature that is broken: nothing else about it is worth saying."""

_OLDER_FORM = "adbe.pkcs7.detached"
_LONG_TERM = {f"{kind}-{step}" for kind in ("B", "PKCS7") for step in ("LT", "LTA")}


def level_name(sub_filter: str | None, step: str) -> str:
    """
    Return the name of the level that a signature reaches.

    Those of PAdES (``B-T``) are for ``ETSI.CAdES.detached`` (EN 319 142-1 section 5.2). The older form, which need
    not name its certificate, is called as the verifier of the European Commission calls it: ``PKCS7-T``.

    Args:
        sub_filter: ``/SubFilter`` of the signature.
        step: ``B``, ``T``, ``LT`` or ``LTA``.
    """
    return f"{'PKCS7' if sub_filter == _OLDER_FORM else 'B'}-{step}"


def indication_of(problem: Reason | None) -> tuple[Indication, str | None]:
    """Return indication and sub-indication of a signature by what is wrong with it."""
    if problem is None:
        return Indication.TOTAL_PASSED, None
    failed = REASONS[problem.code].weight is Weight.NOT_VALID
    indication = Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE
    return indication, REASONS[problem.code].indication


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
    entry = REASONS[reason.code]
    if entry.weight is Weight.NONE:
        return Aspect(Outcome(entry.aspect), reason)
    return Aspect(Outcome.INDETERMINATE if entry.weight is Weight.UNPROVEN else Outcome.FAILED, reason)
