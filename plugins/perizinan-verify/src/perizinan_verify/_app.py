"""Putting the page together: `create_app`."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from perizinan_core.i18n import add_locale_dir
from perizinan_core.published import STATUS_LIST_FILE, AuthorityDocument, NoStatus, StatusSource
from perizinan_core.verification import CurrentStatusList
from perizinan_verify import _api as api
from perizinan_verify import _catalogue_pages as catalogue_pages
from perizinan_verify import _pages as pages
from perizinan_verify._authorities import Authorities, AuthoritySource
from perizinan_verify._errors import JudgingUnavailableError, RequestError
from perizinan_verify._headers import SafeHeaders
from perizinan_verify._judging import JudgingPool
from perizinan_verify._problems import on_disconnect, on_http_error, on_request_error
from perizinan_verify._published_lists import PublishedList
from perizinan_verify._service import OfficeShown, Service
from perizinan_verify._settings import PageSettings
from perizinan_verify._status_questions import LimitedStatus

if TYPE_CHECKING:
    # Not at run time: the page alone needs no database library.
    from perizinan_core import Office

__all__ = ["StatusGiven", "create_app", "office_app"]

StatusGiven = StatusSource | NoStatus | Path | str
"""A status source, the path or address of a published status list, or `NO_STATUS`: no one is asked."""

_log = logging.getLogger("perizinan_verify")


def create_app(
    authority: AuthoritySource | Sequence[AuthoritySource],
    *,
    status: StatusGiven | Mapping[str, StatusGiven] | None = None,
    status_list: Path | str | Mapping[str, Path | str] | None = None,
    authority_key: str | None = None,
    settings: PageSettings | None = None,
    clock: Callable[[], datetime] | None = None,
    office: OfficeShown | None = None,
) -> Starlette:
    """
    Return the page and the API as one ASGI application, to be served alone or mounted in another one.

    It keeps nothing: no file, no session, no cookie, no one's address. Judging processes start with
    the first file and end with the application (or with its lifespan, where the server runs it).

    Args:
        authority: The signed ``authority.json``: its bytes, its path (read again when it changes), or a
            function that returns it (asked again every minute); several for several offices.
        status: Who knows about revocations: for the one office, or by short name for several. A path or an
            address is that of a published status list; a source is called from threads, and one that does
            not answer in ``settings.status_seconds`` leaves permits undecided, and so does None where the
            office publishes a status list. `NO_STATUS`: the status is not asked, and every answer says so.
        status_list: The published list that browsers fetch from here, by short name for several offices: its
            path or address. Needed only where ``status`` is another source, such as the office's records.
        authority_key: Fingerprint (RFC 7638) of the key that must have signed the authority documents.
        settings: What one request may cost.
        clock: Returns the current moment with time zone.
        office: Whose permit types `/izin` shows; None: no one's. See `office_app`.

    Raises:
        AuthorityDocumentError: when an authority document cannot be used.
        OSError: when one cannot be read.
        ValueError: when there is none, two are of one office, or one status source is given for several.
    """
    add_locale_dir(Path(__file__).parent / "locale")
    authorities = Authorities(_listed(authority), key=authority_key)
    clock = clock or _now
    settings = settings or PageSettings()
    chosen = _by_slug(status, authorities)
    without = frozenset(slug for slug, given in chosen.items() if isinstance(given, NoStatus))
    asked = _sources(chosen, authorities, clock)
    limited = {slug: LimitedStatus(source, settings.status_seconds) for slug, source in asked.items()}
    pool = JudgingPool(
        authorities, status=limited, without_status=without, settings=settings, key=authority_key
    )
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(SafeHeaders), Middleware(_LastResort)],
        exception_handlers={
            RequestError: on_request_error,
            HTTPException: on_http_error,
            ClientDisconnect: on_disconnect,
        },
        lifespan=_lifespan,
    )
    app.router.default = _elsewhere
    app.state.service = Service(
        authorities=authorities,
        pool=pool,
        status=limited,
        lists=_lists(asked, _sources(_by_slug(status_list, authorities), authorities, clock)),
        settings=settings,
        clock=clock,
        office=office,
    )
    return app


def office_app(office: Office, *, settings: PageSettings | None = None) -> Starlette:
    """
    Return the pages of an open office as one ASGI application.

    ``/izin`` has its permits, ``/periksa`` and ``/`` check one by the office's own records, and checkers find
    ``/.well-known/perizinan.json`` and, where the office publishes one, ``/status-list.cwt``.

    Args:
        office: The office; it has to stay open.
        settings: Bounds of the page; those of ``[plugin.verify]`` are handed in by `Office.serve`.
    """
    return create_app(
        office.publication.authority_json,
        status=office.status,
        status_list=office.status_lists.file,
        settings=settings,
        clock=office.now,
        office=office,
    )


def _routes() -> list[Route | Mount]:
    return [
        Route("/", pages.show_page, methods=["GET"]),
        Route("/", pages.check_pdf, methods=["POST"]),
        Route("/izin", catalogue_pages.show_catalogue, methods=["GET"]),
        Route("/izin/{code}", catalogue_pages.show_permit_type, methods=["GET"]),
        Route("/qr", pages.check_qr, methods=["POST"]),
        Route("/api/verify", api.verify, methods=["POST"]),
        Route("/api/verify-qr", api.verify_qr, methods=["POST"]),
        Route("/api/status", api.status, methods=["POST"]),
        Route("/api/authority", api.list_authorities, methods=["GET"]),
        Route("/api/authority/{slug}", api.authority_file, methods=["GET"]),
        Route("/api/openapi.json", api.openapi, methods=["GET"]),
        Route("/api/status-list/{slug}", api.status_list_file, methods=["GET"]),
        Route(f"/{STATUS_LIST_FILE}", api.first_status_list, methods=["GET"]),
        Route("/.well-known/perizinan.json", api.well_known, methods=["GET"]),
        Route("/healthz", api.health, methods=["GET"]),
        Mount("/static", _Static(packages=[("perizinan_verify", "static")]), name="static"),
    ]


async def _elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve what no route knows: the page under the address that QR codes hold, or 404."""
    if scope["type"] != "http":
        await WebSocketClose()(scope, receive, send)
        return
    response = await pages.show_page_by_address(Request(scope, receive))
    await response(scope, receive, send)


class _Static(StaticFiles):
    """Style and script: kept by browsers, but asked about every time, so that an update is seen at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"cache-control", b"no-cache")]
            await send(message)

        await super().__call__(scope, receive, with_headers)


class _LastResort:
    """Answers when our own code fails; only the kind of fault is logged, its text may hold personal data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            _log.exception("unexpected %s", type(error).__name__, exc_info=False)
            if begun:
                raise
            response = await on_request_error(Request(scope, receive), JudgingUnavailableError())
            await response(scope, receive, send)


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    service: Service = app.state.service
    try:
        yield
    finally:
        service.pool.close()


def _listed(authority: AuthoritySource | Sequence[AuthoritySource]) -> Sequence[AuthoritySource]:
    if isinstance(authority, (bytes, str, Path)) or callable(authority):
        return [authority]
    return list(authority)


def _by_slug(
    given: StatusGiven | Mapping[str, StatusGiven] | None, authorities: Authorities
) -> Mapping[str, StatusGiven]:
    slugs = [item.document.slug for item in authorities.known]
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        if len(slugs) > 1:
            raise ValueError("expected status sources by short name, because there are several offices")
        given = {slugs[0]: given}
    strange = set(given) - set(slugs)
    if strange:
        raise ValueError(f"expected status sources of {slugs}, got one of {sorted(strange)}")
    return given


def _sources(
    given: Mapping[str, StatusGiven], authorities: Authorities, clock: Callable[[], datetime]
) -> Mapping[str, StatusSource]:
    return {
        slug: _source(item, slug, authorities, clock)
        for slug, item in given.items()
        if not isinstance(item, NoStatus)
    }


def _source(
    given: StatusSource | Path | str, slug: str, authorities: Authorities, clock: Callable[[], datetime]
) -> StatusSource:
    if not isinstance(given, (Path, str)):
        return given

    def document() -> AuthorityDocument:
        return next(item.document for item in authorities.known if item.document.slug == slug)

    return CurrentStatusList(given, authority=document, clock=clock)


def _lists(
    sources: Mapping[str, StatusSource], given: Mapping[str, StatusSource]
) -> Mapping[str, PublishedList]:
    """Return what browsers may fetch: the lists by which files are judged, or those named for them."""
    both = {**sources, **given}
    return {slug: source for slug, source in both.items() if isinstance(source, CurrentStatusList)}


def _now() -> datetime:
    return datetime.now(UTC)
