"""
Whether a post comes from a page of ours: by what the browser says of its origin, and by the form's token.

Both have to hold. The token is the session's, or the one of a cookie for forms that need no session.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from perizinan_portal._errors import PortalError

__all__ = ["require_own_load", "require_own_origin", "require_token"]

_OWN = frozenset({"same-origin", "none"})


def require_own_origin(request: Request) -> None:
    """
    Pass for a post that a page of this very host sent.

    Raises:
        PortalError: ``form-not-ours``.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        if fetched not in _OWN:
            raise PortalError("form-not-ours")
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise PortalError("form-not-ours")


def require_own_load(request: Request) -> None:
    """
    Pass unless a page of another site would load an address as a part of itself: a picture, a script, data.

    Following a link from there is no such thing. Browsers that do not say what they load are let through; cookies
    do not go along from another site either.

    Raises:
        PortalError: ``page-not-found``.
    """
    if (
        request.headers.get("sec-fetch-site") == "cross-site"
        and request.headers.get("sec-fetch-mode", "navigate") != "navigate"
    ):
        raise PortalError("page-not-found")


def require_token(sent: str, secret: str) -> None:
    """
    Pass for a form that carries the token it was given.

    Raises:
        PortalError: ``form-not-ours``.
    """
    if not secret or not hmac.compare_digest(sent.encode("utf-8", "replace"), secret.encode()):
        raise PortalError("form-not-ours")
