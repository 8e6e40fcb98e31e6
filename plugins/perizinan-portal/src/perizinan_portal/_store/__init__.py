"""
What the portal keeps beside the office's records: accounts, sessions, one-time tokens, posts that wait for a login.

Nothing of a case is here. Names, addresses and what people typed are sealed; tokens are kept as hashes.
"""

from perizinan_portal._store._accounts import Account, AccountKind, Accounts
from perizinan_portal._store._database import Database
from perizinan_portal._store._drafts import Drafts
from perizinan_portal._store._findings import Findings
from perizinan_portal._store._identities import Identities
from perizinan_portal._store._posts import SavedPost, SavedPosts
from perizinan_portal._store._recovery_codes import RecoveryCodes
from perizinan_portal._store._restorations import Restoration, Restorations
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._sessions import Level, Session, Sessions
from perizinan_portal._store._signings import LetterState, SignedLetter, Signing, Signings
from perizinan_portal._store._store import Store, open_store
from perizinan_portal._store._tokens import Purpose, Token, Tokens

__all__ = [
    "Account",
    "AccountKind",
    "Accounts",
    "Database",
    "Drafts",
    "Findings",
    "Identities",
    "LetterState",
    "Level",
    "Purpose",
    "RecoveryCodes",
    "Restoration",
    "Restorations",
    "SavedPost",
    "SavedPosts",
    "Sealer",
    "Session",
    "Sessions",
    "SignedLetter",
    "Signing",
    "Signings",
    "Store",
    "Token",
    "Tokens",
    "open_store",
]
