"""Numbers that an outside registry gives, instead of the register of the office."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import attrs

__all__ = ["NumberRequest", "NumberSource"]


@attrs.frozen(kw_only=True)
class NumberRequest:
    """What a number is asked for."""

    key: str
    """Stable: the same key always means the same number, also after a crash on either side."""

    register: str
    """Code of the register of the authority."""

    permit_type: str
    day: date
    """Local day of the office."""


class NumberSource(Protocol):
    """
    A registry outside that gives numbers.

    That numbers are unique, and whether they have gaps, is the registry's promise. Ours: it is asked before anything
    is written; a number that it gave for a key is used for that key alone, and is asked for again under the same key
    when it did not reach us.
    """

    def reserve(self, request: NumberRequest) -> str:
        """
        Return the number for a key, the same one each time, as letters print it.

        Raise when there is none: nothing is written then, and the step is tried again later.
        """
        ...
