"""
Posts that wait: what someone had typed when the session was over, or when they went to look at something else.

Kept sealed for a day, under the hash of a token or of the account and the page; the same page shows the same values.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._sessions import digest_of, new_token
from perizinan_portal._store._tables import POSTS

__all__ = ["SavedPost", "SavedPosts"]

_LASTS = 24 * 3600


@attrs.frozen(kw_only=True)
class SavedPost:
    """What was posted, and where its page is."""

    place: str
    """Address of the page, without the host."""

    values: Mapping[str, tuple[str, ...]] = attrs.field(repr=False)
    had_files: bool = False
    """Files were among it, which have to be chosen again."""


@attrs.frozen
class SavedPosts:
    """The posts on record."""

    _database: Database
    _sealer: Sealer

    def keep(self, post: SavedPost, *, now: int) -> str:
        """Keep a post and return the token to find it by."""
        token = new_token()
        self._put(token, post, now)
        return token

    def keep_own(self, account: str, post: SavedPost, *, now: int) -> None:
        """Keep what someone typed on a page, in the place of what they typed there before."""
        self._put(_own(account, post.place), post, now)

    def own(self, account: str, place: str, *, now: int) -> SavedPost | None:
        """Return what someone typed on a page and left."""
        return self.find(_own(account, place), now=now)

    def forget_own(self, account: str, place: str) -> None:
        """Remove it, once it is done."""
        self.forget(_own(account, place))

    def _put(self, token: str, post: SavedPost, now: int) -> None:
        digest = digest_of(token)
        body = {
            "place": post.place,
            "values": {k: list(v) for k, v in post.values.items()},
            "files": post.had_files,
        }
        with self._database.write() as connection:
            connection.execute(
                sa.delete(POSTS).where((POSTS.c.created_at < now - _LASTS) | (POSTS.c.digest == digest))
            )
            connection.execute(
                sa.insert(POSTS).values(
                    digest=digest, body=self._sealer.seal(body, "posts", digest, "body"), created_at=now
                )
            )

    def find(self, token: str, *, now: int) -> SavedPost | None:
        """Return a post that was kept."""
        digest = digest_of(token)
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(POSTS).where(POSTS.c.digest == digest, POSTS.c.created_at >= now - _LASTS)
            ).one_or_none()
        if row is None:
            return None
        body = self._sealer.open(row.body, "posts", digest, "body")
        values = {name: tuple(found) for name, found in body["values"].items()}
        return SavedPost(place=body["place"], values=values, had_files=body["files"])

    def forget(self, token: str) -> None:
        """Remove a post once its page was shown."""
        with self._database.write() as connection:
            connection.execute(sa.delete(POSTS).where(POSTS.c.digest == digest_of(token)))


def _own(account: str, place: str) -> str:
    return f"{account} {place}"
