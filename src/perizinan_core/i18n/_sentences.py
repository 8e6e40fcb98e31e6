"""What `perizinan_core.i18n` exports."""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Self

__all__ = [
    "DEFAULT_LANGUAGE",
    "LANGUAGES",
    "N_",
    "Clause",
    "Clauses",
    "add_locale_dir",
    "choose_language",
    "said",
    "translate",
]

DEFAULT_LANGUAGE = "id"
LANGUAGES = ("id", "en")

_locale_dirs: list[Path] = [Path(__file__).parent.parent / "locale"]


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a sentence for extraction and return it unchanged."""
    return sentence


class Clause(str):
    """
    An English clause with its values filled in, which can still be said in another language.

    Args:
        sentence: The English msgid, e.g. ``"it is larger than {limit} bytes"``.
        fields: Values for the placeholders.
    """

    __slots__ = ("fields", "sentence")
    sentence: str
    fields: Mapping[str, object]

    def __new__(cls, sentence: str, /, **fields: object) -> Self:
        """Fill in the values."""
        text = super().__new__(cls, sentence.format_map(_Fields(fields)) if fields else sentence)
        text.sentence, text.fields = sentence, fields
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _clause, (self.sentence, dict(self.fields))


def _clause(sentence: str, fields: Mapping[str, object]) -> Clause:
    return Clause(sentence, **fields)


class Clauses(str):
    """
    Several clauses as one English text, each of which can still be said in another language.

    Args:
        parts: The clauses.
    """

    __slots__ = ("parts",)
    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> Self:
        """Join the clauses with semicolons."""
        kept = tuple(parts)
        text = super().__new__(cls, "; ".join(kept))
        text.parts = kept
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return Clauses, (self.parts,)


def said(value: object, language: str) -> object:
    """
    Return what goes into another sentence as people read it: clauses in ``language``, several with semicolons.

    Texts that are not a msgid stay as they are.
    """
    if isinstance(value, Clause):
        inner = {
            name: said(field, language) if isinstance(field, Clause) else field
            for name, field in value.fields.items()
        }
        return translate(value.sentence, language, **inner)
    if isinstance(value, Clauses):
        return said(value.parts, language)
    if isinstance(value, str):
        return "; ".join(translate(clause, language) for clause in value.split("; "))
    if isinstance(value, (tuple, list, frozenset)):
        return "; ".join(str(said(item, language)) for item in value)
    return value


def add_locale_dir(path: Path) -> None:
    """Let a plugin add its own ``locale`` folder; repeated calls with one folder do nothing more."""
    if path not in _locale_dirs:
        _locale_dirs.append(path)
        _catalogues.cache_clear()


_MOST_PREFERENCES = 20


def choose_language(accept_language: str | None) -> str:
    """
    Return the language in which a request is answered: ``"id"`` or ``"en"``.

    Args:
        accept_language: The header of that name (RFC 9110 section 12.5.4), or None. Where it asks for neither, or
            cannot be read, the answer is in Indonesian.
    """
    best, weight = DEFAULT_LANGUAGE, 0.0
    for part in (accept_language or "").split(",")[:_MOST_PREFERENCES]:
        name, _, parameter = part.strip().partition(";")
        language, quality = name.partition("-")[0].strip().lower(), _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    """Return the weight of one preference; one that cannot be read counts nothing."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


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
