"""Numbers on the command line that are really numbers."""

from __future__ import annotations

import math
from typing import Any

import click

__all__ = ["FiniteRange"]


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
