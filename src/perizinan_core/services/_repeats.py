"""
Requests that may be repeated: the same key does the work once.

A key belongs to an account and to one request: use case and all arguments, whatever they are, and for a
submission its number. The same request again gets the answer of the first; another request with the key is
refused, and never gets the answer of the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import attrs

from perizinan_core._converters import canonical_json
from perizinan_core.errors.services import ArgumentError
from perizinan_core.i18n import N_, Clause
from perizinan_core.model._actor import Actor
from perizinan_core.model._form_data import form_data
from perizinan_core.storage import UnitOfWork

__all__ = ["Asked", "Repeat", "asked", "once"]

_MAX_KEY = 200
_KEY = N_("a text of 1 to {most} characters")
_LENGTH = N_("{count} characters")
_NO_PART_OF_IT = frozenset({"self", "actor", "now", "idempotency_key", "stream", "approved_by"})
"""Who asks and when is not what is asked; of a stream the hash of its bytes is named."""


@attrs.frozen
class Asked:
    """A request with its key."""

    use_case: str
    key: str | None
    arguments: Mapping[str, Any] = attrs.field(repr=False)

    def with_(self, **more: Any) -> Asked:
        """Return the request with arguments that are known only later, such as the hash of a file."""
        return attrs.evolve(self, arguments={**self.arguments, **more})

    @property
    def digest(self) -> str:
        """SHA-256 of all arguments in canonical form."""
        form = self.arguments.get("form")
        bounded = {} if form is None else {"form": form_data(form)}
        return hashlib.sha256(canonical_json(_plain({**self.arguments, **bounded}))).hexdigest()


def asked(use_case: str, given: Mapping[str, Any]) -> Asked:
    """
    Return the request that a use case was called with.

    Args:
        use_case: Its name.
        given: ``locals()`` at its first line: no argument can be forgotten.

    Raises:
        ArgumentError: the key is empty or longer than 200 characters.
    """
    key = given.get("idempotency_key")
    if key is not None and not 0 < len(key) <= _MAX_KEY:
        raise ArgumentError("idempotency_key", Clause(_KEY, most=_MAX_KEY), Clause(_LENGTH, count=len(key)))
    arguments = {name: value for name, value in given.items() if name not in _NO_PART_OF_IT}
    return Asked(use_case, key, arguments)


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
def once(work: UnitOfWork, actor: Actor, request: Asked | None, now: datetime) -> Iterator[Repeat]:
    """
    Look for an equal request with the same key; without a key every request is a new one.

    Raises:
        StorageError: ``idempotency-conflict``: the key belongs to another request.
    """
    key = request.key if request is not None else None
    account, earlier = str(actor.account), None
    if request is not None and key is not None:
        earlier = work.idempotency.begin(
            account, key, use_case=request.use_case, request_hash=request.digest, at=now
        )
    yield Repeat(earlier.result if earlier else None, work, account, key)


def _plain(value: Any) -> Any:
    """Bring arguments into what canonical JSON can hold: sets in order, a value that stays as it was by its name."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if type(value) is object:
        return "unchanged"
    # The class tells a person from an organisation, and a value from its own text.
    return {"is": type(value).__name__, "value": value} if attrs.has(type(value)) else value
