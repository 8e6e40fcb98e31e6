"""Requests that fail: a page for people, problem details (RFC 9457) for programs."""

from __future__ import annotations

import json
import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from perizinan_core.i18n import translate
from perizinan_verify._errors import (
    BodyTooLargeError,
    JudgingUnavailableError,
    NoSuchPageError,
    RequestError,
    WrongMethodError,
)
from perizinan_verify._languages import language_of
from perizinan_verify._rendering import render

__all__ = ["on_disconnect", "on_http_error", "on_request_error", "on_surprise"]

_log = logging.getLogger("perizinan_verify")
_WORTH_DRAINING = 8
"""Up to so many times the limit a body is let in and thrown away, so that the sender hears why."""


async def on_request_error(request: Request, error: Exception) -> Response:
    """Say what is wrong with a request."""
    assert isinstance(error, RequestError)  # noqa: S101 - registered for these only
    language = language_of(request)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if error.retry_seconds is not None:
        headers["Retry-After"] = str(error.retry_seconds)
    if isinstance(error, WrongMethodError):
        headers["Allow"] = ", ".join(error.expected)
    if error.close or (isinstance(error, BodyTooLargeError) and not _ends_soon(request, error.limit)):
        headers["Connection"] = "close"
    title, detail = translate(error.title, language), error.message(language)
    if _is_api(request):
        headers["Content-Type"] = "application/problem+json"
        problem = {
            "type": f"urn:perizinan-verify:problem:{error.code}",
            "title": title,
            "status": error.status.value,
            "detail": detail,
            "code": error.code,
        }
        return Response(json.dumps(problem), status_code=error.status, headers=headers)
    views = {language: {"title": title, "detail": detail}}
    return await render(request, "problem.html", status=error.status, headers=headers, views=views)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Turn what the router refuses into our own errors."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these only
    if error.status_code == WrongMethodError.status:
        allowed = tuple((error.headers or {}).get("Allow", "GET").split(", "))
        return await on_request_error(request, WrongMethodError(allowed))
    return await on_request_error(request, NoSuchPageError())


async def on_disconnect(request: Request, error: Exception) -> Response:
    """Answer no one: the sender has gone."""
    del request, error
    return Response(status_code=400)


async def on_surprise(request: Request, error: Exception) -> Response:
    """Say sorry; the fault goes to the log by its kind alone, for its text may hold personal data."""
    _log.error("unexpected %s", type(error).__name__)
    return await on_request_error(request, JudgingUnavailableError())


def _is_api(request: Request) -> bool:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return bool(path.startswith(("/api/", "/.well-known/")) or path == "/healthz")


def _ends_soon(request: Request, limit: int) -> bool:
    declared = request.headers.get("content-length", "")
    return declared.isdecimal() and int(declared[:20]) <= _WORTH_DRAINING * limit
