"""The cookies: a session, the secret of forms without one, the language. Nothing else is kept in the browser."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

__all__ = ["LANGUAGE", "SESSION", "VISITOR", "drop", "name_of", "put"]

SESSION = "perizinan_session"
VISITOR = "perizinan_form"
LANGUAGE = "perizinan_language"


def name_of(cookie: str, *, https: bool) -> str:
    """Return the name in use: over https with a prefix that no other host of the domain can set."""
    return f"__Host-{cookie}" if https else cookie


def put(response: Response, cookie: str, value: str, *, https: bool, seconds: int | None = None) -> None:
    """Set a cookie that no script reads and no other site sends along."""
    response.set_cookie(
        name_of(cookie, https=https),
        value,
        max_age=seconds,
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, cookie: str, *, https: bool) -> None:
    """Take a cookie away."""
    response.delete_cookie(
        name_of(cookie, https=https), path="/", secure=https, httponly=True, samesite="lax"
    )


def found(cookies: Mapping[str, str], cookie: str, *, https: bool) -> str:
    """Return the value of a cookie, or an empty text."""
    return cookies.get(name_of(cookie, https=https), "")
