"""
Which versions of the authority document the office has published, for its status list to name.

Anyone who holds an older version still judges rightly by it as long as things were only added: new signers and keys are
unknown to it, and stay open. When something is withdrawn (a binding ends, a delegation is taken back, a root is
removed, a key was stolen), older versions would still believe it: the new version becomes the lowest that may be used.
A key that another one follows as it was announced is not withdrawn. An operator may raise the lowest version, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from cryptography.hazmat.primitives import hashes

from perizinan_core._converters import canonical_json
from perizinan_core.errors.services import NotFoundError
from perizinan_core.published import AuthorityDocument
from perizinan_core.storage import UnitOfWork

__all__ = ["PUBLISHED", "note_published", "published_versions", "require_version", "withdraw"]

PUBLISHED = "authority-published"
"""Name of the setting."""


def published_versions(work: UnitOfWork) -> tuple[int, int] | None:
    """Return the current and the lowest usable version; None when none was published, or the record is broken."""
    known = None if work.settings.broken(PUBLISHED) else work.settings.get(PUBLISHED)
    return None if known is None else (int(known["current"]), int(known["lowest"]))


def note_published(work: UnitOfWork, document: AuthorityDocument) -> bool:
    """
    Put the version that is published now on record; return True when that changed anything.

    Args:
        work: A unit of work for writing; the caller commits.
        document: What is published.
    """
    known = work.settings.get(PUBLISHED)
    if known is not None and known["current"] >= document.version:
        return False
    granted = sorted(hashlib.sha256(canonical_json(item)).hexdigest()[:16] for item in _granted(document))
    withdrawn = known is not None and not set(known["granted"]) <= set(granted)
    lowest = document.version if known is None or withdrawn else known["lowest"]
    work.settings.put(PUBLISHED, {"current": document.version, "lowest": lowest, "granted": granted})
    return True


def withdraw(work: UnitOfWork, what: str) -> None:
    """Let the next version that is published be the lowest that may be used: older ones still believe ``what``."""
    known = work.settings.get(PUBLISHED)
    if known is not None:
        work.settings.put(PUBLISHED, {**known, "granted": sorted({*known["granted"], what})})


def require_version(work: UnitOfWork, version: int | None) -> int:
    """
    Raise the lowest version that may be used; return it. It is never lowered.

    Args:
        work: A unit of work for writing; the caller commits.
        version: The version, or None for the current one.

    Raises:
        NotFoundError: no such version was published.
    """
    known = work.settings.get(PUBLISHED)
    wanted = version if version is not None or known is None else int(known["current"])
    if known is None or wanted is None or not 1 <= wanted <= known["current"]:
        raise NotFoundError(kind="authority-version", key=str(version))
    lowest = max(wanted, int(known["lowest"]))
    work.settings.put(PUBLISHED, {**known, "lowest": lowest})
    return lowest


def _granted(document: AuthorityDocument) -> Iterator[list[str | None]]:
    """Yield everything that the document lets someone do, each by itself."""
    for root in document.roots:
        yield ["root", root.fingerprint(hashes.SHA256()).hex()]
    for signatory in document.signatories:
        binding = [signatory.position, str(signatory.certificate_sha256), str(signatory.spki_sha256)]
        span = [_day(signatory.start), _day(signatory.end)]
        yield ["signatory", *binding, *span]
        for delegation in signatory.delegations:
            for permit_type in sorted(delegation.permit_types):
                days = [_day(delegation.start), _day(delegation.end)]
                yield ["delegation", *binding, delegation.code, permit_type, *days]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
