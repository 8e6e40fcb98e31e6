"""What an inspection found: a report for the program, sentences for the applicant."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core.documents.content_types import KNOWN_TYPES
from perizinan_core.documents.names import display_name
from perizinan_core.i18n import DEFAULT_LANGUAGE, translate

__all__ = ["Finding", "Severity", "UploadReport"]

_KIB = 1024


class Severity(enum.StrEnum):
    """What a finding means for the file."""

    REFUSE = "refuse"
    """The file cannot be accepted."""

    NOTE = "note"
    """Worth knowing; the file can be accepted."""


@attrs.frozen
class Finding:
    """One thing that was found in a file."""

    code: str
    """Stable name, e.g. ``"pdf-javascript"``; `perizinan_core.documents.FINDINGS` lists ours."""

    severity: Severity
    """Whether it refuses the file."""

    sentence: str
    """English msgid for the applicant: what is wrong and what to do about it."""

    fields: Mapping[str, Any] = attrs.field(factory=dict)
    """
    Values for the placeholders of the sentence. Names that end in ``_bytes`` are shown as sizes; ``type``,
    ``promised``, ``actual`` and ``types`` as the words for these media types, whole numbers with separators.
    """

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        return translate(self.sentence, language, **_in_words(self.fields, language))


@attrs.frozen(kw_only=True)
class UploadReport:
    """The outcome of inspecting one file."""

    file_name: str = attrs.field(repr=False)
    """
    The name as the applicant gave it: data, never a path. Kept out of ``repr`` because names hold
    names.
    """

    content_type: str | None
    """Media type that the content shows, or None when the file was not looked into."""

    sha256: str | None
    """Hash of the whole content, or None when reading stopped at the size limit."""

    size: int
    """Bytes; when reading stopped at the size limit, the bytes known to be there."""

    pages: int | None = None
    """Pages of a PDF."""

    width: int | None = None
    """Pixels across, of a picture."""

    height: int | None = None
    """Pixels down, of a picture."""

    findings: tuple[Finding, ...] = ()
    """Everything found, refusals first."""

    @property
    def accepted(self) -> bool:
        """Whether nothing refuses the file."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that refuse the file."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSE)

    @property
    def display_name(self) -> str:
        """The file's name, fit to be shown."""
        return display_name(self.file_name)

    def summary(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Return the report as JSON-ready values, its sentences in ``language``."""
        return {
            "file": self.file_name,
            "accepted": self.accepted,
            "content_type": self.content_type,
            "sha256": self.sha256,
            "size": self.size,
            "pages": self.pages,
            "width": self.width,
            "height": self.height,
            "findings": [
                {"code": found.code, "severity": str(found.severity), "message": found.message(language)}
                for found in self.findings
            ],
        }


def _in_words(fields: Mapping[str, Any], language: str) -> dict[str, object]:
    return {name: _in_word(name, value, language) for name, value in fields.items()}


def _in_word(name: str, value: Any, language: str) -> object:
    if name.endswith("_bytes") and isinstance(value, int):
        return _size_in_words(value, language)
    if name in {"type", "promised", "actual"}:
        return _type_in_words(str(value), language)
    if name == "types":
        return ", ".join(_type_in_words(str(item), language) for item in value)
    if isinstance(value, int):
        return _grouped(value, language)
    return value


def _type_in_words(content_type: str, language: str) -> str:
    kind = KNOWN_TYPES.get(content_type)
    return translate(kind.label, language) if kind else content_type


def _size_in_words(size: int, language: str) -> str:
    if size < _KIB:
        return f"{size} byte" if language == DEFAULT_LANGUAGE or size == 1 else f"{size} bytes"
    unit, amount = ("KB", size / _KIB) if size < _KIB * _KIB else ("MB", size / _KIB / _KIB)
    text = f"{amount:.1f}".removesuffix(".0")
    return f"{text.replace('.', ',') if language == DEFAULT_LANGUAGE else text} {unit}"


def _grouped(number: int, language: str) -> str:
    text = f"{number:,}"
    return text.replace(",", ".") if language == DEFAULT_LANGUAGE else text
