"""One database belongs to one authority: its short name is written, sealed, when the office is opened first."""

from __future__ import annotations

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.storage import PermitFilter, Storage, UnitOfWork

__all__ = ["require_same_authority"]

_OWNER = "authority-slug"
"""Name of the setting."""


def require_same_authority(storage: Storage, slug: str, database: str) -> None:
    """
    Pass when the records are those of an authority, or of none yet: then they are its from now on.

    Args:
        storage: The records.
        slug: The authority that the settings name.
        database: Address of the records as the settings write it, without a password.

    Raises:
        BootstrapError: ``database-of-another-office``: they are another's.
        SealBrokenError: the name on record is not as it was written.
    """
    with storage.unit_of_work(read_only=True) as work:
        known = work.settings.get(_OWNER)
        found = known or _older_owner(work)
    if found not in (None, slug):
        raise BootstrapError("database-of-another-office", database=database, found=found, expected=slug)
    if known is None:
        with storage.unit_of_work() as work:
            # Asked again: two offices may open a new database at the same moment.
            taken = work.settings.get(_OWNER)
            if taken not in (None, slug):
                raise BootstrapError(
                    "database-of-another-office", database=database, found=taken, expected=slug
                )
            if taken is None:
                work.settings.put(_OWNER, slug)
                work.commit()


def _older_owner(work: UnitOfWork) -> str | None:
    """Return whose permits are on record, for a database that is older than this rule."""
    newest = work.permits.find(PermitFilter(), limit=1).items
    return newest[0].authority if newest else None
