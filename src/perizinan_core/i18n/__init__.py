"""
Sentences for people: English in the source, Bahasa Indonesia from gettext catalogues.

Source sentences (msgids) are English. Every room keeps its own catalogue,
``locale/<language>/LC_MESSAGES/<room>.po``, compiled to ``.mo`` by ``make messages``;
this package chains them, so a caller never names a room. A sentence without a
translation is shown in English rather than not at all.

Sentences carry named placeholders (``{field}``) that are filled after translation.
"""

from perizinan_core.i18n._sentences import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    N_,
    Clause,
    Clauses,
    add_locale_dir,
    choose_language,
    said,
    translate,
)

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
