"""Which documents are issued permits, and so may be kept in plain where the office chose so."""

from __future__ import annotations

from perizinan_core.bootstrap._settings import Settings
from perizinan_core.documents import DocumentStore
from perizinan_core.services._long_term import EXTENDED
from perizinan_core.storage import PermitFilter, Storage

__all__ = ["documents_in_plain", "issued_permits"]

_PAGE = 200


def issued_permits(storage: Storage, documents: DocumentStore) -> frozenset[str]:
    """Return the SHA-256 of the signed files of all permits, in all their versions."""
    found = {sha256 for name, sha256 in documents.links() if name.startswith(f"{EXTENDED}/")}
    with storage.unit_of_work(read_only=True) as work:
        after = None
        while True:
            permits = work.permits.find(PermitFilter(), limit=_PAGE, after=after)
            found |= {permit.signed_sha256 for permit in permits.items if permit.signed_sha256 is not None}
            after = permits.next
            if after is None:
                return frozenset(found)


def documents_in_plain(storage: Storage, documents: DocumentStore, settings: Settings) -> frozenset[str]:
    """Return the SHA-256 of what the settings want in plain although all else is sealed."""
    return issued_permits(storage, documents) if settings.storage.seal == "private" else frozenset()
