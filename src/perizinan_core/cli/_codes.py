"""Codes as arguments of commands."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.cli._settings import language_of
from perizinan_core.i18n import N_, translate
from perizinan_core.model._text import CODE

__all__ = ["CodeType"]

_LONGEST = 80


class CodeType(click.ParamType[str]):
    """A code: lower-case letters, digits and dashes."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code, or refuse it as a usage error."""
        if not CODE.match(value) or len(value) > _LONGEST:
            language = language_of(ctx.obj) if ctx is not None else "id"
            told = N_(
                "{value} is not a code of lower-case letters, digits and dashes (at most {most} characters)"
            )
            self.fail(translate(told, language, value=repr(value), most=_LONGEST), param, ctx)
        return str(value)
