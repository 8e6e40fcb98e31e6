"""The portal's sentences: its own catalogues first, one for each part, then the library's."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import attrs

from perizinan_core.i18n import translate

__all__ = ["LOCALE", "Sentence", "say"]

LOCALE = Path(__file__).parents[1] / "locale"
"""Folder of the catalogues: ``<language>/LC_MESSAGES/<part>.po``."""


@attrs.frozen
class Sentence:
    """A sentence with its values, to be said in the language of the reader."""

    msgid: str
    fields: Mapping[str, object] = attrs.field(factory=dict)


def say(
    sentence: object, language: str, first: gettext.NullTranslations | None = None, /, **fields: object
) -> str:
    """
    Return what people read: a msgid translated, a `Text` of the catalogue, a `Sentence`; anything else as it is.

    Placeholders are filled after the translation. What ``first`` says, an extension's own words, comes first.
    """
    if isinstance(sentence, str):
        return _worded(sentence, language, first, fields)
    if isinstance(sentence, Sentence):
        said = {
            name: value.to(language) if hasattr(value, "to") else value
            for name, value in sentence.fields.items()
        }
        return say(sentence.msgid, language, first, **said)
    if hasattr(sentence, "to"):
        return str(sentence.to(language))
    if hasattr(sentence, "name") and hasattr(sentence.name, "to"):
        return str(sentence.name.to(language))
    return str(sentence)


def _worded(
    sentence: str, language: str, first: gettext.NullTranslations | None, fields: Mapping[str, object]
) -> str:
    own = _own(sentence, language, first)
    if own is None:
        return translate(sentence, language, **fields)
    return own.format_map(fields) if fields else own


@lru_cache(maxsize=8192)
def _own(sentence: str, language: str, first: gettext.NullTranslations | None) -> str | None:
    """Return a sentence of the portal's own catalogues, looked up once; None: it is the library's."""
    own = first.gettext(sentence) if first is not None and sentence else sentence
    if own == sentence:
        own = _catalogue(language).gettext(sentence) if sentence else ""
    return None if own == sentence else own


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    chain: gettext.NullTranslations = gettext.NullTranslations()
    for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            found = gettext.GNUTranslations(file)
        found.add_fallback(chain)
        chain = found
    return chain
