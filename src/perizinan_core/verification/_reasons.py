"""
Every reason that a check can give: stable code, sentence, and the verdict it leads to.

The table (``reasons.json``) is the policy of this room in one place. A check that fails or stays open names a code;
the code alone decides the verdict. Among several, the lowest `Weight` wins: whether a file is a
permit of the office at all comes before whether that permit is in force.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path

import attrs


class Weight(IntEnum):
    """What a reason decides, strongest first."""

    UNREADABLE = 1
    UNSIGNED = 2
    NOT_VALID = 3
    WRONG_ISSUER = 4
    UNPROVEN = 5
    """Indeterminate, because the signature or the signer cannot be judged."""
    NOT_IN_FORCE = 6
    STATUS_OPEN = 7
    """Indeterminate, because the status is not known."""
    NONE = 8
    """Says something without deciding."""


@attrs.frozen(kw_only=True)
class ReasonEntry:
    """One line of the table."""

    weight: Weight
    sentence: str
    """English msgid."""

    indication: str = "GENERIC"
    """Sub-indication of EN 319 102-1 of a signature that has this problem."""

    aspect: str = "passed"
    """How the aspect of a signature ends of which this is said, where the weight does not decide it."""

    said: bool = False
    """Said of a valid file, too: on what its validity rests, and what could not be checked."""


REASONS: Mapping[str, ReasonEntry] = {
    code: ReasonEntry(**row | {"weight": Weight[row["weight"].upper()]})
    for code, row in json.loads(Path(__file__).with_name("reasons.json").read_text("utf-8")).items()
}
"""All reasons by code."""
