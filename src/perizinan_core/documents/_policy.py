"""What an upload may be: accepted kinds and limits, and how much work its inspection may cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from perizinan_core.documents._content_types import KNOWN_TYPES
from perizinan_core.errors.documents import DocumentError

__all__ = ["DEFAULT_ACCEPTED", "UploadPolicy"]

DEFAULT_ACCEPTED = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"})
"""Accepted unless a requirement says otherwise: scans and photographs, no office files."""

_MIB = 1024 * 1024


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _only_known(_policy: object, _field: attrs.Attribute[frozenset[str]], value: frozenset[str]) -> None:
    acceptable = tuple(sorted(name for name, kind in KNOWN_TYPES.items() if kind.acceptable))
    for name in sorted(value):
        if name not in acceptable:
            raise DocumentError("unknown-content-type", content_type=name, known=acceptable)


def _positive(default: Any) -> Any:
    return attrs.field(default=default, validator=attrs.validators.gt(0))


@attrs.frozen(kw_only=True)
class UploadPolicy:
    """
    The limits for one upload slot; every default is safe.

    Raises:
        DocumentError: ``unknown-content-type``: ``accepted_types`` names a kind that cannot be inspected.
    """

    accepted_types: frozenset[str] = attrs.field(
        default=DEFAULT_ACCEPTED, converter=_names, validator=[attrs.validators.min_len(1), _only_known]
    )
    """Media types, e.g. ``"application/pdf"``; the file's content decides, not its name."""

    max_bytes: int = _positive(20 * _MIB)
    """Largest file, in bytes."""

    max_pages: int = _positive(500)
    """Most pages of a PDF."""

    max_pixels: int = _positive(150_000_000)
    """
    Most pixels of a picture, also of one inside a PDF. The default holds an A0 plan at 300 dots per
    inch.
    """

    max_unpacked_bytes: int = _positive(2048 * _MIB)
    """Most bytes that everything compressed inside the file may unpack to, together."""

    allow_restricted_pdf: bool = True
    """
    Accept a PDF that opens without a password but asks programs to forbid e.g. printing. It is kept as it is; such a
    file is not PDF/A, which an archive may demand.
    """

    accepted_attachments: frozenset[str] = attrs.field(
        default=frozenset({"permit.json"}), converter=frozenset
    )
    """
    Names of JSON files that a PDF may carry inside; the default lets our own permits be handed in
    again.
    """

    cpu_seconds: int = _positive(60)
    """
    Computing time for the inspection: the last resort. The other limits and the inspection's own count objects and
    bytes, so that the verdict does not depend on the machine; a file that runs out of time has none.
    """

    wall_seconds: float = _positive(300.0)
    """Time on the clock for the inspection, waiting for the machine included: the last resort, too."""

    memory_bytes: int = _positive(1024 * _MIB)
    """Memory that the inspecting process may add to what it needs at rest."""
