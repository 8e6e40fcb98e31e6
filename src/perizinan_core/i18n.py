"""
Sentences for people: English in the source, Bahasa Indonesia from gettext catalogues.

Source sentences (msgids) are English. Every room keeps its own catalogue,
``locale/<language>/LC_MESSAGES/<room>.po``, compiled to ``.mo`` by ``make messages``;
this module chains them, so a caller never names a room. A sentence without a
translation is shown in English rather than not at all.

Sentences carry named placeholders (``{field}``) that are filled after translation.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "N_", "add_locale_dir", "translate"]

DEFAULT_LANGUAGE = "id"
LANGUAGES = ("id", "en")

_locale_dirs: list[Path] = [Path(__file__).parent / "locale"]


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a sentence for extraction and return it unchanged."""
    return sentence


def add_locale_dir(path: Path) -> None:
    """Let a plugin add its own ``locale`` folder; repeated calls with one folder do nothing more."""
    if path not in _locale_dirs:
        _locale_dirs.append(path)
        _catalogues.cache_clear()


@lru_cache(maxsize=8)
def _catalogues(language: str) -> _gettext.NullTranslations:
    chain: _gettext.NullTranslations | None = None
    for folder in _locale_dirs:
        for path in sorted((folder / language / "LC_MESSAGES").glob("*.mo")):
            with path.open("rb") as file:
                catalogue = _gettext.GNUTranslations(file)
            if chain is None:
                chain = catalogue
            else:
                chain.add_fallback(catalogue)
    return chain or _gettext.NullTranslations()


def translate(sentence: str, language: str = DEFAULT_LANGUAGE, /, **fields: object) -> str:
    """
    Return ``sentence`` in ``language`` with its placeholders filled from ``fields``.

    Args:
        sentence: The English msgid, e.g. ``"{count} files were refused"``.
        language: ``"id"`` (default) or ``"en"``; an unknown language gives English.
        fields: Values for the placeholders.
    """
    text = _catalogues(language).gettext(sentence) if sentence else sentence
    return text.format_map(_Fields(fields)) if fields else text


class _Fields(dict[str, object]):
    def __init__(self, fields: Mapping[str, object]) -> None:
        super().__init__(fields)

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
