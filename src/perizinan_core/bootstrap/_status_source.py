"""The office's records as a status source for ``perizinan verify --records``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.errors.storage import RecordNotFoundError, StorageError
from perizinan_core.i18n import N_
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import AuthorityDocument, PermitStatusAnswer, StatusSource
from perizinan_core.services._permits import answer_for
from perizinan_core.storage import KeyRing, Storage, open_storage
from perizinan_core.storage._keyring import KEYS_VARIABLE

__all__ = ["open_status_source"]

_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
KEYS_FILE = "PERIZINAN_STORAGE_KEYS_FILE"
"""Environment variable that names the file with the keys of the records."""


class _Records:
    """Reads the status of permits; needs the keys, because holders are stored encrypted."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """See `StatusSource`."""
        try:
            with self._storage.unit_of_work(read_only=True) as work:
                permit = work.permits.get_by_number(number)
        except RecordNotFoundError:
            return None
        except StorageError as error:
            raise StatusUnavailableError(error.code) from error
        status = permit.status_on(on)
        if permit.status_index != status_index or status is PermitStatus.AWAITING_SIGNATURE:
            return None
        return answer_for(permit, on)


@contextmanager
def open_status_source(url: str, authority: AuthorityDocument) -> Iterator[StatusSource]:
    """
    Open the records at a database address.

    The keys come from the file that ``PERIZINAN_STORAGE_KEYS_FILE`` names, or from the environment
    variable that `KeyRing.from_environment` reads.

    Raises:
        StatusUnavailableError: the records cannot be opened.
    """
    name = os.environ.get(KEYS_FILE)
    if not name and KEYS_VARIABLE not in os.environ:
        raise StatusUnavailableError(
            N_(
                "the keys of the records are not named: set PERIZINAN_STORAGE_KEYS_FILE to their file, "
                "keys/storage.json as a rule, or PERIZINAN_KEYS to its text"
            )
        )
    try:
        keys = KeyRing.from_file(Path(name)) if name else KeyRing.from_environment()
        storage = open_storage(url, keys, zone=ZoneInfo(_ZONES[authority.time_zone]))
    except StorageError as error:
        raise StatusUnavailableError(error.message()) from error
    try:
        yield _Records(storage)
    finally:
        storage.close()
