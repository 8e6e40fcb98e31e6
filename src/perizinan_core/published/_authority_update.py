"""
Taking a newer authority document in the place of a known one, and refusing an older one.

A document is trusted once: because of where it came from, or because its key is pinned. From then on each
newer one must carry a signature by a key that the known one lists. When the office changes its key, the
new document lists the new key and is signed by both, so that trust passes on (like the root of TUF,
section 5.3 of its specification).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.published import AuthorityUpdateError
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._authority_reading import read_authority_document
from perizinan_core.published._directory import Directory, read_directory
from perizinan_core.published._envelope import signed_by

__all__ = ["accept_directory", "accept_update"]

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
    if offered.slug != known.slug:
        raise _refused(
            N_("it is the document of another office ({received}, not {known})"), known.slug, offered.slug
        )
    _check_successor(known, offered, data, at=at, vouched=authority_key is not None)
    return attrs.evolve(offered, pinned=authority_key is not None)


def accept_directory(
    known: Directory, data: bytes, *, at: datetime, directory_key: str | None = None
) -> Directory:
    """
    Return the directory of offices in ``data`` when it may take the place of the known one; see
    `accept_update`.

    Raises:
        DirectoryError: it is not sound by itself.
        AuthorityDocumentError: ``authority-key``: it is not signed by ``directory_key``.
        AuthorityUpdateError: it must not replace the known one; says why.
    """
    offered = read_directory(data, directory_key=directory_key)
    _check_successor(known, offered, data, at=at, vouched=directory_key is not None)
    return offered


def _check_successor(
    known: AuthorityDocument | Directory,
    offered: AuthorityDocument | Directory,
    data: bytes,
    *,
    at: datetime,
    vouched: bool,
) -> None:
    """Raise when one document must not take the place of another: rules 3 to 6 of `accept_update`."""
    rules: tuple[tuple[bool, str, object, object], ...] = (
        (
            vouched or signed_by(data, known.keys),
            N_("no key of the known document ({known}) signed it, only {received}"),
            ", ".join(known.key_ids),
            ", ".join(offered.key_ids),
        ),
        (
            offered.version >= known.version,
            N_("it is version {received}, older than the known version {known}"),
            known.version,
            offered.version,
        ),
        (
            offered.issued >= known.issued,
            N_("it was issued at {received}, before the known one ({known})"),
            known.issued.isoformat(),
            offered.issued.isoformat(),
        ),
        (
            offered.version != known.version or _content(offered) == _content(known),
            N_("it says something else than the known one under the same version {known}"),
            known.version,
            "",
        ),
        (at <= offered.expires, N_("it ended at {received}"), "", offered.expires.isoformat()),
        (
            offered.issued <= at + _SKEW,
            N_("it is dated later than the clock of this machine ({received})"),
            "",
            offered.issued.isoformat(),
        ),
    )
    for holds, problem, before, after in rules:
        if not holds:
            raise _refused(problem, before, after)


def _content(document: AuthorityDocument | Directory) -> dict[str, Any]:
    return {name: value for name, value in document.to_json().items() if name not in _DATES}


def _refused(problem: str, known: object, received: object) -> AuthorityUpdateError:
    return AuthorityUpdateError(fault=problem, known=str(known), received=str(received))
