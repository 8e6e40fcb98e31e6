"""Records and documents held against each other: what is named and not there, what is there and not named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from perizinan_core.bootstrap._bare_office import BareOffice
from perizinan_core.bootstrap._findings import MOST_NAMED, FindingLevel, OfficeFinding
from perizinan_core.bootstrap._public_documents import documents_in_plain
from perizinan_core.documents import DocumentStore, SealedDocumentStore, seal_state
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.storage import ApplicationFilter, Lookup, LookupKind, PermitFilter, UnitOfWork
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.storage._sql._tables import lookups

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["documents", "missing_documents", "seals"]

_PAGE = 200
_MOST_READ = 1_000
"""Most loose documents that are read to see whether one is a permit."""

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan doctor")


def documents(office: Office) -> Iterator[OfficeFinding]:
    """Hold records and documents against each other."""
    store, storage = office.documents, office.storage
    stored = {document.sha256 for document in store.documents()}
    linked = {sha256 for _, sha256 in store.links()}
    with storage.unit_of_work(read_only=True) as work:
        named = _named(work)
    loose = stored - named - linked
    if isinstance(storage, SqlStorage):
        with storage.unit_of_work(read_only=True) as unit:
            known = _blinded(unit.session)
            loose = {sha256 for sha256 in loose if known.isdisjoint(_digests(unit.session, sha256))}
    # Looked up again: a file may have been added after the store was listed.
    yield from _missing(store, named - stored)
    permits = office.continuation.recoverable(sorted(loose)[:_MOST_READ], actor=_OPERATOR)
    for sha256, number in list(permits.items())[:MOST_NAMED]:
        yield OfficeFinding(
            code="permit-recoverable",
            sentence=N_("The document {sha256} is the signed permit {number}, which has no record."),
            remedy=N_(
                "If a newer backup of the records exists, restore it. Else put the permit back: "
                "perizinan permits recover --stored {sha256} --reason …"
            ),
            fields={"sha256": sha256, "number": number},
        )
    loose -= set(permits)
    if loose:
        yield OfficeFinding(
            code="document-orphan",
            level=FindingLevel.NOTICE,
            sentence=N_("{count} documents belong to no record."),
            remedy=N_("Nothing is lost; an interrupted upload leaves such files behind."),
            fields={"count": len(loose)},
        )


def seals(office: Office | BareOffice) -> Iterator[OfficeFinding]:
    """Look whether documents are sealed as the settings say."""
    store = office.documents
    if not isinstance(store, SealedDocumentStore):
        return
    state = seal_state(store, public=documents_in_plain(office.storage, store, office.settings))
    if state.lost:
        yield OfficeFinding(
            code="document-label-lost",
            sentence=N_(
                "{count} sealed documents cannot be found, because their labels are missing in the store."
            ),
            remedy=N_("Run: perizinan documents seal. It finds them again, and loses nothing."),
            fields={"count": state.lost},
        )
    if state.plain:
        yield OfficeFinding(
            code="document-not-sealed",
            sentence=N_(
                "{count} documents are not sealed; {sealed} are sealed, the new ones with the key {key}."
            ),
            remedy=N_("Run: perizinan documents seal. The office may work meanwhile."),
            fields={"count": state.plain, "sealed": sum(state.sealed.values()), "key": state.current},
        )
    if state.former:
        keys = ", ".join(key for key in state.sealed if key != state.current)
        yield OfficeFinding(
            code="document-former-key",
            level=FindingLevel.NOTICE,
            sentence=N_("{count} documents are sealed with former keys ({keys}); new ones with {key}."),
            remedy=N_("Keep these keys, or run: perizinan documents seal"),
            fields={"count": state.former, "keys": keys, "key": state.current},
        )


def missing_documents(office: BareOffice) -> Iterator[OfficeFinding]:
    """Name what the records need and the store does not have; without plugins."""
    with office.storage.unit_of_work(read_only=True) as work:
        named = _named(work)
    yield from _missing(office.documents, named)


def _missing(store: DocumentStore, named: set[str]) -> Iterator[OfficeFinding]:
    for sha256 in sorted(sha256 for sha256 in named if not store.exists(sha256))[:MOST_NAMED]:
        yield OfficeFinding(
            code="document-missing",
            sentence=N_("The records name the document {sha256}, which is not in the store."),
            remedy=N_("Bring it back from a backup: perizinan documents recover FOLDER"),
            fields={"sha256": sha256},
        )


def _named(work: UnitOfWork) -> set[str]:
    """Return the hashes of all documents that permits and applications name."""
    found: set[str] = set()
    after = None
    while True:
        permits = work.permits.find(PermitFilter(), limit=_PAGE, after=after)
        for permit in permits.items:
            if permit.signed_sha256 is not None:
                found.add(permit.signed_sha256)
        after = permits.next
        if after is None:
            break
    while True:
        cases = work.applications.find(ApplicationFilter(), limit=_PAGE, after=after)
        for case in cases.items:
            found |= {document.sha256 for document in case.documents}
            found |= {held.sha256 for held in case.held_uploads}
        after = cases.next
        if after is None:
            return found


def _blinded(session: Session) -> set[bytes]:
    query = sa.select(lookups.c.digest).where(lookups.c.kind == LookupKind.DOCUMENT.value)
    return {bytes(row.digest) for row in session.read(query)}


def _digests(session: Session, sha256: str) -> tuple[bytes, ...]:
    return tuple(session.sealer.blind_all(Lookup(LookupKind.DOCUMENT, sha256)))
