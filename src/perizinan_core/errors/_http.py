"""What an error means to a program that answers requests: categories, HTTP statuses, problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum, StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import attrs

from perizinan_core.i18n import N_, translate

__all__ = ["Category", "FieldProblem", "by_code", "problem_document"]

TYPES = "tag:perizinan-core,2026:error/"
"""Beginning of the type of a problem (a tag URI, RFC 4151: it names, and leads nowhere)."""


class Category(StrEnum):
    """What kind of thing went wrong, for those who answer requests; each has one HTTP status."""

    ARGUMENT = "argument"
    """The calling program handed in a value of another kind: its fault, or a forged request (400)."""

    INPUT = "input"
    """What a person entered or sent has to be corrected (422)."""

    DENIED = "denied"
    """This account may not do it (403); where existence itself is private, it is `NOT_FOUND`."""

    NOT_FOUND = "not-found"
    """There is no such thing for this account (404)."""

    CONFLICT = "conflict"
    """Not as things stand: someone was faster, or the case is in another state (409)."""

    TOO_LARGE = "too-large"
    """More bytes than are taken (413)."""

    TOO_MANY = "too-many"
    """Tried too often; the same request may succeed later (429)."""

    OFFICE = "office"
    """The office itself is not in order: settings, catalogue, keys, records (500)."""

    OUTSIDE = "outside"
    """A service outside did not do its part: signer, timestamps, a plugin (502)."""

    UNAVAILABLE = "unavailable"
    """Not at the moment; the same request may succeed later (503)."""

    @property
    def http_status(self) -> HTTPStatus:
        """The HTTP status."""
        return _STATUSES[self]

    @property
    def is_ours(self) -> bool:
        """True when the person who sent the request can do nothing about it."""
        return self.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR

    def heading(self, language: str) -> str:
        """Return the heading of its problem documents."""
        return translate(_TITLES[self], language)


_STATUSES: Mapping[Category, HTTPStatus] = MappingProxyType(
    {
        Category.ARGUMENT: HTTPStatus.BAD_REQUEST,
        Category.INPUT: HTTPStatus.UNPROCESSABLE_ENTITY,
        Category.DENIED: HTTPStatus.FORBIDDEN,
        Category.NOT_FOUND: HTTPStatus.NOT_FOUND,
        Category.CONFLICT: HTTPStatus.CONFLICT,
        Category.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Category.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
        Category.OFFICE: HTTPStatus.INTERNAL_SERVER_ERROR,
        Category.OUTSIDE: HTTPStatus.BAD_GATEWAY,
        Category.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)

_TITLES: Mapping[Category, str] = MappingProxyType(
    {
        Category.ARGUMENT: N_("The request cannot be read"),
        Category.INPUT: N_("Something has to be corrected"),
        Category.DENIED: N_("You may not do this"),
        Category.NOT_FOUND: N_("Not found"),
        Category.CONFLICT: N_("Not possible as things stand"),
        Category.TOO_LARGE: N_("The file is too large"),
        Category.TOO_MANY: N_("Tried too often"),
        Category.OFFICE: N_("The office's system is not in order"),
        Category.OUTSIDE: N_("Another service did not answer as expected"),
        Category.UNAVAILABLE: N_("Not available at the moment"),
    }
)

_NEUTRAL: Mapping[Category, str] = MappingProxyType(
    {
        Category.OFFICE: N_(
            "The office's system could not do this, and it is not your fault. Tell the office the code {code}."
        ),
        Category.OUTSIDE: N_(
            "A service that the office uses did not answer as expected. Try again later; if it stays so, tell "
            "the office the code {code}."
        ),
        Category.UNAVAILABLE: N_(
            "The office's system cannot do this at the moment. Try again shortly; if it stays so, tell the "
            "office the code {code}."
        ),
    }
)
"""What strangers read instead of sentences with paths, tables and addresses."""


@attrs.frozen
class FieldProblem:
    """One thing to put right in what a person entered, at its field."""

    path: str
    """Where, for programs: ``form.luas``, ``documents.ktp``, ``applicant.nik`` …"""

    label: str
    """The field as people read it in the form."""

    code: str
    """Stable name of what is wrong."""

    detail: str
    """What is wrong and what to do, as a sentence."""


def by_code(codes: Mapping[Category, str]) -> Mapping[str, Category]:
    """
    Return the category of each code.

    Raises:
        ValueError: a code stands there twice.
    """
    table: dict[str, Category] = {}
    for category, names in codes.items():
        for name in names.split():
            if name in table:
                message = f"{name} has two categories"
                raise ValueError(message)
            table[name] = category
    return MappingProxyType(table)


def problem_document(
    *,
    category: Category,
    status: HTTPStatus,
    code: str,
    detail: str,
    fields: tuple[FieldProblem, ...],
    values: Mapping[str, Any],
    language: str,
    instance: str | None,
    types: str | None,
    internal: bool,
) -> dict[str, Any]:
    """Return a problem document as JSON-able data; of faults of our own, strangers read no more than the code."""
    hidden = category.is_ours and not internal
    document: dict[str, Any] = {
        "type": f"{TYPES if types is None else types}{code}",
        "title": category.heading(language),
        "status": int(status),
        "detail": translate(_NEUTRAL[category], language, code=code) if hidden else detail,
        "code": code,
        "category": category.value,
        "fields": [attrs.asdict(item) for item in fields],
        "values": {} if hidden else {name: _json(value) for name, value in values.items()},
    }
    if instance is not None:
        document["instance"] = instance
    return document


def _json(value: Any) -> Any:
    """Return a value of an error as JSON can hold it; what has no form of its own is left out."""
    if isinstance(value, Enum):
        return _json(value.value)
    if value is None or isinstance(value, bool | int | str):
        # Clauses are texts of a class of their own.
        return str(value) if isinstance(value, str) else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _json(item) for name, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_json(item) for item in value]
    return None
