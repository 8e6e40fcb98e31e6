"""Whether those who signed were entitled to: the register of signatories against letter and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perizinan_core.published._authority_document import AuthorityDocument, Signatory
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._choosing import offices_of_signer
from perizinan_core.verification._permit_signatures import JudgedSignature
from perizinan_core.verification._report import CheckName


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
