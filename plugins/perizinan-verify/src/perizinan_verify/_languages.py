"""Which language a request is answered in: ``?lang=``, then ``Accept-Language``, then Bahasa Indonesia."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from perizinan_core.i18n import LANGUAGES, choose_language

__all__ = ["language_of"]


def language_of(request: HTTPConnection) -> str:
    """Return ``"id"`` or ``"en"``."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else choose_language(request.headers.get("accept-language"))
