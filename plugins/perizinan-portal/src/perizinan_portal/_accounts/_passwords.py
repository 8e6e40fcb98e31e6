"""Passwords: argon2id, and the few rules that help."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from perizinan_core.i18n import N_
from perizinan_portal._kit import Fault

__all__ = ["hash_password", "is_right", "needs_hash", "new_password"]

_LEAST = 10
_COMMON = frozenset(
    {"password", "kata sandi", "katasandi", "qwertyuiop", "1234567890", "indonesia", "perizinan", "rahasia"}
)
_HASHER = PasswordHasher()


def new_password(typed: str) -> str:
    """Return a password that may be used; raises `Fault` with what to change."""
    if len(typed) < _LEAST:
        raise Fault(N_("Use at least {least} characters; several words are easy to remember"), least=_LEAST)
    plain = typed.casefold().strip()
    if (
        len(set(plain)) < 4
        or any(plain.strip("0123456789!. ") == word for word in _COMMON)
        or plain in _COMMON
    ):
        raise Fault(N_("This is one of the first that someone would try; choose another one"))
    return typed


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(password)


def is_right(kept: str | None, typed: str) -> bool:
    """Return whether a password is the one that was kept; takes as long where there is none."""
    try:
        _HASHER.verify(kept or _nobodys(), typed)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_hash(kept: str) -> bool:
    """Return whether a password was kept with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash("no one's")
