"""
What the QR codes of letters can hold: the printed data of every example, and numbers that tell types apart.

A code holds the holder and the object in full as long as there is room. Where it does not, a changed paper cannot be
recognised by its code; that is said while the wording of the letter can still be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions import Scope
from perizinan_core.catalogue._facts import facts
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model._applicant import Person
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit_type import PermitType, Scenario
from perizinan_core.published import QrClaims, decode_qr_text, encode_qr_text, type_number

__all__ = ["check_codes"]

_HOLDER = "dr. Raden Ajeng Contohwati Kusumaningrum Hadiningrat, Sp.PD., M.Kes."
"""A long name as letters print it: 68 letters."""

_NUMBER = "500.16.7.2/0233/CONTOH-UNIT/DPMPTSP/XII/2026"
_DAY = date(2026, 11, 30)
_KID = b"\1\2\3\4"


def check_codes(
    problems: Problems, permits: Sequence[tuple[PermitType, Node]], authority: Authority | None
) -> None:
    """Report types of one number; warn about types in whose examples a code shortens the holder or the object."""
    numbers: dict[int, str] = {}
    for permit_type, node in permits:
        other = numbers.setdefault(type_number(permit_type.code), permit_type.code)
        if other != permit_type.code:
            problems.add(
                node.at("code"),
                "type-number-taken",
                N_("the codes {code} and {other} have the same number in QR codes; rename one of them"),
                code=permit_type.code,
                other=other,
            )
    for permit_type, node in permits if authority is not None else ():
        shortened = dict.fromkeys(
            name
            for scenario in permit_type.scenarios
            for name in _shortened(permit_type, scenario, authority)
            if name in {"holder", "object"}
        )
        if shortened:
            problems.warn(
                node.at("letter"),
                "code-shortens",
                N_(
                    "in an example the QR code of {code} has no room for all of: {names}; what is left out cannot be "
                    "compared with the paper, so print less in letter.object, or move a part of it to letter.place"
                ),
                code=permit_type.code,
                names=", ".join(shortened),
            )


def _shortened(permit_type: PermitType, scenario: Scenario, authority: Authority | None) -> tuple[str, ...]:
    """Return what a code of this example leaves out; nothing where the example does not say enough."""
    form, letter = scenario.given.get("form", {}), permit_type.letter
    if letter is None or authority is None or not isinstance(form, Mapping):
        return ()
    names: dict[str, Any] = {"issued_on": _DAY, "valid_from": _DAY, "has_end": True, "valid_until": _DAY}
    try:
        case = facts(form=form, applicant=Person(name=_HOLDER))
        rules = CaseRules(permit_type, case, _DAY, scope=Scope.LETTER, names=names)
        thing = rules.text(("letter", "object"), letter.object)
        place = None if letter.place is None else rules.text(("letter", "place"), letter.place)
        text = encode_qr_text(
            authority.verification_url,
            QrClaims(
                number=_NUMBER,
                permit_type=permit_type.code,
                type_number=type_number(permit_type.code),
                holder=_HOLDER,
                object=" ".join(thing.split()),
                place=None if place is None else " ".join(place.split()),
                issued_on=_DAY,
                valid_from=_DAY,
                valid_until=_DAY,
                status_index=123_456,
            ),
            sign=lambda _: bytes(64),
            kid=_KID,
        )
    except (PerizinanError, ValueError, TypeError, KeyError):
        return ()
    return decode_qr_text(text).claims.shortened
