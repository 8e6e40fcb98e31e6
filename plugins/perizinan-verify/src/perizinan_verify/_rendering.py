"""Filling the templates. Everything is escaped; a name that is missing is an error, not an empty place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from perizinan_core.model import format_date
from perizinan_verify._languages import language_of
from perizinan_verify._sentences import say
from perizinan_verify._service import service_of

__all__ = ["render"]


async def render(
    request: Request,
    template: str,
    *,
    place: str = "/",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    views: Mapping[str, Mapping[str, Any]] | None = None,
    **values: Any,
) -> HTMLResponse:
    """
    Return a page in the language of the request, or in several at once.

    Args:
        request: Whose language comes first.
        template: Name of the template.
        place: Path of the page, which its link to the other language leads to.
        status: HTTP status.
        headers: Further headers.
        views: What each language shows, for pages that cannot be asked for again in another one: the file
            that a result is about is forgotten.
        values: What all languages show.
    """
    language = language_of(request)
    service = service_of(request)
    documents = [item.document for item in await service.published()]
    shown = views or {language: {}}
    made = [_view(name, shown[name]) for name in sorted(shown, key=lambda name: name != language)]
    html = (
        _environment()
        .get_template(template)
        .render(
            views=made,
            first=made[0],
            base=request.scope.get("root_path", ""),
            authority=documents[0],
            authorities=documents,
            max_bytes=service.settings.max_bytes,
            has_status=bool(service.status),
            has_office=service.office is not None,
            place=place,
            **values,
        )
    )
    kept = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    return HTMLResponse(html, status_code=status, headers=kept)


def _view(language: str, values: Mapping[str, Any]) -> dict[str, Any]:
    def marked(sentence: str, **fields: object) -> Markup:
        safe = {name: Markup.escape(value) for name, value in fields.items()}
        return Markup(say(sentence, language, **safe))  # noqa: S704 - our own sentences, values escaped

    return {
        **values,
        "_": marked,
        "language": language,
        "format_date": lambda day: format_date(day, language),
    }


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("perizinan_verify"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(text: str) -> Markup:
    """Let a line end behind the signs of names in certificates, which have no spaces, and not within a word."""
    escaped = str(Markup.escape(text))
    return Markup(re.sub(r"(?<=[=/,])(?=\w)", "<wbr>", escaped))  # noqa: S704 - escaped the line before
