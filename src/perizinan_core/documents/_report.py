"""What an inspection found: a report for the program, sentences for the applicant."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core.documents._content_types import KNOWN_TYPES
from perizinan_core.documents._names import display_name
from perizinan_core.i18n import DEFAULT_LANGUAGE, translate

__all__ = ["Finding", "Reading", "Severity", "UploadReport"]

_KB = 1000
"""As the limits of catalogues are written: 10 MB are 10,000,000 bytes."""
_PASSING = frozenset({"time-limit", "scanner-failed"})
_STRUCTURE = frozenset({"damaged", "leading-data", "trailing-data"})


class Severity(enum.StrEnum):
    """What a finding means for the file."""

    REFUSE = "refuse"
    """The file cannot be accepted."""

    HOLD = "hold"
    """The file could not be judged, which is not the file's fault: neither accepted nor refused."""

    NOTE = "note"
    """Worth knowing; the file can be accepted."""


class Reading(enum.StrEnum):
    """How a PDF was read."""

    STRICT = "strict"
    """As it stands: its cross-reference tables lead to every object."""

    REPAIRED = "repaired"
    """By two tolerant readers that found the same pages in it."""


@attrs.frozen
class Finding:
    """One thing that was found in a file."""

    code: str
    """Stable name, e.g. ``"pdf-javascript"``; `perizinan_core.documents.FINDINGS` lists ours."""

    severity: Severity
    """Whether it refuses the file, or leaves it without a verdict."""

    sentence: str
    """English msgid for the applicant: what is wrong, and what to do about it unless `remedy` says that."""

    fields: Mapping[str, Any] = attrs.field(factory=dict)
    """
    Values for the placeholders of the sentence. Names that end in ``_bytes`` are shown as sizes; ``type``,
    ``promised``, ``actual`` and ``types`` as the words for these media types, whole numbers with separators.
    """

    remedy: str = ""
    """English msgid of what the applicant can do about it; empty where `sentence` says it, or there is nothing."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return sentence and remedy in ``language`` (``"id"`` or ``"en"``)."""
        words = _in_words(self.fields, language)
        told = (translate(text, language, **words) for text in (self.sentence, self.remedy) if text)
        return " ".join(told)


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

    reading: Reading | None = None
    """How a PDF was read; None for other kinds, and when it could not be read."""

    signed: bool = False
    """
    Whether a PDF carries a digital signature: an electronic signature (TTE), e-Meterai, a bank's letter.
    Whether the signature is good is for `perizinan_core.verification` to say.
    """

    looked_through: bool = False
    """Whether every object was searched for active content, whatever else is wrong with the file."""

    findings: tuple[Finding, ...] = ()
    """Everything found: refusals first, then what left the file without a verdict, then notes."""

    @property
    def accepted(self) -> bool:
        """Whether nothing refuses the file or left it without a verdict."""
        return not self.refusals and not self._holds

    @property
    def held(self) -> bool:
        """Whether the file could not be judged by our own fault, and nothing found so far refuses it."""
        return bool(self._holds) and not self.refusals

    @property
    def retryable(self) -> bool:
        """Whether the same inspection may reach a verdict a little later: no time was left, or a scanner was away."""
        return self.held and all(finding.code in _PASSING for finding in self._holds)

    @property
    def office_may_accept(self) -> bool:
        """
        Whether an official may accept this refused file as it is.

        Only a signed document (which a remedy would spoil), refused for its structure alone, that was
        searched completely and in which nothing active was found.
        """
        codes = {finding.code for finding in self.refusals}
        return self.signed and self.looked_through and bool(codes) and codes <= _STRUCTURE and not self._holds

    @property
    def _holds(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.HOLD)

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
            "held": self.held,
            "signed": self.signed,
            "reading": self.reading and str(self.reading),
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
    if size < _KB:
        return f"{size} byte" if language == DEFAULT_LANGUAGE or size == 1 else f"{size} bytes"
    unit, amount = ("KB", size / _KB) if size < _KB * _KB else ("MB", size / _KB / _KB)
    text = f"{amount:.1f}".removesuffix(".0")
    return f"{text.replace('.', ',') if language == DEFAULT_LANGUAGE else text} {unit}"


def _grouped(number: int, language: str) -> str:
    text = f"{number:,}"
    return text.replace(",", ".") if language == DEFAULT_LANGUAGE else text
