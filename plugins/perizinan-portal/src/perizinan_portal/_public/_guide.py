"""
Which permit do I need? Who applies and what is planned, then the questions that decide about an exemption.

Everything stands in the address: it works without a script, can be gone back to, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from perizinan_core.catalogue import Facts, deciding_fields, facts, form_fields, form_parts, is_exempt
from perizinan_core.errors.catalogue import ExpressionError
from perizinan_core.i18n import N_
from perizinan_core.model import ApplicantKind, OwningSystem, PermitType
from perizinan_portal._kit import Answer, Page, PageRoute, Posted, Visit
from perizinan_portal._permit_forms import DrawnPart, draw, read_parts
from perizinan_portal._public._catalogue import ELSEWHERE, KINDS

__all__ = ["ROUTES"]

_MOST = 10
"""Permit types that are looked at together."""

_HOW = {
    OwningSystem.OSS: N_(
        "Open oss.go.id, make an account with your NIK or the deed of your company, choose your line of business "
        "(KBLI) and apply there. The NIB that you get is needed for further permits here."
    ),
    OwningSystem.SIMBG: N_(
        "Open simbg.pu.go.id, make an account, choose the building approval (PBG) and upload the plans there. The "
        "office of public works examines them."
    ),
    OwningSystem.MPP_DIGITAL: N_(
        "Open MPP Digital, log in with your digital identity and choose the service there."
    ),
}


@attrs.frozen(kw_only=True)
class Verdict:
    """What the guide says of one permit type."""

    item: PermitType
    outcome: str
    """``ask``, ``none``, ``elsewhere``, ``other_kind``, ``closed`` or ``needed``."""

    reasons: tuple[str, ...] = ()
    source: str = ""
    questions: tuple[DrawnPart, ...] = ()


def show(visit: Visit) -> Answer:
    """Ask, and answer as soon as enough is known."""
    types = {item.code: item for item in visit.office.permit_types()}
    kind = next((one.value for one in KINDS if one.value == visit.query("untuk")), "")
    asked = visit.request.query_params.getlist("jenis")[:_MOST]
    chosen = [types[code] for code in dict.fromkeys(asked) if code in types]
    verdicts = [_verdict(visit, item, kind) for item in chosen] if kind else []
    names = {one.value: visit.say(one.label) for one in KINDS}
    values = {
        "kinds": KINDS,
        "kind": kind,
        "kind_name": names.get(kind, ""),
        "types": sorted(types.values(), key=lambda item: item.name.to(visit.language)),
        "chosen": [item.code for item in chosen],
        "verdicts": verdicts,
        "is_asking": any(one.questions for one in verdicts),
        "missing": visit.query("mulai") == "1" and not verdicts,
        "how": _HOW,
        "elsewhere": ELSEWHERE,
    }
    return Page("public/guide.html", values)


def _verdict(visit: Visit, item: PermitType, kind: str) -> Verdict:
    language = visit.language
    if item.owning_system in ELSEWHERE:
        how = visit.say(_HOW[item.owning_system])
        return Verdict(item=item, outcome="elsewhere", reasons=(how,), source=item.source.citation)
    if ApplicantKind(kind) not in item.applicant_kinds:
        return Verdict(item=item, outcome="other_kind", source=item.source.citation)
    questions, decided = _decided(visit, item, kind)
    if decided:
        reasons = tuple(text.to(language) for text in item.exemptions)
        return Verdict(item=item, outcome="none", reasons=reasons, source=_law(item), questions=questions)
    if decided is None:
        return Verdict(item=item, outcome="ask", questions=questions)
    is_open = any(one.code == item.code for one in visit.office.permit_types(only_open=True))
    return Verdict(
        item=item,
        outcome="needed" if is_open else "closed",
        reasons=tuple(one.text.to(language) for one in item.prerequisites),
        source=_law(item),
        questions=questions,
    )


def _decided(visit: Visit, item: PermitType, kind: str) -> tuple[tuple[DrawnPart, ...], bool | None]:
    """Return the questions that decide about an exemption, and whether it applies; None: not all are answered."""
    wanted = {
        name.removeprefix("form.").partition(".")[0]
        for name in deciding_fields(item, item.not_required_when)
        if name.startswith("form.")
    }
    parts = tuple(part for part in form_parts(item) if part.name in wanted)
    query = visit.request.query_params
    posted = Posted({name: tuple(query.getlist(name)) for name in query})
    data = read_parts(parts, posted, item.code)
    day = visit.office.authority.calendar.time_zone.local(visit.office.now()).date()
    case = _facts(kind, data)
    fields = form_fields(item, case, day)
    shown = attrs.evolve(fields, required=frozenset(part.name for part in parts))
    drawn = draw(parts, data, shown, {}, prefix=item.code)
    return drawn, _exempt(item, case, day, {part.name for part in parts} - set(fields.absent))


def _exempt(item: PermitType, case: Facts, day: date, needed: set[str]) -> bool | None:
    try:
        found = is_exempt(item, case, day)
    except ExpressionError:
        return None
    answered = needed <= set(case.form)
    return found if found or answered else None


def _facts(kind: str, data: Mapping[str, Any]) -> Facts:
    applicant = {"kind": kind, "name": "", "legal_form": "", "village": "", "district": "", "address": ""}
    return attrs.evolve(
        facts(form=data), applicant={**applicant, "has_nib": False, "has_npwp": False, "is_foreign": False}
    )


def _law(item: PermitType) -> str:
    return next(iter(_citations(item)), item.source.citation)


def _citations(item: PermitType) -> Iterator[str]:
    for source in item.legal_basis:
        yield source.citation


ROUTES = (PageRoute(path="/panduan", name="guide", show=show),)
