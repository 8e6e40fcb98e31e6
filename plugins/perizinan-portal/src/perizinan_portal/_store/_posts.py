"""
Posts that wait for a login: what someone had typed when the session was over.

Kept sealed for a day under the hash of a token; after the login the same page shows the same values.
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
        digest = digest_of(token)
        body = {
            "place": post.place,
            "values": {k: list(v) for k, v in post.values.items()},
            "files": post.had_files,
        }
        with self._database.write() as connection:
            connection.execute(sa.delete(POSTS).where(POSTS.c.created_at < now - _LASTS))
            connection.execute(
                sa.insert(POSTS).values(
                    digest=digest, body=self._sealer.seal(body, "posts", digest, "body"), created_at=now
                )
            )
        return token

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
