"""
The public keys that the office publishes: the present ones, those that came before, and those that are to come.

A key is announced in the authority document at least one maximum age of the status list before it signs anything, so
that a holder of a document of that age knows it already. The first key of an office may be used at once, and so may
one that takes the place of a stolen or lost key: anyone who holds an older document is then told to update it.
When a key is used for the first time, the one before it stays in the document with its last day, so that what it
signed can still be checked.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias

import attrs

from perizinan_core.errors.services import ServiceError
from perizinan_core.model._actor import Actor
from perizinan_core.model._events import Event, EventKind
from perizinan_core.published import QrKey
from perizinan_core.published._keys import PublicKey, key_from_jwk, key_to_jwk, thumbprint
from perizinan_core.storage import UnitOfWork

__all__ = ["LEAD", "PUBLISHED_KEYS", "KeyPurpose", "OwnKey", "OwnKeys", "key_history", "key_id"]

KeyPurpose: TypeAlias = Literal["document", "qr", "status"]
"""What a key of the office signs."""

PUBLISHED_KEYS = "published-key:"
"""How the settings with published keys begin."""

LEAD = timedelta(days=7)
"""How long before its first use a key is announced, at least: as old as a status list may be."""


@attrs.frozen(kw_only=True)
class OwnKey:
    """One key of the office, as it is published."""

    purpose: str
    """``"document"``, ``"qr"`` or ``"status"``."""

    kid: str
    """Its identifier, hexadecimal."""

    start: date | None
    """First local day, or None for the first key of all."""

    end: date | None
    usable_from: datetime | None
    """When it may be used first, as long as it was not; None: it is or was in use."""


def key_id(public_key: PublicKey) -> bytes:
    """Return the short identifier of a key: the first four bytes of its RFC 7638 thumbprint."""
    return urlsafe_b64decode(thumbprint(public_key) + "=")[:4]


def key_history(purpose: str) -> str:
    """Return under which subject the history of the keys of a purpose stands."""
    return f"key:{purpose}"


@attrs.frozen
class OwnKeys:
    """The keys of one purpose on record; the caller commits."""

    work: UnitOfWork
    purpose: str
    """``"document"``, ``"qr"`` or ``"status"``."""

    local_day: Callable[[datetime], date]
    lead: timedelta = LEAD

    def published(self, key: PublicKey, now: datetime) -> tuple[QrKey, ...]:
        """
        Return all keys with their days, and put ``key``, which is in place now, on record.

        The first key has no first day: it may have signed before it was put on record. Any other one that is not on
        record counts as announced now. A key that takes another's place ends it on this day, which is good for both.
        """
        known, name = self._known(), self._name(key)
        if name in self.work.settings.broken(self._prefix):
            # Known, and used now: listed for this document, and not put on record as if it began today.
            known[name] = _entry(key)
        elif name not in known:
            known[name] = self._put(name, self._coming(key, now) if known else _entry(key))
        if _usable(known[name], now) and (known[name]["to"] or known[name]["usable"] or _others(known, name)):
            self._use(known, name, self.local_day(now))
        return tuple(
            QrKey(
                kid=bytes.fromhex(item.removeprefix(self._prefix)),
                key=key_from_jwk(entry["key"]),
                start=_day(entry["from"]),
                end=_day(entry["to"]),
            )
            for item, entry in sorted(known.items(), key=lambda pair: (pair[1]["from"] or "", pair[0]))
        )

    def announce(self, key: PublicKey, *, actor: Actor, now: datetime) -> datetime:
        """Put a key on record that is to be used later; return from when it may be. Doing it again changes nothing."""
        name, known = self._name(key), self._known()
        if name not in known:
            known[name] = self._put(name, self._coming(key, now))
            self._note("announced", name, actor, now)
        usable = known[name]["usable"]
        return now if usable is None else datetime.fromisoformat(usable)

    def replace(self, key: PublicKey, *, last_day: date, actor: Actor, now: datetime) -> None:
        """Put a key on record that is used at once, and end those in use with ``last_day``: stolen or lost."""
        name, known = self._name(key), self._known()
        for other in _others(known, name):
            last = max(last_day.isoformat(), known[other]["from"] or "")
            self._put(other, {**known[other], "to": last})
        self._put(name, {**_entry(key), "from": self.local_day(now).isoformat()})
        self._note("replaced", name, actor, now)

    def require_usable(self, key: PublicKey, now: datetime) -> None:
        """
        Pass when a key may sign now.

        Raises:
            ServiceError: ``key-not-usable-yet``: it was not announced, or not long enough ago.
        """
        known, name = self._known(), self._name(key)
        if name in self.work.settings.broken(self._prefix) or not known or self._may_sign(known, name, now):
            return
        usable = datetime.fromisoformat(known[name]["usable"]) if name in known else now + self.lead
        raise ServiceError("key-not-usable-yet", purpose=self.purpose, day=self.local_day(usable))

    def listed(self) -> tuple[OwnKey, ...]:
        """Return all keys that are on record."""
        return tuple(
            OwnKey(
                purpose=self.purpose,
                kid=name.removeprefix(self._prefix),
                start=_day(entry["from"]),
                end=_day(entry["to"]),
                usable_from=datetime.fromisoformat(entry["usable"]) if entry["usable"] else None,
            )
            for name, entry in sorted(
                self._known().items(), key=lambda pair: (pair[1]["from"] or "", pair[0])
            )
        )

    @property
    def _prefix(self) -> str:
        return f"{PUBLISHED_KEYS}{self.purpose}:"

    def _name(self, key: PublicKey) -> str:
        return self._prefix + key_id(key).hex()

    def _known(self) -> dict[str, dict[str, Any]]:
        # Records of before say nothing about announcements: those keys were in use.
        return {
            name: {"usable": None, **entry} for name, entry in self.work.settings.all(self._prefix).items()
        }

    def _put(self, name: str, entry: dict[str, Any]) -> dict[str, Any]:
        self.work.settings.put(name, entry)
        return entry

    def _coming(self, key: PublicKey, now: datetime) -> dict[str, Any]:
        usable = now + self.lead
        return {**_entry(key), "from": self.local_day(usable).isoformat(), "usable": usable.isoformat()}

    def _may_sign(self, known: dict[str, dict[str, Any]], name: str, now: datetime) -> bool:
        return name in known and _usable(known[name], now)

    def _use(self, known: dict[str, dict[str, Any]], name: str, day: date) -> None:
        """Let a key be the one in use: those before it end today, those to come stay announced."""
        for other in _others(known, name):
            known[other] = self._put(other, {**known[other], "to": day.isoformat()})
        known[name] = self._put(name, {**known[name], "to": None, "usable": None})

    def _note(self, what: str, name: str, actor: Actor, now: datetime) -> None:
        kid = name.removeprefix(self._prefix)
        happened = Event(
            kind=EventKind.OWN_KEY_CHANGED,
            subject=key_history(self.purpose),
            at=now,
            actor=str(actor.account),
            data={"key": kid, "change": what},
        )
        self.work.history.add((happened,))


def _entry(key: PublicKey) -> dict[str, Any]:
    return {"key": key_to_jwk(key), "from": None, "to": None, "usable": None}


def _usable(entry: dict[str, Any], now: datetime) -> bool:
    return entry["usable"] is None or datetime.fromisoformat(entry["usable"]) <= now


def _others(known: dict[str, dict[str, Any]], name: str) -> list[str]:
    """Return the keys that are in use beside one."""
    return [
        other
        for other, entry in known.items()
        if other != name and entry["to"] is None and not entry["usable"]
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
