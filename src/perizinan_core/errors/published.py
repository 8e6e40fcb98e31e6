"""What an office publishes: the authority document, QR texts, status lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import N_, translate

__all__ = [
    "AuthorityDocumentError",
    "AuthorityUpdateError",
    "PublishedError",
    "QrTextError",
    "StatusListError",
    "StatusUnavailableError",
]


_STATUS_LIST_PROBLEMS: Mapping[str, str] = {
    "status-list-terms": N_("the authority document names no status list, or not completely"),
    "status-list-missing": N_("it is missing"),
    "status-list-malformed": N_("it is damaged, or no status list"),
    "status-list-wrong-signature": N_("no key of the office signed it"),
    "status-list-key-unknown": N_("it is signed with a key that the authority document does not name yet"),
    "status-list-wrong-subject": N_("it is the list of another address"),
    "status-list-out-of-range": N_("it ends before the place of this permit"),
    "status-list-too-old": N_("it is too old"),
    "status-list-not-yet": N_("it was made after the moment for which the check was asked"),
    "status-list-unreachable": N_("it could not be fetched"),
}


class PublishedError(CodedError):
    """Something published by an office cannot be used or made."""

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: "qr-text",
            Category.CONFLICT: "authority-update",
            Category.OUTSIDE: "authority-document authority-key directory",
            Category.UNAVAILABLE: "status-list status-unavailable",
        }
    )


@attrs.define(slots=False, eq=False)
class AuthorityUpdateError(PublishedError):
    """An authority document that must not replace the one that is known."""

    code: ClassVar[str] = "authority-update"
    sentence: ClassVar[str] = N_(
        "The new authority document was refused: {fault}. The known one stays as it is; ask the "
        "office, and compare the key with its official publication before you start again."
    )

    fault: str
    """English msgid of a clause."""

    known: str = ""
    """What the known document says (version, key, slug or date)."""

    received: str = ""
    """What the new one says."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the clause and fill in both values."""
        return {"fault": translate(self.fault, language, known=self.known, received=self.received)}


class AuthorityDocumentError(PublishedError):
    """
    An authority document or a directory of offices that cannot be used; every problem is listed with its path.

    Values of its codes:

    - ``expected``: fingerprint (RFC 7638 thumbprint) that the caller gave
    - ``received``: fingerprints of the document's own keys
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "authority-document": Code(
            N_(
                "The authority document cannot be used: {problems}. Fetch authority.json again from the "
                "office's own site, and tell the office if it stays so."
            )
        ),
        "directory": Code(
            N_(
                "The directory of offices cannot be used: {problems}. Fetch it again from the one who keeps it."
            )
        ),
        "authority-key": Code(
            N_(
                "Expected an authority document signed by the key {expected}, but it is signed by "
                "{received}. Compare the fingerprint with the office's official publication before you trust "
                "either."
            ),
            also=("problems",),
            defaults={"problems": ("signed by another key",)},
        ),
    }

    problems: tuple[str, ...]
    """English clauses, each with the path of the field, e.g. ``"$.signed.roots[0]: …"``."""


@attrs.define(slots=False, eq=False)
class QrTextError(PublishedError):
    """A QR text that does not hold claims of ours, or whose signature does not fit."""

    code: ClassVar[str] = "qr-text"
    sentence: ClassVar[str] = N_(
        "Expected the QR text of a permit, but {fault}. "
        "Scan the whole code again; a code that fails twice is not one of this office."
    )

    fault: str
    """English msgid of a clause."""


@attrs.define(slots=False, eq=False)
class StatusUnavailableError(PublishedError):
    """Raised by a `StatusSource` that cannot answer now: no network, no database, answer too old."""

    code: ClassVar[str] = "status-unavailable"
    sentence: ClassVar[str] = N_(
        "The status of the permit could not be read: {fault}. Try again later or ask the office."
    )

    fault: str
    """English clause that says what failed, without addresses that hold passwords."""


@attrs.define(slots=False, eq=False)
class StatusListError(StatusUnavailableError):
    """A status list that cannot answer: missing, too old, of another office, damaged, too short."""

    code: ClassVar[str] = "status-list"
    sentence: ClassVar[str] = N_(
        "The status list cannot be used: {fault}. Fetch the current one from the office's own site."
    )

    reason: str
    """Reason code of the report, e.g. ``"status-list-too-old"``."""

    fault: str = attrs.field(init=False)

    @fault.default
    def _clause(self) -> str:
        return _STATUS_LIST_PROBLEMS.get(self.reason, self.reason)
