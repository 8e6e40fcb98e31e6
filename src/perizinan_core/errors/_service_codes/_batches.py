"""Many records at once."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "batch-empty": Code(N_("The batch names no record, so nothing was begun. Choose at least one.")),
    "batch-too-large": Code(
        N_("The batch names {count} records; one takes {most} at most. Begin several batches.")
    ),
    # `position`: whose key it is.
    "batch-needs-person": Code(
        N_(
            "The key of the position {position} is opened by a person, and what they type is never stored, so "
            "the workers cannot sign these letters. Have them rehearsed as a batch, then sign them yourself."
        )
    ),
    "batch-item-broken": Code(
        N_(
            "A part of the system failed at this record ({reason}); the others were done. Tell the operator, "
            "then try this record again by itself."
        )
    ),
    "permit-file-unsound": Code(
        N_(
            "The stored file of permit {number} does not pass: {verdict} ({reasons}). Compare it with the copy of "
            "its holder (perizinan verify), and restore the file from a backup if that one passes."
        )
    ),
    "permit-without-file": Code(
        N_("The record of permit {number} names no signed file. See what became of its signing.")
    ),
}
