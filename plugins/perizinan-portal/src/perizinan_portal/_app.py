"""Putting the portal together: `portal_app`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path

import attrs
from perizinan_verify import office_app
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from perizinan_core import Office
from perizinan_core.i18n import add_locale_dir
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Services
from perizinan_portal._kit._handling import endpoint, refused
from perizinan_portal._kit._headers import OverHttps, SafeHeaders
from perizinan_portal._kit._limits import Limiter
from perizinan_portal._kit._rendering import STATIC, environment
from perizinan_portal._kit._sentences import LOCALE
from perizinan_portal._readiness import Readiness
from perizinan_portal._settings import PortalSettings
from perizinan_portal._store import open_store
from perizinan_portal._store._tables import NAME
from perizinan_portal._table import routes
from perizinan_portal._template_fit import require_fit
from perizinan_portal._theme import require_contrast, theme_css
from perizinan_portal.hooks import load_extensions

__all__ = ["app_of", "portal_app", "portal_services"]


def portal_services(
    office: Office,
    settings: PortalSettings | None = None,
    extensions: Iterable[object] = (),
    *,
    discover: bool = True,
) -> Services:
    """
    Open what the pages of a portal share; see `portal_app`.

    Raises:
        PortalError: the settings cannot be used, or the keys of the accounts are not there.
        HookError: ``nothing-registered``: the office was opened without the plugin.
    """
    found = load_extensions(extensions, discover=discover)
    settings = settings or PortalSettings()
    if found.theme.brand is not None and settings.brand == PortalSettings().brand:
        settings = attrs.evolve(settings, brand=found.theme.brand)
    _check(office, settings)
    add_locale_dir(LOCALE)
    templates = environment(
        settings.templates,
        found.pages,
        reload=settings.templates is not None and office.settings.signing.development,
    )
    if settings.templates is not None:
        require_fit(settings.templates, templates)
    store = open_store(office.tables(NAME))
    shared = store.is_shared if settings.shared_limits is None else settings.shared_limits
    return Services(
        office=office,
        store=store,
        settings=settings,
        templates=templates,
        limiter=Limiter(store.hidden, store.rates if shared else None),
        table=routes(found.pages),
        extensions=found,
    )


def portal_app(
    office: Office,
    *,
    settings: PortalSettings | None = None,
    extensions: Iterable[object] = (),
    discover: bool = True,
) -> Starlette:
    """
    Return the portal of an open office as one ASGI application.

    What `perizinan_verify.office_app` shows is part of it, at the addresses that letters and QR codes name.

    Args:
        office: The office; it has to stay open.
        settings: Of the portal.
        extensions: Extensions of the host program, besides the installed ones; see `perizinan_portal.hooks`.
        discover: False leaves the installed extensions out.

    Raises:
        PortalError: the settings cannot be used, or the keys of the accounts are not there.
        PortalError: ``template-unfit``: a template of the office does not fit any more.
        HookError: ``nothing-registered``: the office was opened without the plugin.
        ValueError: two pages have one name or address.
    """
    return app_of(portal_services(office, settings, extensions, discover=discover))


def app_of(services: Services) -> Starlette:
    """Return the application of a portal whose parts are open."""
    office = services.office
    pages = Starlette(
        routes=[*_own(services), *(_route(services, name) for name in services.table)],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={
            HTTPException: _on_error(services),
            PortalError: _on_error(services),
            ClientDisconnect: _on_error(services),
        },
    )
    return _joined(office, services, pages)


def _joined(office: Office, services: Services, pages: Starlette) -> Starlette:
    """Put the pages and those of verification behind one door."""
    checks = office_app(office)
    path = "/" + office.authority.verification_url.split("://", 1)[-1].partition("/")[2].strip("/")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with checks.router.lifespan_context(checks):
            yield

    app = Starlette(lifespan=lifespan)
    door: ASGIApp = _Door(pages, checks, path.casefold())
    app.router.default = OverHttps(door) if services.is_https else door
    app.state.services, app.state.checks = services, checks
    return app


class _Door:
    """Sends each request to the pages of the portal or to those of verification."""

    _PLACES = ("/periksa", "/qr", "/status-list.cwt")
    _FOLDERS = ("/api/", "/.well-known/", "/static/")

    def __init__(self, pages: ASGIApp, checks: ASGIApp, path: str) -> None:
        self._pages, self._checks = pages, checks
        self._places = {*self._PLACES, *({path} if path != "/" else ())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        await (self._checks if self._is_check(scope) else self._pages)(scope, receive, send)

    def _is_check(self, scope: Scope) -> bool:
        if scope["type"] != "http":
            return True
        path = str(scope["path"]).removeprefix(scope.get("root_path", "")).casefold()
        # The form of the check posts to the first page, which takes no posts otherwise.
        posts_file = path == "/" and scope["method"] == "POST"
        return posts_file or path.rstrip("/") in self._places or path.startswith(self._FOLDERS)


def _own(services: Services) -> list[BaseRoute]:
    css, readiness = theme_css(services.settings), Readiness(services)

    async def theme(_request: Request) -> Response:
        return Response(css, media_type="text/css", headers={"Cache-Control": "no-cache"})

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        able = await run_in_threadpool(readiness.is_ready)
        return JSONResponse({"ready": able}, status_code=200 if able else 503)

    theme_of = services.extensions.theme
    files = (("logo", theme_of.logo), ("tema-tambahan.css", theme_of.style))
    added: list[BaseRoute] = [
        Route(f"/aset/{name}", _file(path), methods=["GET"]) for name, path in files if path is not None
    ]
    added += [
        Mount(f"/aset/{item.prefix}", StaticFiles(directory=item.static))
        for item in services.extensions.pages
        if item.static is not None
    ]
    return [
        *added,
        Route("/aset/tema.css", theme, methods=["GET"]),
        # Files hold no secret, so they may be compressed; pages are not.
        Mount("/aset", GZipMiddleware(_Kept(directory=STATIC)), name="static"),
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
    ]


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        # A picture may be SVG: it is drawn as a picture, and as a page of its own it may do nothing.
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": "sandbox; default-src 'none'"}
        return FileResponse(path, headers=headers)

    return answer


class _Kept(StaticFiles):
    """Style and script: their address changes with their content, so a browser may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        response = await super().get_response(path, scope)
        if scope.get("query_string"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _route(services: Services, name: str) -> Route:
    entry = services.table[name]
    return Route(entry.path, endpoint(entry, services), methods=entry.methods, name=entry.name)


def _on_error(services: Services):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Starlette's own type is wider
    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, ClientDisconnect):
            return Response(status_code=400)
        return await run_in_threadpool(refused, request, services, error)

    return answer


def _check(office: Office, settings: PortalSettings) -> None:
    require_contrast(settings)
    if not settings.second_factor and not office.settings.signing.development:
        raise PortalError("portal-second-factor")
