"""Numbers and dates as letters write them: words, Roman numerals, month and day names."""

from __future__ import annotations

from datetime import date

from perizinan_core.errors.model import InvalidRomanNumeralError, ModelError, quoted
from perizinan_core.i18n import DEFAULT_LANGUAGE

__all__ = [
    "MAX_IN_WORDS",
    "MAX_ROMAN",
    "date_in_words",
    "format_date",
    "format_number",
    "month_name",
    "number_in_words",
    "parse_roman",
    "roman",
    "title_case",
]

MAX_IN_WORDS = 10**15
"""Largest number that can be written in words."""

MAX_ROMAN = 3999
"""Largest Roman numeral without bars over its letters."""

_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)

_UNITS_ID = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_SCALES_ID = (
    (10**15, "kuadriliun"),
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (10**3, "ribu"),
)

_UNITS_EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS_EN = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES_EN = (
    *((10**15, "quadrillion"), (10**12, "trillion"), (10**9, "billion"), (10**6, "million")),
    (10**3, "thousand"),
)

_MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def number_in_words(number: int, language: str = DEFAULT_LANGUAGE) -> str:
    """
    Write a whole number in words: ``1500000`` is ``"satu juta lima ratus ribu"``.

    Args:
        number: From 0 to `MAX_IN_WORDS`.
        language: ``"id"`` (default) or ``"en"``; any other gives English, as `translate` does.

    Raises:
        ModelError: ``numeral-range``: for another number, a bool or no whole number.
    """
    _check_whole(number, 0, MAX_IN_WORDS)
    return " ".join(_words_id(number) if language == "id" else _words_en(number))


def roman(number: int) -> str:
    """
    Write a number from 1 to 3999 as a Roman numeral in capitals, as letter numbers do with months.

    Raises:
        ModelError: ``numeral-range``: for another number, a bool or no whole number.
    """
    _check_whole(number, 1, MAX_ROMAN)
    letters = []
    for size, sign in _ROMAN:
        count, number = divmod(number, size)
        letters.append(sign * count)
    return "".join(letters)


def parse_roman(text: str) -> int:
    """
    Read a Roman numeral in its usual form, in capitals or small letters: ``"xii"`` is 12.

    Raises:
        InvalidRomanNumeralError: for anything else, also for unusual forms such as ``"IIII"``.
    """
    letters = text.upper() if text.isascii() else ""  # no other letter becomes one of ours
    rest, number = letters, 0
    for size, sign in _ROMAN:
        while rest.startswith(sign) and number + size <= MAX_ROMAN:
            number += size
            rest = rest[len(sign) :]
    # Reading is greedy and forgiving; only what would be written again in the same way is right.
    if rest or number == 0 or roman(number) != letters:
        raise InvalidRomanNumeralError(quoted(text))
    return number


def format_number(number: int, language: str = DEFAULT_LANGUAGE) -> str:
    """Group the digits of a whole number by thousands: ``1.500.000`` (id) or ``1,500,000`` (en)."""
    grouped = f"{number:,d}"
    return grouped.replace(",", ".") if language == "id" else grouped


def month_name(month: int, language: str = DEFAULT_LANGUAGE) -> str:
    """
    Return the name of a month.

    Args:
        month: 1 to 12.
        language: ``"id"`` or ``"en"``.

    Raises:
        ModelError: ``numeral-range``: for another month.
    """
    _check_whole(month, 1, 12)
    return _MONTHS.get(language, _MONTHS["en"])[month - 1]


def format_date(day: date, language: str = DEFAULT_LANGUAGE) -> str:
    """Write a date as letters do: ``25 November 2026``, without a zero before the day."""
    return f"{day.day} {month_name(day.month, language)} {day.year}"


def date_in_words(day: date, language: str = DEFAULT_LANGUAGE) -> str:
    """Write a date in words, as minutes do: ``dua puluh lima November dua ribu dua puluh enam``."""
    return " ".join(
        (
            number_in_words(day.day, language),
            month_name(day.month, language),
            number_in_words(day.year, language),
        )
    )


def _words_id(number: int) -> list[str]:
    """Words of Bahasa Indonesia; "one" melts into "se-" before belas, puluh, ratus and ribu."""
    if number < 10:
        return [_UNITS_ID[number]]
    if number < 20:
        return ["sepuluh"] if number == 10 else _counted_id(number - 10, "belas")
    if number < 100:
        tens, rest = divmod(number, 10)
        return _counted_id(tens, "puluh") + _rest_id(rest)
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return _counted_id(hundreds, "ratus") + _rest_id(rest)
    size, name = next(scale for scale in _SCALES_ID if number >= scale[0])
    count, rest = divmod(number, size)
    # Only "ribu" melts: seribu, but satu juta, satu miliar, satu triliun.
    words = _counted_id(count, name) if name == "ribu" else [*_words_id(count), name]
    return words + _rest_id(rest)


def _counted_id(count: int, name: str) -> list[str]:
    return ["se" + name] if count == 1 else [*_words_id(count), name]


def _rest_id(number: int) -> list[str]:
    return _words_id(number) if number else []


def _words_en(number: int) -> list[str]:
    if number < 20:
        return [_UNITS_EN[number]]
    if number < 100:
        tens, unit = divmod(number, 10)
        return [_TENS_EN[tens] + (f"-{_UNITS_EN[unit]}" if unit else "")]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return [_UNITS_EN[hundreds], "hundred", *(_words_en(rest) if rest else [])]
    size, name = next(scale for scale in _SCALES_EN if number >= scale[0])
    count, rest = divmod(number, size)
    return [*_words_en(count), name, *(_words_en(rest) if rest else [])]


def _check_whole(number: object, minimum: int, maximum: int) -> None:
    if isinstance(number, int) and not isinstance(number, bool) and minimum <= number <= maximum:
        return
    raise ModelError("numeral-range", received=quoted(number), minimum=minimum, maximum=maximum)


_SMALL_WORDS = frozenset(
    (
        "dan",
        "di",
        "ke",
        "dari",
        "untuk",
        "yang",
        "pada",
        "atas",
        "tentang",
        "dengan",
        "serta",
        "atau",
        "oleh",
        "bagi",
    )
)


def title_case(text: str) -> str:
    """
    Return a title that is set in capitals as it stands inside a sentence: ``"Keputusan Kepala Dinas dan …"``.

    Conjunctions and prepositions stay small, except as the first word. A title that has small letters
    already is returned as it is, with its abbreviations.
    """
    if text != text.upper():
        return text
    words = text.lower().split(" ")
    return " ".join(
        word if index and word in _SMALL_WORDS else word[:1].upper() + word[1:]
        for index, word in enumerate(words)
    )
