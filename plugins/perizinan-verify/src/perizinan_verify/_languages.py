"""Which language a request is answered in: ``?lang=``, then ``Accept-Language``, then Bahasa Indonesia."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from perizinan_core.i18n import DEFAULT_LANGUAGE, LANGUAGES

__all__ = ["language_of"]

_MOST = 20


def language_of(request: HTTPConnection) -> str:
    """Return ``"id"`` or ``"en"``."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    best, weight = DEFAULT_LANGUAGE, 0.0
    for part in request.headers.get("accept-language", "").split(",")[:_MOST]:
        name, _, parameter = part.strip().partition(";")
        language = name.partition("-")[0].lower()
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    """Return the weight of one entry (RFC 9110 section 12.5.4); one that cannot be read counts nothing."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0
