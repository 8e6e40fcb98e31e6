"""``permit.json`` inside the PDF: found once, valid by its schema, and agreeing with the printed page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.verification import PermitDataError
from perizinan_core.published._strict_json import load_json
from perizinan_core.verification._pdf._embedded import embedded_files
from perizinan_core.verification._schemas import fits_schema, load_schema, schema_faults

__all__ = ["PERMIT_FILE", "differences_to_text", "load_schema", "read_permit_data"]

PERMIT_FILE = "permit.json"
_MAX_BYTES = 1024 * 1024
_LANGUAGES = ("id", "en")
_NO_LETTER = re.compile(r"[\W_]+")
"""Everything but letters and digits, as `str.isalnum` sees them."""

_NO_LETTER_BYTES = bytes(value for value in range(128) if not chr(value).isalnum())


def read_permit_data(pdf: PdfStructure) -> Mapping[str, Any]:
    """
    Return the content of ``permit.json``.

    Raises:
        PermitDataError: when it is missing, there twice, no JSON, or breaks the schema; the
            problems name fields and never repeat personal data.
    """
    if pdf.encrypted:
        raise PermitDataError("permit-data-unreadable", ("the file is encrypted",))
    try:
        files = embedded_files(pdf, PERMIT_FILE)
    except PdfStructureError as error:
        raise PermitDataError("permit-data-unreadable", (error.problem,)) from error
    if not files:
        raise PermitDataError("permit-data-missing", ("it is not there",))
    if len(files) > 1 or len(files[0]) > _MAX_BYTES:
        raise PermitDataError("permit-data-unreadable", ("it is there twice or too large",))
    try:
        data = load_json(files[0])
    except ValueError as error:
        raise PermitDataError("permit-data-unreadable", ("it is no JSON, or a key comes twice",)) from error
    if not fits_schema(data, "permit"):
        raise PermitDataError("permit-data-schema", schema_faults(data, "permit"))
    permit: Mapping[str, Any] = data
    return permit


def differences_to_text(permit: Mapping[str, Any], text: str) -> tuple[list[str], int]:
    """
    Compare the data with the printed text.

    Letters and digits count, in reading order; spaces, line breaks, hyphens, capital letters and
    the form of accents do not. Dates are looked for as written in Indonesian or English, in words
    or as ISO date. Values in scripts that are drawn in another order than they are written
    (anything but Latin letters) are left out.

    Returns:
        Names of the fields that the page does not print, and the number of fields compared.
    """
    page = _essence(text)
    wanted = {name: permit[name] for name in ("number", "holder", "object")}
    wanted |= {f"fields[{place}]": pair[1] for place, pair in enumerate(permit["fields"])}
    needles: dict[str, tuple[str, ...]] = {
        name: (_essence(text),) for name, text in wanted.items() if _is_comparable(text)
    }
    for name in ("issued_on", "valid_until"):
        if permit.get(name) is not None:
            needles[name] = _written(permit[name])
    missing = [name for name, forms in needles.items() if not any(form in page for form in forms)]
    return missing, len(needles)


@lru_cache(maxsize=1024)
def _written(iso: str) -> tuple[str, ...]:
    """Return the essence of every way in which a letter may write a day."""
    from perizinan_core.model._numerals import date_in_words, format_date

    day = date.fromisoformat(iso)
    forms = [form(day, language) for language in _LANGUAGES for form in (format_date, date_in_words)]
    return tuple(map(_essence, (*forms, iso, f"{day:%d-%m-%Y}")))


def _is_comparable(text: str) -> bool:
    if text.isascii():
        return True
    letters = [character for character in text if character.isalpha()]
    return all(
        unicodedata.name(character, "").startswith(("LATIN", "FEMININE", "MASCULINE"))
        for character in letters
    )


def _essence(text: str) -> str:
    """Return letters and digits alone, all small."""
    plain = unicodedata.normalize("NFKD", text)
    if not plain.isascii():
        # Dashes and accents go first: without them most pages are plain ASCII, which is quickly done.
        for character in set(plain):
            if not character.isascii() and not character.isalnum():
                plain = plain.replace(character, "")
        if not plain.isascii():
            return _NO_LETTER.sub("", plain).casefold()
    return plain.encode("ascii").translate(None, _NO_LETTER_BYTES).lower().decode("ascii")
