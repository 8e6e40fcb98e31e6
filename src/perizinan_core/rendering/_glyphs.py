"""Finds out which texts no font shows: by asking the compiler that would print them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from perizinan_core.errors.rendering import UnprintableText
from perizinan_core.rendering._engine import PACKAGE_FOLDER, CannotBeSetError, Engine, typst_string
from perizinan_core.rendering._texts import LetterText, no_glyph

__all__ = ["find_missing_glyphs", "written_out"]

# Each text in every style that letters use: a style may fall back to another font.
_PROBE = """
#import "@perizinan/letter:1.0.0": serif, sans
#set document(title: "-")
#for value in json(bytes({texts})) {{
  text(font: serif, value) + parbreak()
  text(font: serif, weight: "bold", value) + parbreak()
  text(font: sans, value) + parbreak()
  text(font: sans, weight: "bold", value) + parbreak()
}}
"""


@lru_cache(maxsize=4)
def _probe(fonts: tuple[Path, ...]) -> Engine:
    return Engine(PACKAGE_FOLDER, fonts)


def find_missing_glyphs(
    items: Iterable[LetterText], fonts: tuple[Path, ...] = ()
) -> tuple[UnprintableText, ...]:
    """Return a problem for every text with characters that neither the core's fonts nor ``fonts`` show."""
    suspects = [item for item in items if not (item.text.isascii() and item.text.isprintable())]
    engine = _probe(fonts)
    failing = _failing(engine, suspects)
    return tuple(no_glyph(item, _failing_characters(engine, item)) for item in failing)


def _shows(engine: Engine, texts: Sequence[str]) -> bool:
    try:
        engine.compile(_PROBE.format(texts=typst_string(json.dumps(list(texts)))))
    except CannotBeSetError:
        return False
    return True


def _failing(engine: Engine, items: Sequence[LetterText]) -> list[LetterText]:
    """Halve the list until the texts that fail stand alone: few compilations even for a long annex."""
    if not items or _shows(engine, [item.text for item in items]):
        return []
    if len(items) == 1:
        return list(items)
    middle = len(items) // 2
    return _failing(engine, items[:middle]) + _failing(engine, items[middle:])


def _failing_characters(engine: Engine, item: LetterText) -> set[str]:
    characters = sorted({char for char in item.text if not char.isascii()})
    # A mark alone says nothing about a letter that carries it: then all others are named together.
    missing = {char for char in characters if not _shows(engine, [char])}
    return missing or set(characters)


def written_out(value: Any) -> Any:
    """Return data of JSON kinds whose unusual signs are written as their numbers, for where no font shows them."""
    if isinstance(value, str):
        return "".join(char if _is_plain(char) else f"[U+{ord(char):04X}]" for char in value)
    if isinstance(value, list):
        return [written_out(item) for item in value]
    return {key: written_out(item) for key, item in value.items()} if isinstance(value, dict) else value


def _is_plain(char: str) -> bool:
    return char in "\n…–—’“”•✓✗" or (char.isprintable() and ord(char) < 0x180)
