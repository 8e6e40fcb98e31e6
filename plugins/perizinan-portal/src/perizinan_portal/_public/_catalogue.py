"""
The catalogue and the guide: the permit types in force, by words and by who applies; open ones come first.

Each says when no permit is needed, and where one is applied for that this office does not give.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicantKind, OwningSystem, PermitType
from perizinan_portal._kit import Answer, Choice, Menu, Page, PageRoute, Visit

__all__ = ["ROUTES"]

_LONGEST = 100

KINDS = (
    Choice(ApplicantKind.PERSON.value, N_("a person")),
    Choice(ApplicantKind.BUSINESS.value, N_("a business")),
    Choice(ApplicantKind.LEGAL_ENTITY.value, N_("a legal entity or foundation")),
    Choice(ApplicantKind.COOPERATIVE.value, N_("a cooperative")),
    Choice(ApplicantKind.GOVERNMENT.value, N_("a government body")),
    Choice(ApplicantKind.ORGANISER.value, N_("the organiser of an event")),
)

ELSEWHERE = {
    OwningSystem.OSS: N_("Apply at OSS (oss.go.id)"),
    OwningSystem.SIMBG: N_("Apply at SIMBG (simbg.pu.go.id)"),
    OwningSystem.MPP_DIGITAL: N_("Apply at MPP Digital"),
}
"""Where a permit is applied for that another system keeps."""


def show(visit: Visit) -> Answer:
    """List them, or those in which every word of the search stands."""
    typed = visit.query("cari").strip()[:_LONGEST]
    words = _plain(typed).split()
    kind = next((one.value for one in KINDS if one.value == visit.query("untuk")), "")
    opened = {item.code for item in visit.office.permit_types(only_open=True)}
    found = [
        item
        for item in visit.office.permit_types()
        if _has(item, words) and (not kind or ApplicantKind(kind) in item.applicant_kinds)
    ]
    found.sort(key=lambda item: (item.code not in opened, _rank(item, words), item.name.id))
    values = {
        "types": found,
        "opened": opened,
        "typed": typed,
        "kinds": KINDS,
        "kind": kind,
        "elsewhere": ELSEWHERE,
        "is_narrowed": bool(typed or kind),
    }
    return Page("public/catalogue.html", values)


def _has(item: PermitType, words: list[str]) -> bool:
    if not words:
        return True
    text = _plain(" ".join(_texts(item)))
    return all(word in text for word in words)


def _texts(item: PermitType) -> Iterator[str]:
    """Yield what a search looks at: names, what it is for, and the papers, in both languages."""
    said = [item.name, item.summary, *(paper.label for paper in item.requirements)]
    for one in said:
        if one is not None:
            yield one.id
            yield one.en or ""
    yield item.code


def _rank(item: PermitType, words: list[str]) -> int:
    """Put those first that say it in their name."""
    if not words:
        return 0
    name = _plain(f"{item.name.id} {item.name.en or ''} {item.code}")
    return -sum(word in name for word in words)


def _plain(text: str) -> str:
    """Compare without capitals and accents."""
    return "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )


ROUTES = (PageRoute(path="/izin", name="catalogue", show=show, menu=Menu(N_("Permits"), 10)),)
