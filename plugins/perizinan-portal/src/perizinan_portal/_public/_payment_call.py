"""
Where payment providers call when money has arrived.

There is no form and no session: the provider's own signature over the bytes is the proof, which its plugin checks.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from perizinan_core import PerizinanError
from perizinan_portal._kit import PageRoute, Services

__all__ = ["ROUTES"]

_log = logging.getLogger("perizinan_portal")

_MOST_BYTES = 64 * 1024
_CALLS = 600
"""Calls of one client in a minute."""


async def take(request: Request, services: Services) -> Response:
    """Note the money, and answer with success; a call that comes again changes nothing."""
    provider = request.path_params["provider"]
    if provider not in services.office.billing.providers():
        return JSONResponse({"code": "page-not-found"}, HTTPStatus.NOT_FOUND)
    client = request.client.host if request.client else ""
    try:
        await run_in_threadpool(services.limiter.hit, "payment-call", client, times=_CALLS, minutes=1)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                return JSONResponse({"code": "request-too-large"}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await run_in_threadpool(services.office.billing.callback, provider, body, dict(request.headers))
    except PerizinanError as error:
        # The provider tries again where it is our fault; what it sent is not repeated in a log.
        _log.warning("a call of a payment provider was not taken: %s", error.code)
        return JSONResponse({"code": error.code}, status_code=error.http_status)
    return Response(status_code=HTTPStatus.NO_CONTENT)


ROUTES = (
    PageRoute(path="/panggilan/pembayaran/{provider}", name="payment-call", serve=take, serves=("POST",)),
)
