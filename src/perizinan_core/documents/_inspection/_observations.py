"""What the inspecting process notes down about one file."""

from __future__ import annotations

from typing import Any

import attrs

__all__ = ["Limits", "Observations", "StopInspectionError"]


class StopInspectionError(Exception):
    """Raised after a note that makes looking further pointless or dangerous."""


@attrs.frozen(kw_only=True)
class Limits:
    """The part of an `UploadPolicy` that the inspecting process needs; plain values, sent as JSON."""

    accepted_types: tuple[str, ...] = attrs.field(converter=tuple)
    """Media types."""

    max_pages: int
    """Most pages of a PDF."""

    max_pixels: int
    """Most pixels of a picture."""

    max_unpacked_bytes: int
    """Most bytes that the content may unpack to."""

    allow_restricted_pdf: bool
    """Whether an encrypted PDF that opens without a password may pass."""

    accepted_attachments: tuple[str, ...] = attrs.field(converter=tuple)
    """Names of JSON files that a PDF may carry."""


@attrs.define(kw_only=True)
class Observations:
    """Notes on one file, mutable while it is inspected."""

    content_type: str | None = None
    """Media type that the content shows."""

    pages: int | None = None
    """Pages of a PDF."""

    width: int | None = None
    """Pixels across, of a picture."""

    height: int | None = None
    """Pixels down, of a picture."""

    reading: str | None = None
    """How a PDF was read: ``"strict"`` or ``"repaired"``."""

    signed: bool = False
    """Whether a PDF carries a digital signature."""

    looked_through: bool = False
    """Whether every object of a PDF was searched for active content."""

    findings: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    """Finding code → values for its sentence; each code once."""

    def note(self, code: str, **fields: Any) -> None:
        """Note a finding; a second one of the same code says nothing new."""
        self.findings.setdefault(code, fields)

    def stop(self, code: str, **fields: Any) -> StopInspectionError:
        """Note a finding and return the exception to raise."""
        self.note(code, **fields)
        return StopInspectionError(code)
