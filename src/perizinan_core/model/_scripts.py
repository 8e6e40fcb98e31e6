"""Which script a character belongs to, as far as clerks and the rules of letters need to know."""

from __future__ import annotations

from bisect import bisect_right

from perizinan_core.i18n import N_

__all__ = ["INHERITED", "JOINED_SCRIPTS", "OTHER", "mark_fits", "script_of"]

INHERITED = ""
"""Marks and joiners that take the script of the letter before them."""

OTHER = N_("unknown script")

_LATIN, _GREEK, _CYRILLIC = N_("Latin letters"), N_("Greek letters"), N_("Cyrillic letters")
_ARABIC, _JAVANESE, _BALINESE = N_("Arabic script"), N_("Javanese script"), N_("Balinese script")
_SUNDANESE, _BATAK, _BUGINESE = N_("Sundanese script"), N_("Batak script"), N_("Buginese script")
_REJANG, _MAKASAR = N_("Rejang script"), N_("Makasar script")
_ARMENIAN, _HEBREW, _GEORGIAN = N_("Armenian script"), N_("Hebrew script"), N_("Georgian script")
_INDIAN, _THAI, _LAO = N_("a script of South Asia"), N_("Thai script"), N_("Lao script")
_TIBETAN, _BURMESE, _KHMER = N_("Tibetan script"), N_("Burmese script"), N_("Khmer script")
_HAN, _JAPANESE, _KOREAN = N_("Chinese characters"), N_("Japanese script"), N_("Korean script")
_KAWI, _PRIVATE = N_("Kawi script"), N_("private characters of one program")
_SYMBOLS, _EMOJI = N_("signs and symbols"), N_("emoji")

# First code point of each stretch (Unicode blocks, joined where they share a script).
_STRETCHES: tuple[tuple[int, str], ...] = (
    (0x0000, _LATIN),
    (0x0300, INHERITED),
    (0x0370, _GREEK),
    (0x0400, _CYRILLIC),
    (0x0530, _ARMENIAN),
    (0x0590, _HEBREW),
    (0x0600, _ARABIC),
    (0x0700, OTHER),
    (0x0750, _ARABIC),
    (0x0780, OTHER),
    (0x0870, _ARABIC),
    (0x0900, _INDIAN),
    (0x0E00, _THAI),
    (0x0E80, _LAO),
    (0x0F00, _TIBETAN),
    (0x1000, _BURMESE),
    (0x10A0, _GEORGIAN),
    (0x1100, _KOREAN),
    (0x1200, OTHER),
    (0x1780, _KHMER),
    (0x1800, OTHER),
    (0x19E0, _KHMER),
    (0x1A00, _BUGINESE),
    (0x1A20, OTHER),
    (0x1AB0, INHERITED),
    (0x1B00, _BALINESE),
    (0x1B80, _SUNDANESE),
    (0x1BC0, _BATAK),
    (0x1C00, OTHER),
    (0x1CC0, _SUNDANESE),
    (0x1CD0, _INDIAN),
    (0x1D00, _LATIN),
    (0x1DC0, INHERITED),
    (0x1E00, _LATIN),
    (0x1F00, _GREEK),
    (0x2000, _SYMBOLS),
    (0x20D0, INHERITED),
    (0x2100, _SYMBOLS),
    (0x2600, _EMOJI),
    (0x27C0, _SYMBOLS),
    (0x2C60, _LATIN),
    (0x2C80, OTHER),
    (0x2E80, _HAN),
    (0x3040, _JAPANESE),
    (0x3100, _HAN),
    (0x3130, _KOREAN),
    (0x3190, _HAN),
    (0x31F0, _JAPANESE),
    (0x3200, _HAN),
    (0xA000, OTHER),
    (0xA720, _LATIN),
    (0xA800, _INDIAN),
    (0xA930, _REJANG),
    (0xA960, _KOREAN),
    (0xA980, _JAVANESE),
    (0xA9E0, _BURMESE),
    (0xAA00, OTHER),
    (0xAA60, _BURMESE),
    (0xAA80, OTHER),
    (0xAB30, _LATIN),
    (0xAB70, OTHER),
    (0xAC00, _KOREAN),
    (0xD800, OTHER),
    (0xE000, _PRIVATE),
    (0xF900, _HAN),
    (0xFB00, _LATIN),
    (0xFB13, _ARMENIAN),
    (0xFB1D, _HEBREW),
    (0xFB50, _ARABIC),
    (0xFE00, INHERITED),
    (0xFE10, _HAN),
    (0xFE20, INHERITED),
    (0xFE30, _HAN),
    (0xFE70, _ARABIC),
    (0xFF00, _HAN),
    (0xFF66, _JAPANESE),
    (0xFFA0, _KOREAN),
    (0xFFE0, _SYMBOLS),
    (0x10000, OTHER),
    (0x11EE0, _MAKASAR),
    (0x11F00, _KAWI),
    (0x11F60, OTHER),
    (0x1B000, _JAPANESE),
    (0x1B300, OTHER),
    (0x1D000, _SYMBOLS),
    (0x1EE00, _ARABIC),
    (0x1EF00, OTHER),
    (0x1F000, _EMOJI),
    (0x20000, _HAN),
    (0x32000, OTHER),
    (0xF0000, _PRIVATE),
)
JOINED_SCRIPTS = frozenset((_ARABIC, _JAVANESE, _BALINESE, _SUNDANESE))
"""Scripts in which ZWJ and ZWNJ choose between forms of a letter."""

_STARTS = tuple(start for start, _script in _STRETCHES)
_LATIN_MARK_BASES = frozenset((_LATIN, _GREEK, _CYRILLIC, _SYMBOLS))


def script_of(char: str) -> str:
    """Return the English name (a msgid) of the script of ``char``; `INHERITED` for common marks."""
    return _STRETCHES[bisect_right(_STARTS, ord(char)) - 1][1]


def mark_fits(mark: str, base: str) -> bool:
    """Return True when ``mark`` may stand on the letter ``base``."""
    script = script_of(base)
    own = script_of(mark)
    return script in _LATIN_MARK_BASES if own == INHERITED else own == script
