"""
Taking a newer authority document in the place of a known one, and refusing an older one.

A document is trusted once: because of where it came from, or because its key is pinned. From then on each
newer one must carry a signature by a key that the known one lists. When the office changes its key, the
new document lists the new key and is signed by both, so that trust passes on (like the root of TUF,
section 5.3 of its specification).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.status_list import AuthorityUpdateError
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._authority_reading import read_authority_document
from perizinan_core.published._envelope import countersign_envelope, signed_by
from perizinan_core.published._keys import PublicKey

__all__ = ["accept_update", "countersign"]

_SKEW = timedelta(minutes=5)
_DATES = {"version", "issued", "expires"}


def countersign(data: bytes, *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """
    Return ``authority.json`` with one more signature, by a key that need not be listed in it.

    Args:
        data: A signed document.
        key: Public half of the further key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.
    """
    signed = countersign_envelope(json.loads(data), key=key, sign=sign)
    read_authority_document(signed)
    return signed


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
        AuthorityKeyError: it is not signed by ``authority_key``.
        AuthorityUpdateError: it must not replace the known one; says why.
    """
    offered = read_authority_document(data, authority_key=authority_key)
    if offered.slug != known.slug:
        raise _refused(
            N_("it is the document of another office ({received}, not {known})"), known.slug, offered.slug
        )
    if authority_key is None and not signed_by(data, known.keys):
        raise _refused(
            N_("no key of the known document ({known}) signed it, only {received}"),
            ", ".join(known.key_ids),
            ", ".join(offered.key_ids),
        )
    if offered.version < known.version:
        raise _refused(
            N_("it is version {received}, older than the known version {known}"),
            known.version,
            offered.version,
        )
    if offered.issued < known.issued:
        raise _refused(
            N_("it was issued at {received}, before the known one ({known})"),
            known.issued.isoformat(),
            offered.issued.isoformat(),
        )
    if offered.version == known.version and _content(offered) != _content(known):
        raise _refused(
            N_("it says something else than the known one under the same version {known}"), known.version, ""
        )
    if at > offered.expires:
        raise _refused(N_("it ended at {received}"), "", offered.expires.isoformat())
    if offered.issued > at + _SKEW:
        raise _refused(
            N_("it is dated later than the clock of this machine ({received})"),
            "",
            offered.issued.isoformat(),
        )
    return attrs.evolve(offered, pinned=authority_key is not None)


def _content(document: AuthorityDocument) -> dict[str, Any]:
    return {name: value for name, value in document.to_json().items() if name not in _DATES}


def _refused(problem: str, known: object, received: object) -> AuthorityUpdateError:
    return AuthorityUpdateError(problem=problem, known=str(known), received=str(received))
