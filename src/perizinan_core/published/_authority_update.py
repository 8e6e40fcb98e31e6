"""
Taking a newer authority document in the place of a known one, and refusing an older one.

A document is trusted once: because of where it came from, or because its key is pinned. From then on each
newer one must carry a signature by a key that the known one lists. When the office changes its key, the
new document lists the new key and is signed by both, so that trust passes on (like the root of TUF,
section 5.3 of its specification).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from perizinan_core.errors.published import AuthorityUpdateError
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument, read_authority_document
from perizinan_core.published._directory import Directory, read_directory
from perizinan_core.published._envelope import SignedDocument, signed_by

_SKEW = timedelta(minutes=5)
_DATES = {"version", "issued", "expires"}


def accept_update(
    known: AuthorityDocument, data: bytes, *, at: datetime, authority_key: str | None = None
) -> AuthorityDocument:
    """
    Return the document in ``data`` when it may take the place of the known one.

    1. It is sound by itself. 2. It is the same office's. 3. A key of the known document signed it, or the
    caller names the key that did. 4. Its version is not lower, and it was not issued earlier. 5. Under the
    same version it says the same but for its dates. 6. It has not ended, and was not issued in the future.

    Args:
        known: What is trusted now; it may have ended.
        data: The file that is offered.
        at: Present moment, with time zone.
        authority_key: Fingerprint of the key that must have signed it, when that was learnt otherwise.

    Raises:
        AuthorityDocumentError: it is not sound by itself.
        AuthorityDocumentError: ``authority-key``: it is not signed by ``authority_key``.
        AuthorityUpdateError: it must not replace the known one; says why.
    """
    offered = read_authority_document(data, authority_key=authority_key)
    _check_successor(known, offered, data, at=at, vouched=authority_key is not None)
    return offered


def accept_directory(
    known: Directory, data: bytes, *, at: datetime, directory_key: str | None = None
) -> Directory:
    """
    Return the directory of offices in ``data`` when it may take the place of the known one; see
    `accept_update`.

    Raises:
        AuthorityDocumentError: ``directory``: it is not sound by itself.
        AuthorityDocumentError: ``authority-key``: it is not signed by ``directory_key``.
        AuthorityUpdateError: it must not replace the known one; says why.
    """
    offered = read_directory(data, directory_key=directory_key)
    _check_successor(known, offered, data, at=at, vouched=directory_key is not None)
    return offered


def _check_successor(
    known: SignedDocument, offered: SignedDocument, data: bytes, *, at: datetime, vouched: bool
) -> None:
    """Raise when one document must not take the place of another."""
    for field, fault in _faults(known, offered, data, at=at, vouched=vouched):
        before, after = (_shown(getattr(document, field)) for document in (known, offered))
        raise AuthorityUpdateError(fault=fault, known=before, received=after)


def _faults(
    known: SignedDocument, offered: SignedDocument, data: bytes, *, at: datetime, vouched: bool
) -> Iterator[tuple[str, str]]:
    """Yield what speaks against it by rules 2 to 6 of `accept_update`: the field, and what is wrong with it."""
    if getattr(offered, "slug", None) != getattr(known, "slug", None):
        yield "slug", N_("it is the document of another office ({received}, not {known})")
    if not vouched and not signed_by(data, known.keys):
        yield "key_ids", N_("no key of the known document ({known}) signed it, only {received}")
    if offered.version < known.version:
        yield "version", N_("it is version {received}, older than the known version {known}")
    if offered.issued < known.issued:
        yield "issued", N_("it was issued at {received}, before the known one ({known})")
    if offered.version == known.version and _content(offered) != _content(known):
        yield "version", N_("it says something else than the known one under the same version {known}")
    if at > offered.expires:
        yield "expires", N_("it ended at {received}")
    if offered.issued > at + _SKEW:
        yield "issued", N_("it is dated later than the clock of this machine ({received})")


def _content(document: SignedDocument) -> dict[str, Any]:
    return {name: value for name, value in document.to_json().items() if name not in _DATES}


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, tuple) else str(value)
