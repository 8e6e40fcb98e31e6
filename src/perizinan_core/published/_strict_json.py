"""Reading untrusted JSON strictly: every problem is collected with its path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from perizinan_core.errors.verification import AuthorityDocumentError
from perizinan_core.i18n import Clause
from perizinan_core.published._keys import PublicKey, key_from_jwk

__all__ = ["FieldReader", "load_json", "parse_json"]

T = TypeVar("T")

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_REGION = re.compile(r"[1-9][0-9](\.[0-9]{2})?")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")
_MAX_TEXT = 16 * 1024
_MAX_ITEMS = 10_000


def load_json(data: bytes) -> Any:
    """
    Parse JSON in UTF-8 by RFC 8259, without the liberties that hide a second meaning.

    Raises:
        ValueError: for anything else: other encodings, keys that come twice, NaN, text after the
            value, nesting too deep.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a key comes twice")
        return result

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is no JSON number")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def parse_json(data: bytes) -> Any:
    """
    Parse an authority document; see `load_json`.

    Raises:
        AuthorityDocumentError: when it is no JSON.
    """
    try:
        return load_json(data)
    except ValueError as error:
        raise AuthorityDocumentError(("it is no JSON, or a key comes twice",)) from error


class FieldReader:
    """Reads fields and notes what is wrong; wrong fields give a harmless stand-in."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def problem(self, path: str, what: str) -> None:
        """Note a problem; ``what`` is the msgid of a clause, or a `Clause`."""
        told = what if isinstance(what, Clause) else Clause(what)
        self._problems.append(Clause("{path}: {what}", path=path, what=told))

    def stop_on_problems(self) -> None:
        """
        Raise when a problem was noted.

        Raises:
            AuthorityDocumentError: with all of them.
        """
        if self._problems:
            raise AuthorityDocumentError(tuple(self._problems))

    def mapping(self, value: Any, path: str) -> Mapping[str, Any]:
        """Return an object."""
        if isinstance(value, dict):
            return value
        self.problem(path, "expected an object")
        return {}

    def optional_mapping(self, value: Any, path: str) -> Mapping[str, Any] | None:
        """Return an object or None."""
        return None if value is None else self.mapping(value, path)

    def sequence(self, value: Any, path: str) -> Sequence[Any]:
        """Return an array of a bearable length."""
        if isinstance(value, list) and len(value) <= _MAX_ITEMS:
            return value
        self.problem(path, "expected an array")
        return ()

    def each(
        self,
        entry: Mapping[str, Any],
        name: str,
        path: str,
        read: Callable[[Any, str], T],
        *,
        needed: bool = True,
    ) -> tuple[T, ...]:
        """Read every item of the array ``entry[name]``; an array that is not needed may be missing."""
        if entry.get(name) is None and not needed:
            return ()
        items = self.sequence(entry.get(name), f"{path}.{name}")
        return tuple(read(item, f"{path}.{name}[{place}]") for place, item in enumerate(items))

    def text(self, value: Any, path: str) -> str:
        """Return a text that is not empty."""
        if isinstance(value, str) and 0 < len(value) <= _MAX_TEXT:
            return value
        self.problem(path, "expected a text")
        return ""

    def choice(self, value: Any, path: str, choices: tuple[str, ...]) -> str:
        """Return one of ``choices``."""
        if value in choices:
            return str(value)
        self.problem(path, Clause("expected one of {choices}", choices=", ".join(choices)))
        return choices[0]

    def region(self, value: Any, path: str) -> str | None:
        """Return the Kemendagri code of a province, regency or city, or None."""
        if value is None or (isinstance(value, str) and _REGION.fullmatch(value)):
            return value
        self.problem(path, "expected a region code such as 35.72")
        return None

    def positive(self, value: Any, path: str) -> int:
        """Return a whole number from 1."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self.problem(path, "expected a whole number from 1")
        return 1

    def moment(self, value: Any, path: str) -> datetime:
        """Return an ISO 8601 time with its offset."""
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            moment = _NEVER.replace(tzinfo=None)
        if moment.tzinfo is not None:
            return moment
        self.problem(path, "expected an ISO 8601 time with offset")
        return _NEVER

    def day(self, value: Any, path: str) -> date | None:
        """Return an ISO date or None."""
        if value is None:
            return None
        try:
            if isinstance(value, str) and _DAY.match(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.problem(path, "expected a date such as 2026-11-25")
        return None

    def period(self, entry: Mapping[str, Any], path: str) -> tuple[datetime, datetime]:
        """Return ``issued`` and ``expires``."""
        issued = self.moment(entry.get("issued"), f"{path}.issued")
        expires = self.moment(entry.get("expires"), f"{path}.expires")
        if expires <= issued:
            self.problem(f"{path}.expires", "lies before issued")
        return issued, expires

    def keys(self, entry: Mapping[str, Any], path: str) -> tuple[PublicKey, ...]:
        """Return the keys under ``keys``, at least one."""
        found = self.each(entry, "keys", path, self.key)
        if not found:
            self.problem(f"{path}.keys", "expected at least one key")
        return tuple(item for item in found if item is not None)

    def key(self, value: Any, path: str) -> PublicKey | None:
        """Return a public key, or None when it is none."""
        try:
            return key_from_jwk(value)
        except ValueError as error:
            self.problem(path, str(error))
            return None

    def span(self, entry: Mapping[str, Any], path: str) -> tuple[date | None, date | None]:
        """Return ``from`` and ``to``, both included."""
        start, end = self.day(entry.get("from"), f"{path}.from"), self.day(entry.get("to"), f"{path}.to")
        if start is not None and end is not None and end < start:
            self.problem(f"{path}.to", "lies before from")
        return start, end

    def fingerprint(self, value: Any, path: str) -> str | None:
        """Return a SHA-256 in lower-case hexadecimal, or None."""
        if value is None:
            return None
        if isinstance(value, str) and _FINGERPRINT.match(value):
            return value
        self.problem(path, "expected 64 lower-case hexadecimal digits")
        return None

    def hexadecimal(self, value: Any, path: str) -> bytes:
        """Return bytes written in hexadecimal."""
        try:
            if isinstance(value, str) and len(value) <= _MAX_TEXT:
                return bytes.fromhex(value)
        except ValueError:
            pass
        self.problem(path, "expected hexadecimal digits")
        return b""
