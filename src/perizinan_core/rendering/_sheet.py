"""
A printed sheet of headings, lines and tables, as PDF/A-3a and PDF/UA-1: receipts, and what is kept about someone.

It is set by the engine of letters, with its fonts; what people wrote is text, never code.
"""

from __future__ import annotations

import json
from calendar import timegm
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import attrs

from perizinan_core.i18n import DEFAULT_LANGUAGE
from perizinan_core.rendering._engine import PACKAGE_FOLDER, CannotBeSetError, Engine, typst_string
from perizinan_core.rendering._glyphs import written_out

__all__ = ["Sheet", "SheetPart", "render_sheet"]


@attrs.frozen(kw_only=True)
class SheetPart:
    """A heading with what stands under it."""

    head: str = ""
    note: str = ""
    """A sentence before the lines."""

    rows: Sequence[tuple[str, str]] = ()
    """Labels with their values."""

    table: Sequence[Sequence[str]] = ()
    """Rows of at least two cells, the first with the names of the columns; the last column is wide and small."""


@attrs.frozen(kw_only=True)
class Sheet:
    """What is printed."""

    title: str
    office: str
    """Who gives it."""

    parts: Sequence[SheetPart]
    lead: str = ""
    footer: str = ""


def render_sheet(sheet: Sheet, *, at: datetime, language: str = DEFAULT_LANGUAGE) -> bytes:
    """
    Return the PDF; the same sheet of the same moment gives the same bytes.

    Args:
        sheet: What is printed, in the words of ``language``.
        at: Moment that is written into the file.
        language: ``"id"`` or ``"en"``.
    """
    data = {
        "title": sheet.title,
        "office": sheet.office,
        "lead": sheet.lead,
        "footer": sheet.footer,
        "language": language,
        "parts": [
            {
                "head": part.head,
                "note": part.note,
                "rows": [list(row) for row in part.rows],
                "table": [list(row) for row in part.table],
            }
            for part in sheet.parts
        ],
    }
    moment = max(0, timegm(at.utctimetuple()))
    try:
        return _engine().compile(_source(data), moment)
    except CannotBeSetError:
        # A name holds signs that no font shows: they are written out.
        return _engine().compile(_source(written_out(data)), moment)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(PACKAGE_FOLDER)


def _source(data: Any) -> str:
    text = typst_string(json.dumps(data))
    return f'#import "@perizinan/sheet:1.0.0": sheet\n#sheet(json(bytes({text})))\n'
