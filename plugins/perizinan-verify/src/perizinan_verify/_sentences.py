"""The page's own sentences: its catalogue first, for other catalogues may translate the same words otherwise."""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

from perizinan_core.i18n import N_, translate

__all__ = ["LOCALE", "SOURCES", "say"]

LOCALE = Path(__file__).parent / "locale"
"""Folder of the catalogues."""

SOURCES = (N_("status list"), N_("office records"))
"""How the library's own status sources call themselves; here, so that they are translated."""


def say(sentence: str, language: str, /, **fields: object) -> str:
    """Return ``sentence`` in ``language`` with its placeholders filled; see `perizinan_core.i18n.translate`."""
    own = _catalogue(language).gettext(sentence)
    if own == sentence:
        return translate(sentence, language, **fields)
    return own.format_map(fields) if fields else own


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("verify", LOCALE, languages=[language], fallback=True)
