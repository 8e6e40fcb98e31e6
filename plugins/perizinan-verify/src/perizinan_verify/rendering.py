"""Filling the templates. Everything is escaped; a name that is missing is an error, not an empty place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from perizinan_core.model.numerals import format_date
from perizinan_verify.languages import language_of
from perizinan_verify.sentences import say
from perizinan_verify.service import service_of

__all__ = ["render"]


async def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a page in the language of the request."""
    language = language_of(request)
    service = service_of(request)
    documents = [item.document for item in await service.published()]

    def marked(sentence: str, **fields: object) -> Markup:
        safe = {name: Markup.escape(value) for name, value in fields.items()}
        return Markup(say(sentence, language, **safe))  # noqa: S704 - our own sentences, values escaped

    html = (
        _environment()
        .get_template(template)
        .render(
            _=marked,
            language=language,
            base=request.scope.get("root_path", ""),
            authority=documents[0],
            authorities=documents,
            max_bytes=service.settings.max_bytes,
            has_status=bool(service.status),
            format_date=lambda day: format_date(day, language),
            **values,
        )
    )
    kept = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    return HTMLResponse(html, status_code=status, headers=kept)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("perizinan_verify"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
