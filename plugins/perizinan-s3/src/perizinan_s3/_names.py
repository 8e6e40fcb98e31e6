"""
Write-once names in a bucket.

``links/NAME`` holds the hash that a name stands for, whichever way it came there:

- Where the service refuses to overwrite (``If-None-Match: *``, proven at start), it is put so.
- Elsewhere names are claimed first: ``claims/NAME/HASH`` says in its key what it wants, so that a second one brings
  the same object. Who finds another claim beside its own withdraws, waits and begins again; who is alone, and finds
  no link, writes it. A claim is written before the claims are listed, so of two at least one sees the other: both
  cannot be alone. A claim that its writer left behind is passed over after `STALE`, by the clock of the service.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import timedelta

import attrs

from perizinan_core.errors.documents import LinkConflictError
from perizinan_core.i18n import N_
from perizinan_s3._bucket import Bucket, TakenError

__all__ = ["STALE", "Names", "plain", "written"]

STALE = timedelta(seconds=90)
"""Age at which a mark that someone left in the bucket means nothing any more; no step takes so long."""

_PATIENCE = 60.0
_STEP = STALE.total_seconds() / 3
_LINKS, _CLAIMS = "links", "claims"


def written(name: str) -> str:
    """Return a name as one segment of a key: a name and a longer one must not be an object and a folder."""
    return name.replace("/", "+")


def plain(segment: str) -> str:
    """Return the name that a segment stands for."""
    return segment.replace("+", "/")


@attrs.frozen
class Names:
    """
    The names of one bucket.

    Args:
        bucket: Where they are.
        refuses: Whether the service refuses to overwrite.
    """

    bucket: Bucket
    refuses: bool

    def resolve(self, name: str) -> str | None:
        """Return the hash that a name stands for, or None."""
        found = self.bucket.get(f"{_LINKS}/{written(name)}", action="look up")
        return None if found is None else found.decode("ascii", "replace")

    def all(self) -> Iterator[str]:
        """Yield all names, in their order."""
        yield from sorted(plain(entry.key.rpartition("/")[2]) for entry in self.bucket.listed(_LINKS))

    def write(self, name: str, sha256: str) -> None:
        """
        Let a name stand for a hash.

        Raises:
            LinkConflictError: it stands for another one.
            S3UnavailableError: others want it, too, for longer than is waited.
        """
        if self.refuses:
            self._put_once(name, sha256)
        else:
            self._claim(name, sha256)

    def replace(self, name: str, sha256: str) -> None:
        """Let a name stand for the same document in another form; who does so twice writes the same."""
        self.bucket.put(f"{_LINKS}/{written(name)}", sha256.encode(), action="link")

    def _put_once(self, name: str, sha256: str) -> None:
        if self._stands(name, sha256):
            return
        try:
            self.bucket.put(f"{_LINKS}/{written(name)}", sha256.encode(), once=True, action="link")
        except TakenError:
            if not self._stands(name, sha256):
                raise self.bucket.error("link", N_("the name was taken and is not there")) from None

    def _claim(self, name: str, sha256: str) -> None:
        claims, own = f"{_CLAIMS}/{written(name)}", f"{_CLAIMS}/{written(name)}/{sha256}"
        end = time.monotonic() + _PATIENCE
        while not self._stands(name, sha256):
            begun = time.monotonic()
            self.bucket.put(own, b"", action="link")
            if self._is_alone(claims, own):
                try:
                    if self._stands(name, sha256):
                        return
                    if time.monotonic() - begun < _STEP:
                        self.bucket.put(f"{_LINKS}/{written(name)}", sha256.encode(), action="link")
                        return
                finally:
                    self.bucket.delete(own, action="link")
            else:
                self.bucket.delete(own, action="link")
            if time.monotonic() > end:
                raise self.bucket.error("link", N_("others write the same name"))
            time.sleep(random.uniform(0.02, 0.4))  # noqa: S311 - so that two do not meet again

    def _is_alone(self, claims: str, own: str) -> bool:
        found = list(self.bucket.listed(claims, action="link"))
        mine = next((entry.modified for entry in found if entry.key == own), None)
        if mine is None:
            return False  # someone with the same claim is done, and took it away
        return all(entry.key == own or mine - entry.modified > STALE for entry in found)

    def _stands(self, name: str, sha256: str) -> bool:
        existing = self.resolve(name)
        if existing not in {None, sha256}:
            raise LinkConflictError(name, existing, sha256)
        return existing is not None
