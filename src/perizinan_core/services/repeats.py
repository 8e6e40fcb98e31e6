"""Requests that may be repeated: the same key does the work once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.converters import canonical_json
from perizinan_core.model.actor import Actor
from perizinan_core.storage import UnitOfWork

__all__ = ["Repeat", "once"]


@attrs.define
class Repeat:
    """Whether the work was done before, and a way to say that it is done now."""

    result: Any
    """The answer of the earlier, equal request, or None: do the work."""

    _work: UnitOfWork
    _actor: str
    _key: str | None

    def finish(self, result: Any) -> None:
        """Remember the answer, a JSON value, in the same unit of work as the change itself."""
        if self._key is not None:
            self._work.idempotency.finish(self._actor, self._key, result=result)


@contextmanager
def once(
    work: UnitOfWork,
    actor: Actor,
    key: str | None,
    use_case: str,
    request: Mapping[str, Any],
    now: datetime,
) -> Iterator[Repeat]:
    """
    Look for an equal request with the same key; without a key every request is a new one.

    Raises:
        IdempotencyConflictError: the key belongs to another request.
    """
    earlier = None
    if key is not None:
        digest = hashlib.sha256(canonical_json(dict(request))).hexdigest()
        earlier = work.idempotency.begin(
            str(actor.account), key, use_case=use_case, request_hash=digest, at=now
        )
    yield Repeat(earlier.result if earlier else None, work, str(actor.account), key)
