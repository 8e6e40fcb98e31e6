"""Values that the catalogue assumes until the office confirms them."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "paper-ahead": Code(
        N_(
            "The document is dated {day}, and today is {today}: a value is confirmed by a document that exists. "
            "Check the date, or confirm it on that day."
        )
    ),
    # Outside development no type opens, and no letter is signed, on values that the catalogue only assumes.
    "values-unconfirmed": Code(
        N_(
            "The office has not confirmed {count} values that permits of the kind {permit_type} rest on "
            "({topics}), so none can be applied for, approved or signed. An administrator names the paper "
            "for each, and a second person the same: perizinan catalogue assumed {permit_type}"
        ),
        also=("paths",),
    ),
    "unknown-value": Code(
        N_(
            "The kind {permit_type} rests on no assumed value at {path}. These are some of its {count}: {known}. "
            "See: perizinan catalogue assumed {permit_type}"
        ),
    ),
    "no-assumed-values": Code(
        N_(
            "The kind {permit_type} rests on no assumed values, so that there is nothing to confirm at {path}."
        )
    ),
    "value-not-confirmed": Code(
        N_(
            "No one has confirmed a value at {path} of the kind {permit_type}, so that nothing can be taken back. "
            "See: perizinan catalogue assumed {permit_type}"
        )
    ),
}
