"""From a request to the answer: who it is, whether the page is for them, the page itself, and what went wrong."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

import attrs
import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from perizinan_core import PerizinanError
from perizinan_core.errors.base import Category
from perizinan_core.i18n import LANGUAGES, N_, choose_language
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import _cookies as cookies
from perizinan_portal._kit._answers import Answer, Download, Page, Redirect
from perizinan_portal._kit._bodies import posted
from perizinan_portal._kit._guard import require_own_load, require_own_origin, require_token
from perizinan_portal._kit._menu import menu_of
from perizinan_portal._kit._rendering import render
from perizinan_portal._kit._routing import PageRoute, Who
from perizinan_portal._kit._services import HOST, Services
from perizinan_portal._kit._visit import Posted, Visit, rights_of, sentence_of
from perizinan_portal._store import Account, AccountKind, Level, SavedPost, Session

__all__ = ["endpoint", "reaches", "refused", "visit_of"]

_log = logging.getLogger("perizinan_portal")
_YEAR = 365 * 24 * 3600
_RESTORED = "isian"
"""Name in the query: the token of what was typed before the session ended."""

_TITLES = {
    HTTPStatus.NOT_FOUND: N_("This page is not there"),
    HTTPStatus.CONFLICT: N_("Something has changed in the meantime"),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("Something has to be corrected"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("This is too large"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Please wait a moment"),
    HTTPStatus.FORBIDDEN: N_("This is not possible for you"),
    HTTPStatus.BAD_REQUEST: N_("This could not be read"),
}
_OURS = N_("Something is wrong on our side")


def endpoint(route: PageRoute, services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return what Starlette calls for a page. Pages themselves are plain functions, each in a thread."""

    async def answer(request: Request) -> Response:
        begun = time.perf_counter()
        try:
            if route.serve is not None:
                response = await route.serve(request, services)
            elif request.method == "POST":
                require_own_origin(request)
                most = services.settings.max_upload_bytes
                async with posted(request, uploads=route.uploads, most=most) as given:
                    response = await run_in_threadpool(_respond, request, route, services, given)
            else:
                if route.who is not Who.ANYONE:
                    require_own_load(request)
                response = await run_in_threadpool(_respond, request, route, services, Posted())
        except PerizinanError as error:
            response = await run_in_threadpool(refused, request, services, error, _way_back(request, route))
        except ClientDisconnect:
            # The connection was cut in mid-upload: there is no one to answer.
            response = Response(status_code=HTTPStatus.BAD_REQUEST)
        _note(request, route.name, response.status_code, begun)
        return response

    return answer


def refused(request: Request, services: Services, error: Exception, back: str | None = None) -> Response:
    """Answer a request that reached no page, or whose page failed, with a sentence and a way on."""
    visit = _visit(request, services, Posted())
    return _finished(visit, _with_way_back(_problem(visit, error), back))


def _way_back(request: Request, route: PageRoute) -> str | None:
    """Return the page of a form that was sent, where it has one of its own."""
    return request.url.path if request.method == "POST" and route.show is not None else None


def _with_way_back(answer: Answer, back: str | None) -> Answer:
    if back is None or not isinstance(answer, Page):
        return answer
    return attrs.evolve(answer, values={**answer.values, "back": back})


def visit_of(request: Request, services: Services) -> Visit:
    """Return who sent a request; nothing of its body is read."""
    return _visit(request, services, Posted())


def reaches(route: PageRoute, visit: Visit) -> bool:
    """Return whether a page is for someone like this visitor."""
    match route.who:
        case Who.ANYONE:
            return True
        case Who.APPLICANT:
            return visit.is_applicant
        case Who.REGISTERED:
            return visit.is_applicant and visit.is_registered
        case Who.PENDING:
            return visit.pending is not None
        case Who.ACCOUNT:
            return visit.is_registered
        case Who.OFFICER:
            return visit.officer is not None and (
                not route.roles or visit.officer.as_actor().has(*route.roles)
            )


def _respond(request: Request, route: PageRoute, services: Services, given: Posted) -> Response:
    visit = _visit(request, services, given)
    try:
        answer = _answered(visit, route)
    except (PerizinanError, HTTPException) as error:
        answer = _with_way_back(_problem(visit, error), _way_back(request, route))
    except Exception as error:  # noqa: BLE001 - whatever it is, its visitor gets a page
        # Its text may hold personal data: the kind and the place are enough to look for it.
        _log.error("unexpected %s at %s", type(error).__name__, route.name, exc_info=_development(services))
        answer = _problem(visit, error)
    try:
        return _finished(visit, answer)
    except jinja2.TemplateError as error:
        _log.error("%s in %s: %s", type(error).__name__, route.name, error.message)
        return _finished(visit, _problem(visit, error))


def _answered(visit: Visit, route: PageRoute) -> Answer:
    posts = visit.request.method == "POST"
    if not reaches(route, visit):
        if visit.is_registered or (visit.account is not None and route.who is Who.OFFICER):
            raise PortalError("page-not-found")
        return _to_login(visit)
    if not posts:
        _restore(visit)
        if (step := _step(visit, route)) is not None:
            return step
        assert route.show is not None  # noqa: S101 - the router asked for the method
        return route.show(visit)
    if _is_from_before(visit, route):
        return Redirect(_kept_for_later(visit, visit.request.url.path))
    require_token(visit.posted.one("_token"), visit.form_secret)
    if route.rate is not None:
        client = visit.request.client.host if visit.request.client else ""
        visit.limit(route.name, client, times=route.rate.times, minutes=route.rate.minutes)
    assert route.act is not None  # noqa: S101 - the router asked for the method
    return route.act(visit)


def _step(visit: Visit, route: PageRoute) -> Redirect | None:
    """Return the way to a step of registration that an extension adds and that is still to be done."""
    account = visit.account
    if account is None or account.kind is not AccountKind.PUBLIC or route.who is Who.ANYONE:
        return None
    steps = visit.services.extensions.steps
    if any(route.name == step.page for step in steps):
        return None
    missing = next((step for step in steps if not step.is_done(visit, account)), None)
    return None if missing is None else Redirect(visit.url(missing.page))


def _visit(request: Request, services: Services, given: Posted) -> Visit:
    https = services.is_https
    session, account = _known(services, cookies.found(request.cookies, cookies.SESSION, https=https))
    visit = Visit(
        request=request,
        services=services,
        language=_language(request, services, account),
        posted=given,
        visitor_secret=cookies.found(request.cookies, cookies.VISITOR, https=https)
        or secrets.token_urlsafe(24),
    )
    if session is None or account is None:
        return visit
    if account.officer is not None:
        officer = services.office.reviews.officer(account.officer, actor=HOST)
        if officer is None or not officer.active:
            services.store.sessions.end_all(account.id)
            return visit
        visit.session = session
        if session.level is Level.PASSWORD:
            visit.pending = account
            return visit
        visit.account, visit.officer = account, officer
        if session.rights != rights_of(officer):
            visit.begin_session(account, Level.FULL, officer)
        return visit
    visit.session = session
    if session.level is Level.PASSWORD:
        visit.pending = account
    else:
        visit.account = account
    return visit


def _known(services: Services, token: str) -> tuple[Session | None, Account | None]:
    """Return the session of a cookie and its account, unless it is over."""
    known = services.store.known(token) if token else None
    if known is None:
        return None, None
    session, account = known
    settings, now = services.settings, services.now
    idle = settings.officer_idle_minutes if account.kind is AccountKind.OFFICER else settings.idle_minutes
    if account.kind is AccountKind.GUEST:
        idle, most = settings.guest_days * 24 * 60, settings.guest_days * 24
    else:
        most = settings.session_hours
    if now - session.seen_at > idle * 60 or now - session.created_at > most * 3600:
        services.store.sessions.end(session.digest)
        return None, None
    services.store.sessions.touch(session, now=now)
    return session, account


def _language(request: Request, services: Services, account: Account | None = None) -> str:
    asked = request.query_params.get("lang") or cookies.found(
        request.cookies, cookies.LANGUAGE, https=services.is_https
    )
    if asked in LANGUAGES:
        return asked
    wanted = account.language if account is not None else None
    return wanted or choose_language(request.headers.get("accept-language"))


def _is_from_before(visit: Visit, route: PageRoute) -> bool:
    """
    Return whether a form was drawn for an earlier session, as in a tab beside one in which its owner logged in again.

    Only for applicants, who type for long: nothing of it is carried out, the page shows it and waits for the button.
    """
    sent = visit.posted.one("_token")
    is_long = route.who in (Who.APPLICANT, Who.REGISTERED) and route.show is not None and not route.uploads
    return is_long and visit.session is not None and bool(sent) and sent != visit.form_secret


def _kept(visit: Visit) -> str:
    """Keep what was posted, and return the token to find it by."""
    kept = {name: found for name, found in visit.posted.values.items() if not name.startswith("_")}
    post = SavedPost(place=visit.place, values=kept, had_files=bool(visit.posted.files))
    return visit.services.store.posts.keep(post, now=visit.services.now)


def _kept_for_later(visit: Visit, place: str) -> str:
    """Keep what was posted, and return the address of its page that shows it again."""
    return f"{place}?{_RESTORED}={_kept(visit)}"


def _to_login(visit: Visit) -> Redirect:
    """Ask for a login and come back; what was posted is kept, and shown again there."""
    query = {"ke": visit.place}
    if visit.request.method == "POST":
        query[_RESTORED] = _kept(visit)
    return Redirect(visit.url("login", query=query))


def _restore(visit: Visit) -> None:
    """Put back what was typed before the session ended, for the page that it was typed on."""
    token = visit.query(_RESTORED)
    kept = visit.services.store.posts.find(token, now=visit.services.now) if token else None
    if kept is not None and kept.place.partition("?")[0] == visit.request.url.path:
        visit.posted, visit.is_restored = Posted(kept.values), True
        visit.services.store.posts.forget(token)


def _problem(visit: Visit, error: Exception) -> Answer:
    if isinstance(error, HTTPException):
        error = PortalError("page-not-found") if error.status_code < 500 else error
    if not isinstance(error, PerizinanError):
        return _problem_page(visit, HTTPStatus.INTERNAL_SERVER_ERROR, None, ())
    status = error.http_status
    if error.category is Category.DENIED and not isinstance(error, PortalError):
        # Whether a thing exists is no one's to know who may not see it.
        error, status = PortalError("page-not-found"), HTTPStatus.NOT_FOUND
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", type(error).__name__, error.code)
    shown = visit.officer is not None or not error.category.is_ours or isinstance(error, PortalError)
    fields = error.input_problems(visit.language)
    return _problem_page(visit, status, error if shown else None, tuple(item.detail for item in fields))


def _problem_page(
    visit: Visit, status: HTTPStatus, error: PerizinanError | None, details: tuple[str, ...]
) -> Page:
    values: dict[str, object] = {
        "title": _TITLES.get(status, _OURS),
        "detail": None if error is None else error.message(visit.language),
        "details": details,
        "code": "" if error is None else error.code,
        "again": None,
        "back": None,
    }
    headers = {}
    if isinstance(error, PortalError) and error.seconds is not None:
        values["again"] = visit.office.now() + timedelta(seconds=error.seconds)
        headers["Retry-After"] = str(error.seconds)
    return Page("kit/problem.html", values, status=status, headers=headers)


def _finished(visit: Visit, answer: Answer) -> Response:
    """Turn the answer into a response, with the cookies that go along."""
    response = _response(visit, answer)
    https = visit.services.is_https
    response.headers.setdefault("Content-Language", visit.language)
    response.headers.setdefault("Vary", "Accept-Language, Cookie")
    if visit.begun_token is not None:
        cookies.put(response, cookies.SESSION, visit.begun_token, https=https)
    elif visit.is_over:
        cookies.drop(response, cookies.SESSION, https=https)
    if visit.session is None and isinstance(answer, Page):
        cookies.put(response, cookies.VISITOR, visit.visitor_secret, https=https)
    if visit.request.query_params.get("lang") in LANGUAGES:
        cookies.put(response, cookies.LANGUAGE, visit.language, https=https, seconds=_YEAR)
    return response


def _response(visit: Visit, answer: Answer) -> Response:
    if isinstance(answer, Page):
        html = render(visit, answer, menu_of(visit, reaches))
        if visit.session is not None and visit.session.notes:
            visit.services.store.sessions.put_notes(visit.session.digest, ())
        return HTMLResponse(html, status_code=answer.status, headers=dict(answer.headers))
    if isinstance(answer, Redirect):
        _keep_note(visit, answer)
        return RedirectResponse(answer.to, status_code=HTTPStatus.SEE_OTHER)
    if isinstance(answer, Download):
        return _download(answer)
    return answer


def _keep_note(visit: Visit, answer: Redirect) -> None:
    note = sentence_of(answer.note)
    if note is None:
        return
    from perizinan_portal._store._sessions import digest_of

    if visit.begun_token is not None:
        visit.services.store.sessions.put_notes(digest_of(visit.begun_token), (note,))
    elif visit.session is not None:
        visit.services.store.sessions.put_notes(visit.session.digest, (*visit.session.notes, note))


def _download(answer: Download) -> Response:
    from urllib.parse import quote

    def chunks() -> object:
        with answer.file as file:
            while block := file.read(64 * 1024):
                yield block

    name = quote(answer.name, safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(chunks(), media_type=answer.media_type, headers=headers)  # type: ignore[arg-type]


def _development(services: Services) -> bool:
    return services.office.settings.signing.development


def _note(request: Request, name: str, status: int, begun: float) -> None:
    """Log a request by the name of its page: addresses hold ids, and visitors are no one's business."""
    milliseconds = round((time.perf_counter() - begun) * 1000)
    _log.info("request", extra={"page": name, "method": request.method, "status": status, "ms": milliseconds})
