"""Whether those who signed were entitled to: the register of signatories against letter and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from perizinan_core.published._authority_document import AuthorityDocument, Signatory
from perizinan_core.verification._case import DocumentAge
from perizinan_core.verification._choosing import offices_of_signer
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._permit_signatures import JudgedSignature
from perizinan_core.verification._report import CheckName

__all__ = ["judge_entitlement", "judge_registration"]


def judge_registration(
    signatures: Sequence[JudgedSignature],
    authority: AuthorityDocument,
    at: datetime,
    judgement: Judgement,
    age: DocumentAge,
) -> None:
    """
    Check that every signer is in the register and was in office on the day of signing.

    Made before anything of the file's content is looked at: an outsider's file is not our permit,
    whatever it says. One whom the document may be too old to know leaves the question open.
    """
    for judged in signatures:
        entries = _entries(judged, authority)
        day = authority.local_day(judged.best_time(at))
        if not entries:
            name = CheckName.SIGNER_ENTITLED
            others = offices_of_signer(age.others, judged.fingerprints) if age.others is not None else []
            if others:
                told = {"named": authority.name, "office": others[0].name}
                judgement.refuse(name, "signer-of-another-office", **told)
            else:
                age.refuse_unknown(judgement, name, "signer-unknown", day=day, signer=judged.signer)
            continue
        current = [entry for entry in entries if entry.holds_on(day)]
        judged.position = (current or entries)[0].position
        if not current:
            judgement.refuse(
                CheckName.SIGNER_ENTITLED, "signer-out-of-term", position=entries[0].title, day=day
            )


def judge_entitlement(
    signatures: Sequence[JudgedSignature],
    permit: Mapping[str, Any],
    authority: AuthorityDocument,
    at: datetime,
    judgement: Judgement,
) -> None:
    """
    Check that every signer could sign permits of this type, and that one of them is the one the letter names.

    The letter names a position and a delegation; both must be those of the same signer's register entry.
    """
    stated, day = permit["signatory"], authority.local_day(at)
    matching: list[Signatory] = []
    for judged in signatures:
        day = authority.local_day(judged.best_time(at))
        current = [entry for entry in _entries(judged, authority) if entry.holds_on(day)]
        able = [
            entry
            for entry in current
            if any(delegation.covers(permit["permit_type"], day) for delegation in entry.delegations)
        ]
        if not able:
            judgement.refuse(
                CheckName.SIGNER_ENTITLED, "delegation-missing", permit_type=permit["permit_type"], day=day
            )
        here = [entry for entry in able if entry.position == stated["position"]]
        judged.position = (here or able or current)[0].position
        matching += here
    if not matching:
        registered = ", ".join(sorted({str(judged.position) for judged in signatures}))
        judgement.refuse(
            CheckName.SIGNER_ENTITLED, "position-differs", stated=stated["position"], registered=registered
        )
    elif not any(
        delegation.code == stated["delegation"] and delegation.covers(permit["permit_type"], day)
        for entry in matching
        for delegation in entry.delegations
    ):
        judgement.refuse(CheckName.SIGNER_ENTITLED, "delegation-differs", delegation=stated["delegation"])
    judgement.passed(CheckName.SIGNER_ENTITLED, "signer-entitled", day=day)


def _entries(judged: JudgedSignature, authority: AuthorityDocument) -> list[Signatory]:
    return [entry for entry in authority.signatories if entry.is_bound_to(*judged.fingerprints)]
