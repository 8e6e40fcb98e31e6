"""Values that their sources leave open, and the papers on which an office confirms them."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._text import Source
from perizinan_core.model._written import line_field

__all__ = ["AUTHORITY", "AssumedPart", "ConfirmingPaper", "StillOffered"]

AUTHORITY = "authority"
"""`AssumedPart.owner` of what stands in the authority's own data."""


@attrs.frozen(kw_only=True)
class StillOffered:
    """That the kind of permit was still a service of this office on a day."""

    day: date
    """The day on which the source says so."""

    source: Source


@attrs.frozen(kw_only=True)
class ConfirmingPaper:
    """The document by which the office says that a value is right, e.g. a decree on service standards."""

    name: str = line_field(N_("Name of the document"))
    number: str = line_field(N_("Number of the document"), most=120)
    day: date
    """Date of the document."""


@attrs.frozen(kw_only=True)
class AssumedPart:
    """One value of the catalogue that its source leaves open, until the office confirms it."""

    owner: str
    """Code of the permit type, or `AUTHORITY`."""

    version: str
    """Version of the permit type in which it stands; empty for the authority."""

    path: str
    """Way to the value, by codes: ``requirements/ktp``, ``time_limit``, ``delegations/kepala``."""

    note: str
    """What is to be confirmed, in the words of the catalogue."""

    value: Any
    """The value itself as JSON-able data, without the parts that have sources of their own."""

    digest: str
    """SHA-256 of the value in hexadecimal digits: another value is not confirmed with this one."""

    @property
    def topic(self) -> str:
        """Return the first step of the path: what kind of value it is."""
        return self.path.partition("/")[0]
