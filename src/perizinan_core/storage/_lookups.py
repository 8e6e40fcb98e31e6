"""Which personal values an application can be found by."""

from __future__ import annotations

from collections.abc import Iterator

from perizinan_core.model._applicant import Organisation, Person
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageRecord, StageState
from perizinan_core.model._held import HeldReason
from perizinan_core.storage._records import Lookup, LookupKind

__all__ = ["held_inspections", "lookups_of", "number_parts", "typed_part"]

_AGAIN = "again"
_SEPARATORS = "-/. "
_LONGEST_PART = 200
"""Most bytes of a part that are compared."""


def number_parts(number: str) -> frozenset[bytes]:
    """Return the rest of a number from each place where someone may begin to type it."""
    text = number.casefold()
    starts = [0, *(place + 1 for place, char in enumerate(text) if char in _SEPARATORS)]
    return frozenset(text[start:].encode()[:_LONGEST_PART] for start in starts if text[start:])


def typed_part(text: str) -> bytes:
    """Return what a person typed of a number, as `number_parts` writes it."""
    return text.strip().casefold().encode("utf-8", "surrogatepass")[:_LONGEST_PART]


def lookups_of(application: Application) -> frozenset[Lookup]:
    """
    Return the values of applicant, responsible person and representative, and the hashes of all files.

    Args:
        application: In any state; fields that are not filled give nothing.
    """
    found: set[Lookup] = set()
    applicant = application.applicant
    found.update(_of_party(applicant))
    if isinstance(applicant, Organisation):
        found.update(_of_party(applicant.responsible))
    if application.representative is not None:
        found.update(_of_party(application.representative.person))
        if application.representative.power_of_attorney:
            found.add(Lookup(LookupKind.DOCUMENT, application.representative.power_of_attorney))
    found.update(Lookup(LookupKind.DOCUMENT, digest) for digest in _files(application))
    if application.about:
        found.add(Lookup(LookupKind.OBJECT, f"{application.permit_type} {application.about}"))
    return frozenset(found)


def held_inspections(application: Application) -> str | None:
    """
    Return by which versions of the inspection the held uploads were looked at, or None when none is held.

    An upload that is to be inspected again whatever the version makes the text differ from every version.
    """
    waiting = application.waiting_uploads()
    if not waiting:
        return None
    versions = {_AGAIN if item.reason is HeldReason.TRY_AGAIN else item.inspected_with for item in waiting}
    return " ".join(sorted(versions))


def _of_party(party: Person | Organisation) -> Iterator[Lookup]:
    if party.npwp is not None:
        yield Lookup(LookupKind.NPWP, party.npwp.value)
    if party.phone is not None:
        yield Lookup(LookupKind.PHONE, party.phone.value)
    if party.email:
        yield Lookup.parse(LookupKind.EMAIL, party.email)
    if isinstance(party, Organisation):
        if party.nib is not None:
            yield Lookup(LookupKind.NIB, party.nib.value)
        return
    if party.nik is not None:
        yield Lookup(LookupKind.NIK, party.nik.value)
    if party.passport is not None:
        yield Lookup(LookupKind.PASSPORT, party.passport.value)


def _files(application: Application) -> Iterator[str]:
    for document in application.documents:
        yield document.sha256
    for held in application.held_uploads:
        yield held.sha256
    for stage in application.stages:
        yield from (photo.sha256 for photo in stage.photos)
        outcomes: tuple[StageState | StageRecord, ...] = (stage, *stage.earlier)
        for outcome in outcomes:
            if outcome.letter is not None and outcome.letter.sha256:
                yield outcome.letter.sha256
            if outcome.minutes is not None:
                yield from outcome.minutes.documents
                yield from (photo.sha256 for photo in outcome.minutes.photos)
