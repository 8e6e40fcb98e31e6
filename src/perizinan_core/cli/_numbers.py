"""Numbers on the command line that are really numbers."""

from __future__ import annotations

import math
from typing import Any

import click

__all__ = ["COUNT", "ENTRY", "FiniteRange"]

COUNT = click.IntRange(1, 1_000_000)
"""How many of something a list shows at most."""

ENTRY = click.IntRange(1, 2**63 - 1)
"""A number of ours that a database keeps; none that it has is larger."""


class FiniteRange(click.FloatRange):
    """A range that also refuses ``nan`` (neither below nor above anything) and ``inf``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """
        Return the number.

        Raises:
            click.BadParameter: when it is not a number, or lies outside.
        """
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            # The range says how it is written; any number outside of it will do.
            super().convert(-math.inf if self.min is not None else math.inf, param, ctx)
        return number
