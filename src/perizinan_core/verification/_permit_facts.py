"""What a permit says, as the report hands it out: from ``permit.json`` of a file, or from the claims of a QR code."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any, Self

import attrs


@attrs.frozen(kw_only=True, slots=False)
class StatedSignatory:
    """Who issued the permit, as the permit itself says."""

    position: str
    """Code of the position."""

    title: str
    """As printed."""

    delegation: str
    """Code of the delegation in the authority document."""

    legal_basis: str
    name: str | None = None


@attrs.frozen(kw_only=True, slots=False)
class PermitFacts:
    """
    What the office signed about a permit.

    A QR code holds less than a file: what it does not say is None, and long texts in it may be shortened ("…").
    """

    number: str
    """As printed."""

    permit_type: str
    """Code of the permit type."""

    holder: str = attrs.field(repr=False)
    """Name as printed; never a NIK."""

    object: str = attrs.field(repr=False)
    """What the permit is for, as printed."""

    valid_from: date
    """First local day on which it holds."""

    valid_until: date | None = None
    """Last local day on which it holds; None: no fixed end."""

    status_index: int = 0
    """Place in the office's status list."""

    issued_on: date | None = None
    title: str | None = None
    """Name of the permit type, as printed."""

    validity_text: str | None = None
    """How the validity is printed where it has no fixed end."""

    place: str | None = attrs.field(default=None, repr=False)
    authority: str | None = None
    """Short name of the office."""

    authority_name: str | None = None
    receipt_number: str | None = None
    previous_number: str | None = None
    """Number of the permit that this one replaces."""

    verification_url: str | None = None
    fields: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    """Printed label and value, in printed order."""

    signatory: StatedSignatory | None = None
    type_number: int | None = None
    """Number of the permit type in a QR code."""

    shortened: tuple[str, ...] = ()
    """Names of the texts that a QR code holds the beginning of."""

    content: Mapping[str, Any] = attrs.field(repr=False)
    """All that was signed, as it stands there, with what newer versions may say besides."""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Return the facts of a ``permit.json``, of claims under its names, or of a report."""
        known = _stated(cls, content)
        known |= {name: date.fromisoformat(known[name]) for name in _DAYS & known.keys()}
        known["fields"] = tuple(map(tuple, known.get("fields", ())))
        if "signatory" in known:
            known["signatory"] = StatedSignatory(**_stated(StatedSignatory, known["signatory"]))
        known["shortened"] = tuple(known.get("shortened", ()))
        return cls(**known | {"content": content})

    def to_json(self) -> dict[str, Any]:
        """Return all that was signed, as it stands there."""
        return copy.deepcopy(dict(self.content))


_DAYS = {"issued_on", "valid_from", "valid_until"}


def _stated(kind: type[attrs.AttrsInstance], content: Mapping[str, Any]) -> dict[str, Any]:
    names = (item.name for item in attrs.fields(kind))
    return {name: content[name] for name in names if content.get(name) is not None}
