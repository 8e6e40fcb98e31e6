"""
Which key files the records know.

A key file is put on record the first time it is used. From then on a missing file is a loss, which a person
has to look at, and not a first use: nothing is made in its place.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.storage import Storage, UnitOfWork

__all__ = ["DEVELOPMENT", "DOCUMENT", "QR", "STATUS", "KeysOnRecord"]

DOCUMENT = "document"
QR = "qr"
STATUS = "status"
DEVELOPMENT = "development"

_PREFIX = "key-file:"
_PUBLISHED = {QR: "published-key:qr:", STATUS: "published-key:status:", DOCUMENT: "authority-document"}
"""What the records of an office that is older than this list show of its keys."""


@attrs.frozen
class KeysOnRecord:
    """What the records know of the key files of one office."""

    _storage: Storage

    def require(self, name: str, path: Path) -> None:
        """
        Pass when the file is there, or was never used here, so that it may be made.

        Args:
            name: What the key is for, e.g. `QR`, or ``development:POSITION``.
            path: Where its file should be.

        Raises:
            BootstrapError: ``office-key-lost``: it was used here and is missing.
        """
        if path.exists():
            return
        with self._storage.unit_of_work(read_only=True) as work:
            known = _is_known(work, name)
        if known:
            raise BootstrapError("office-key-lost", path=path.name, purpose=name.partition(":")[0])

    def note(self, *names: str) -> None:
        """Put key files on record that are in use from now on; those on record already cost nothing."""
        with self._storage.unit_of_work(read_only=True) as work:
            fresh = [name for name in names if work.settings.get(_PREFIX + name) is None]
        if fresh:
            with self._storage.unit_of_work() as work:
                for name in fresh:
                    work.settings.put(_PREFIX + name, {"used": True})
                work.commit()


def _is_known(work: UnitOfWork, name: str) -> bool:
    published = _PUBLISHED.get(name)
    return work.settings.get(_PREFIX + name) is not None or (
        published is not None and bool(work.settings.all(published))
    )
