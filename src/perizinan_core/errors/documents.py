"""
The store of files, and the inspection of uploads.

No error carries the name that an applicant gave a file: such names hold names of people,
and errors end in logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Protocol

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors.base import OWN_WORDS, Code, CodedError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "DocumentDamagedError",
    "DocumentError",
    "DocumentNotFoundError",
    "DocumentSealBrokenError",
    "DocumentStoreError",
    "DocumentStoreUnavailableError",
    "DocumentTooLargeError",
    "InspectionUnavailableError",
    "InvalidDocumentHashError",
    "LinkConflictError",
    "RefusalReason",
    "UploadHeldError",
    "UploadRefusedError",
    "UploadUnreadableError",
]

_FILE = N_("File")

_ACTIONS = {
    "open": N_("be opened"),
    "put": N_("store the file"),
    "read": N_("read the file"),
    "look up": N_("look up the file"),
    "delete": N_("delete the file"),
    "link": N_("name the file"),
    "list": N_("list the files"),
    "tidy up": N_("remove unfinished files"),
}


class RefusalReason(Protocol):
    """What an `UploadRefusedError` needs to know of a finding."""

    @property
    def code(self) -> str:
        """Stable name of the reason, e.g. ``"pdf-javascript"``."""
        ...

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence for the applicant, the remedy included."""
        ...


def file_problems(findings: Iterable[RefusalReason], language: str) -> tuple[FieldProblem, ...]:
    """Return the reasons against an uploaded file as problems of the field in which it was sent."""
    label = translate(_FILE, language)
    return tuple(FieldProblem("file", label, item.code, item.message(language)) for item in findings)


class DocumentError(CodedError):
    """
    A file cannot be kept, read or accepted.

    Values of its codes:

    - ``content_type``: the name that was received
    - ``known``: the names that are possible
    - ``page``: the page asked for, from 1
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.ARGUMENT: "invalid-document-hash invalid-link-name",
            Category.INPUT: "document-hash-mismatch upload-refused upload-unreadable",
            Category.CONFLICT: "document-in-use incoming-offset link-conflict upload-held",
            Category.NOT_FOUND: "incoming-unknown",
            Category.TOO_LARGE: "document-too-large incoming-too-long",
            Category.OFFICE: (
                "document-damaged document-key-missing document-not-found document-seal-broken documents-sealed "
                "sealing-unsupported store-not-sealable unknown-content-type"
            ),
            Category.UNAVAILABLE: (
                "document-store-full document-store-unavailable inspection-unavailable page-not-drawn"
            ),
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "unknown-content-type": Code(
            N_(
                "{content_type} is not a content type that uploads can be checked for; possible are {known}. "
                "Correct the requirement's accepted content types."
            )
        ),
        "page-not-drawn": Code(
            N_("Page {page} of the file cannot be shown as a picture. Download the file to look at it.")
        ),
    }


class DocumentStoreError(DocumentError):
    """
    Anything that goes wrong between us and the place where files are kept.

    Values of its codes:

    - ``expected``: the hash that the caller announced
    - ``key``: the key that documents are sealed with
    - ``known``: the keys that the office has
    - ``found``: the hash of the bytes received
    - ``names``: the write-once names that stand for it
    - ``received``: bytes that are there of a file that arrives in parts
    - ``size``: bytes that were announced
    - ``sha256``: the hash of the content
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "document-hash-mismatch": Code(
            N_(
                "The file was announced with SHA-256 {expected}, but the bytes received give {found}; "
                "nothing was stored. Send the file again."
            )
        ),
        "invalid-link-name": Code(
            N_(
                "A link name is one to four parts joined by /, each of lower-case letters, digits, dot, "
                "hyphen or underscore, beginning with a letter or digit, together at most 200 characters; "
                "the name received is not one. Build the name from identifiers, never from what a person "
                "typed."
            )
        ),
        "incoming-unknown": Code(N_("No such file is being sent any more. Begin again with the whole file.")),
        "incoming-offset": Code(
            N_("{received} bytes of this file are here. Ask how many there are, and continue from there.")
        ),
        "incoming-too-long": Code(
            N_("More bytes came than the {size} that were announced. Begin again with the whole file.")
        ),
        "document-in-use": Code(
            N_(
                "The file with SHA-256 {sha256} stays: the write-once names {names} stand for it. Only files "
                "without such a name can be deleted."
            )
        ),
        "document-key-missing": Code(
            N_(
                "Documents in this store are sealed with the key {key}, which the office does not have; it has "
                "{known}. Put the keys back that were in use when they were sealed ([storage] keys in the settings); "
                "nothing else can open these documents."
            )
        ),
        "documents-sealed": Code(
            N_(
                "The documents in this store are sealed with the key {key}, and the settings do not say so. Set "
                'seal = "all" under [storage], as it was before; to have them in plain again, copy them to another '
                "place with perizinan documents copy --plain."
            )
        ),
        "sealing-unsupported": Code(
            N_(
                "Documents cannot be sealed or opened on this machine: its OpenSSL does not know AES-256-GCM-SIV. "
                "Install the package cryptography from its wheel, or OpenSSL 3.2 or later."
            )
        ),
        "store-not-sealable": Code(
            N_(
                "This document store cannot keep sealed documents: it keeps no labels (SealableStore). Use the "
                'folder store or S3, or set seal = "none" under [storage].'
            )
        ),
    }


@attrs.define(slots=False, eq=False)
class DocumentTooLargeError(DocumentStoreError):
    """There are more bytes than the caller allows."""

    limit_bytes: int
    """Largest number of bytes that was allowed."""

    code: ClassVar[str] = "document-too-large"
    sentence: ClassVar[str] = N_(
        "The file is larger than the {limit_bytes} bytes allowed here. Use a smaller file."
    )


@attrs.define(slots=False, eq=False)
class DocumentNotFoundError(DocumentStoreError):
    """The store holds no content with this hash."""

    sha256: str
    """The hash asked for, 64 hexadecimal digits."""

    code: ClassVar[str] = "document-not-found"
    sentence: ClassVar[str] = N_(
        "The document store holds no file with SHA-256 {sha256}. Restore it from a backup, or ask for "
        "the document to be uploaded again."
    )


@attrs.define(slots=False, eq=False)
class DocumentDamagedError(DocumentStoreError):
    """The stored bytes are not the bytes that were put in."""

    sha256: str
    """The hash under which the file is kept."""

    found: str
    """The hash of the bytes that were really read."""

    code: ClassVar[str] = "document-damaged"
    sentence: ClassVar[str] = N_(
        "The stored file should have SHA-256 {sha256}, but its bytes give {found}: it was damaged or "
        "changed in the store. Do not use it; restore it from a backup and check the disk."
    )


@attrs.define(slots=False, eq=False)
class DocumentSealBrokenError(DocumentDamagedError):
    """The stored bytes are not the seal of the content that they should hold."""

    found: str
    """The name of the sealed file in the store."""

    code: ClassVar[str] = "document-seal-broken"
    sentence: ClassVar[str] = N_(
        "The file {found} in the store should hold the sealed document with SHA-256 {sha256}, but it was damaged, "
        "cut or exchanged there. Do not use it; restore it from a backup and check who can write to the store."
    )


@attrs.define(slots=False, eq=False)
class InvalidDocumentHashError(DocumentStoreError):
    """A content hash that is not 64 lower-case hexadecimal digits."""

    code: ClassVar[str] = "invalid-document-hash"
    sentence: ClassVar[str] = N_(
        "A document is named by its SHA-256 in 64 lower-case hexadecimal digits; the value received "
        "is not one. Pass the hash that the store returned."
    )


@attrs.define(slots=False, eq=False)
class LinkConflictError(DocumentStoreError):
    """A write-once name that already stands for other content."""

    name: str
    """The name, e.g. ``"signed/<sha256 of the unsigned file>"``."""

    existing: str
    """The hash that the name stands for, for good."""

    offered: str
    """The hash that was to replace it."""

    code: ClassVar[str] = "link-conflict"
    sentence: ClassVar[str] = N_(
        "The name {name} already stands for the file with SHA-256 {existing} and can never stand for "
        "{offered}: such names are written once. Use the file that is there."
    )


class DocumentStoreUnavailableError(DocumentStoreError):
    """The disk or the service behind the store refused."""

    codes: ClassVar[Mapping[str, Code]] = {
        "document-store-unavailable": Code(
            N_(
                "The document store could not {action}: {reason}. Nothing was changed. Check that the folder "
                "exists, belongs to the account of the service and is writable by it alone, then try again."
            ),
            labels={"action": _ACTIONS, "reason": OWN_WORDS},
        ),
        "document-store-full": Code(
            N_(
                "The document store could not {action}: there is no room left ({reason}). Nothing was "
                "changed. Free space on the disk or raise the quota, then try again."
            ),
            labels={"action": _ACTIONS, "reason": OWN_WORDS},
        ),
    }

    action: str
    """What was tried, e.g. ``"put"``."""

    reason: str
    """What the operating system or service said, without a path."""


@attrs.define(slots=False, eq=False)
class UploadRefusedError(DocumentError):
    """An uploaded file that cannot be accepted, with every reason at once."""

    findings: tuple[RefusalReason, ...]
    """All reasons, each with its code and its sentence for the applicant."""

    code: ClassVar[str] = "upload-refused"
    sentence: ClassVar[str] = N_("This file cannot be accepted. {reasons}")

    def wording(self, language: str) -> dict[str, object]:
        """Return the reasons as one text in ``language``."""
        return {"reasons": " ".join(finding.message(language) for finding in self.findings)}

    def details(self) -> dict[str, Any]:
        """Return the codes of the reasons."""
        return {"findings": tuple(finding.code for finding in self.findings)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return every reason."""
        return file_problems(self.findings, language)


@attrs.define(slots=False, eq=False)
class UploadHeldError(DocumentError):
    """An uploaded file that could not be judged by our own fault: neither accepted nor refused."""

    findings: tuple[RefusalReason, ...]
    """Why there is no verdict, each with its code and its sentence for the applicant."""

    code: ClassVar[str] = "upload-held"
    sentence: ClassVar[str] = N_("This file was neither accepted nor refused. {reasons}")

    def wording(self, language: str) -> dict[str, object]:
        """Return the reasons as one text in ``language``."""
        return {"reasons": " ".join(finding.message(language) for finding in self.findings)}

    def details(self) -> dict[str, Any]:
        """Return the codes of the reasons."""
        return {"findings": tuple(finding.code for finding in self.findings)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return every reason."""
        return file_problems(self.findings, language)


@attrs.define(slots=False, eq=False)
class UploadUnreadableError(DocumentError):
    """The bytes of an upload could not be read from where they are."""

    reason: str
    """What the operating system said, without the path."""

    code: ClassVar[str] = "upload-unreadable"

    def wording(self, language: str) -> dict[str, object]:
        """Return the reason in ``language``, as far as it is our own words."""
        return {"reason": translate(self.reason, language)}

    sentence: ClassVar[str] = N_(
        "The file could not be read: {reason}. Expected is a readable, ordinary file; check its name and"
        " permissions."
    )


@attrs.define(slots=False, eq=False)
class InspectionUnavailableError(DocumentError):
    """The process that parses uploads cannot start, or a copy has no room; uploads are then not accepted."""

    reason: str
    """What failed, without a path."""

    code: ClassVar[str] = "inspection-unavailable"

    def wording(self, language: str) -> dict[str, object]:
        """Return the reason in ``language``, as far as it is our own words."""
        return {"reason": translate(self.reason, language)}

    sentence: ClassVar[str] = N_(
        "Uploads cannot be checked at the moment: {reason}. The file was not accepted; try again later, "
        "and tell the operator if it stays so."
    )
