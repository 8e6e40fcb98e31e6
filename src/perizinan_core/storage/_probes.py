"""
A store remembers a probe of every key it was used with, and refuses a ring that is not its own.

Without it, a lost key file that is silently replaced by a new one would show only later: new
records under new keys, old ones unreadable, searches that find nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perizinan_core.errors.storage import SealBrokenError, StorageError
from perizinan_core.storage._keyring import KeyRing, KeySet
from perizinan_core.storage._records import Lookup, LookupKind
from perizinan_core.storage._sealing import Place, Sealer

__all__ = ["PROBES", "missing_probes", "with_probes"]

PROBES = "keys.probes"
"""Key of the setting that holds the probes."""

_PLACE = Place("settings", PROBES, "data")
_PROBE = Lookup(LookupKind.EMAIL, "probe")

Probes = Mapping[str, Mapping[str, str]]
"""By purpose (``"data"``, ``"index"``) and key id: a sealed word or a digest, in hexadecimal."""


def missing_probes(seen: Probes | None, keys: KeyRing, sealer: Sealer) -> bool:
    """
    Check a ring against what the store remembers.

    Returns:
        Whether a current key is not remembered yet.

    Raises:
        StorageError: ``unknown-key``: None of the keys for a purpose was ever used with this store.
        SealBrokenError: A key has the id of a remembered one but is another.
    """
    if seen is None:
        return True
    _check_any_known(keys.data, seen["data"])
    _check_any_known(keys.index, seen["index"])
    for key_id in seen["data"].keys() & set(keys.data.ids):
        sealer.open(bytes.fromhex(seen["data"][key_id]), _PLACE)
    for key_id, digest in zip(keys.index.ids, sealer.blind_all(_PROBE), strict=True):
        if seen["index"].get(key_id, digest.hex()) != digest.hex():
            raise SealBrokenError("seal-broken", table=_PLACE.table, row=_PLACE.row, column="index")
    return keys.data.current.id not in seen["data"] or keys.index.current.id not in seen["index"]


def with_probes(seen: Probes | None, keys: KeyRing, sealer: Sealer) -> dict[str, Any]:
    """Return what to remember: the probes there are, and those of the current keys."""
    old: Probes = seen or {"data": {}, "index": {}}
    return {
        "data": {keys.data.current.id: sealer.seal("probe", _PLACE).hex(), **old["data"]},
        "index": {keys.index.current.id: sealer.blind(_PROBE).hex(), **old["index"]},
    }


def _check_any_known(keys: KeySet, seen: Mapping[str, str]) -> None:
    if not seen.keys() & set(keys.ids):
        raise StorageError("unknown-key", key_id=", ".join(sorted(seen)), known=keys.ids)
