"""
Whether the one who signs counts as entitled by the office's own authority document, asked before a number is taken.

The rule is the one by which checkers judge the permit later (`published.Signatory.may_sign`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.published import AuthorityDocument, Signatory
from perizinan_core.services._bindings import Bindings, fingerprint
from perizinan_core.services._letters import LetterPlan
from perizinan_core.services._publication import Publication
from perizinan_core.signing import DigestSigner, Signer

__all__ = ["binding_problems", "require_entitled"]

_UNBOUND = N_(
    "No certificate is bound today to a position that may sign this permit ({positions}). "
    "Have the operator bind one: perizinan keys bind POSITION FILE"
)


def require_entitled(publication: Publication, plan: LetterPlan, signer: Signer, moment: datetime) -> None:
    """
    Pass when checkers will find the signer of a letter entitled to sign it on its day.

    Args:
        publication: The office's authority document.
        plan: The letter, with the delegation under which it is signed.
        signer: Of a signing service it is not known which certificate it uses; one of the position's must hold.
        moment: Aware moment.

    Raises:
        ServiceError: ``signer-not-entitled``: no number was taken.
    """
    certificate = fingerprint(signer.certificate) if isinstance(signer, DigestSigner) else None
    # A binding may have been made or ended by another process since the document was made.
    if not _is_entitled(publication.document(moment), plan, certificate) and not _is_entitled(
        publication.document(moment, renew=True), plan, certificate
    ):
        raise ServiceError(
            "signer-not-entitled",
            position=plan.delegation.position,
            certificate=certificate,
            permit_type=plan.permit_type.code,
            day=plan.day,
        )


def binding_problems(bindings: Bindings, positions: Iterable[str], day: date) -> tuple[Problem, ...]:
    """
    Return what the bindings on record hold against an approval: no position that may sign has a certificate.

    A position that was never bound is passed over: its certificate is bound when it is first used.
    """
    known = bindings.all()
    wanted = sorted(set(positions))
    bound = [item for item in known if item.position in wanted]
    if not wanted or {item.position for item in bound} != set(wanted):
        return ()
    if any(item.holds_on(day) for item in bound):
        return ()
    return (Problem("signature", "no-signatory", _UNBOUND, {"positions": ", ".join(wanted)}),)


def _is_entitled(document: AuthorityDocument, plan: LetterPlan, certificate: str | None) -> bool:
    return any(
        _is_meant(entry, plan, certificate)
        and entry.may_sign(plan.permit_type.code, plan.day, delegation=plan.delegation.code)
        for entry in document.signatories
    )


def _is_meant(entry: Signatory, plan: LetterPlan, certificate: str | None) -> bool:
    return entry.position == plan.delegation.position and certificate in (None, entry.certificate_sha256)
