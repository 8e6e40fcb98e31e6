"""An option that may be given once."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = ["Once"]


class Once(click.Option):
    """An option that decides what is judged by: given twice it is an error, not "the last one wins"."""

    def __init__(self, param_decls: Any = None, **attributes: Any) -> None:
        super().__init__(param_decls, **{**attributes, "multiple": True})

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the one value, or None."""
        values = super().process_value(ctx, value)
        if len(values) > 1:
            language = str((ctx.find_object(dict) or {}).get("language") or DEFAULT_LANGUAGE)
            sentence = N_("{option} was given {count} times. Give it once.")
            told = translate(sentence, language, option=self.opts[0], count=len(values))
            raise click.UsageError(told, ctx)
        return values[0] if values else None
