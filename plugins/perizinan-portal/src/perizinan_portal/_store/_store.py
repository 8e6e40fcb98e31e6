"""The portal's tables, opened."""

from __future__ import annotations

from pathlib import Path

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_core.storage import KeyRing
from perizinan_core.storage.tables import PluginTables
from perizinan_portal._errors import PortalError
from perizinan_portal._store._accounts import Accounts
from perizinan_portal._store._database import Database
from perizinan_portal._store._findings import Findings
from perizinan_portal._store._posts import SavedPosts
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._sessions import Sessions
from perizinan_portal._store._signings import Signings
from perizinan_portal._store._tables import KEYS
from perizinan_portal._store._tokens import Tokens

__all__ = ["Store", "open_store"]


@attrs.frozen
class Store:
    """Everything that the portal keeps."""

    _database: Database
    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    posts: SavedPosts
    findings: Findings
    signings: Signings

    @classmethod
    def of(cls, database: Database, keys: KeyRing) -> Store:
        """Put the parts together; the tables are there."""
        sealer = Sealer(keys)
        _check_keys(database, sealer)
        return cls(
            database,
            Accounts(database, sealer),
            Sessions(database),
            Tokens(database, sealer),
            SavedPosts(database, sealer),
            Findings(database, sealer),
            Signings(database, sealer),
        )

    def answers(self) -> bool:
        """Return True when the database answers, for those who watch the portal."""
        try:
            with self._database.read() as connection:
                connection.execute(sa.select(KEYS.c.id)).first()
        except DatabaseUnavailableError:
            return False
        return True


def open_store(tables: PluginTables, keys: Path) -> Store:
    """
    Open the portal's tables; the keys are made on first use.

    Raises:
        PortalError: ``portal-keys``: the keys are not those of the accounts that are there.
    """
    database = Database(tables)
    _require_keys(database, keys)
    keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store.of(database, KeyRing.open_or_create(keys))


def _require_keys(database: Database, keys: Path) -> None:
    """Refuse to make new keys in the place of lost ones."""
    with database.read() as connection:
        used = connection.execute(sa.select(KEYS.c.id)).first() is not None
    if used and not keys.exists():
        raise PortalError("portal-keys")


def _check_keys(database: Database, sealer: Sealer) -> None:
    """Open what every key sealed that was ever used, and leave the same of a new one."""
    with database.read() as connection:
        known = {row.id: row.proof for row in connection.execute(sa.select(KEYS))}
    for name, proof in known.items():
        sealer.open(proof, "keys", name, "proof")
    if sealer.key_id not in known:
        proof = sealer.seal("perizinan-portal", "keys", sealer.key_id, "proof")
        with database.write() as connection:
            connection.execute(sa.insert(KEYS).values(id=sealer.key_id, proof=proof))
