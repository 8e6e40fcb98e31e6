"""The portal's tables, opened."""

from __future__ import annotations

import attrs

from perizinan_core.storage.tables import PluginTables
from perizinan_portal._store._accounts import Account, Accounts
from perizinan_portal._store._database import Database
from perizinan_portal._store._drafts import Drafts
from perizinan_portal._store._findings import Findings
from perizinan_portal._store._identities import Identities
from perizinan_portal._store._posts import SavedPosts
from perizinan_portal._store._rates import SharedRates
from perizinan_portal._store._recovery_codes import RecoveryCodes
from perizinan_portal._store._reminders import Reminders
from perizinan_portal._store._restorations import Restorations
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._sessions import Session, Sessions
from perizinan_portal._store._signings import Signings
from perizinan_portal._store._tokens import Tokens

__all__ = ["Store", "open_store"]


@attrs.frozen
class Store:
    """Everything that the portal keeps."""

    _database: Database
    _sealer: Sealer
    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    posts: SavedPosts
    findings: Findings
    codes: RecoveryCodes
    restorations: Restorations
    identities: Identities
    signings: Signings
    rates: SharedRates
    reminders: Reminders
    drafts: Drafts

    @classmethod
    def of(cls, database: Database, sealer: Sealer) -> Store:
        """Put the parts together; the tables are there."""
        return cls(
            database,
            sealer,
            Accounts(database, sealer),
            Sessions(database),
            Tokens(database, sealer),
            SavedPosts(database, sealer),
            Findings(database, sealer),
            RecoveryCodes(database),
            Restorations(database, sealer),
            Identities(database, sealer),
            Signings(database, sealer),
            SharedRates(database),
            Reminders(database),
            Drafts(database),
        )

    @property
    def is_shared(self) -> bool:
        """Whether several processes are meant to use the database at once."""
        with self._database.read() as connection:
            return connection.dialect.name == "postgresql"

    def known(self, token: str) -> tuple[Session, Account] | None:
        """Return the session of a token and its account, in one look: every page asks for it."""
        with self._database.read() as connection:
            session = self.sessions.found(connection, token)
            account = None if session is None else self.accounts.found(connection, session.account)
        return None if session is None or account is None else (session, account)

    def hidden(self, text: str) -> str:
        """Return a keyed hash of who tries something."""
        return self._sealer.hidden(text, table="rates", column="key")


def open_store(tables: PluginTables) -> Store:
    """Open the portal's tables; what people told us is sealed there under the office's keys."""
    return Store.of(Database(tables), Sealer(tables))
