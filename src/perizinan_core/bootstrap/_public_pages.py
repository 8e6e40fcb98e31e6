"""
The embedded frontend: read-only pages that need no account.

Every permit type with what it needs, how long it takes and what it costs, and for those who check permits
``authority.json`` and, where the office publishes one, the status list. Served by the standard library; a
portal with accounts is a plugin of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, quote
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from perizinan_core.catalogue import describe_period, service_standard
from perizinan_core.i18n import N_, translate
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import RequirementLevel, RequirementSource
from perizinan_core.published._status_list import STATUS_LIST_FILE, STATUS_LIST_MEDIA_TYPE

__all__ = ["PublicOffice", "public_app", "serve_public_pages"]


class _AuthorityPublisher(Protocol):
    def authority_json(self) -> bytes:
        """Return the signed authority document."""
        ...


class _StatusLists(Protocol):
    @property
    def file(self) -> Path | None:
        """The published status list, or None."""
        ...


class PublicOffice(Protocol):
    """What the pages need of an office."""

    @property
    def authority(self) -> Authority:
        """The local government."""
        ...

    @property
    def publication(self) -> _AuthorityPublisher:
        """Makes ``authority.json``."""
        ...

    @property
    def status_lists(self) -> _StatusLists:
        """Says where the status list is."""
        ...

    def permit_types(self) -> tuple[PermitType, ...]:
        """Return the permit types in force today."""
        ...


_STYLE = """
:root{color-scheme:light dark}
body{font:17px/1.55 system-ui,sans-serif;max-width:54rem;margin:0 auto;padding:1.2rem}
header{border-bottom:3px double;margin-bottom:1.4rem;padding-bottom:.4rem}
header a{float:right}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:1.8rem}
li{margin:.3rem 0}.note{opacity:.75;font-size:.9rem}.open{font-weight:600}
dt{font-weight:600;margin-top:.7rem}dd{margin-left:1rem}
"""

_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)

_ALLOW = (("Allow", "GET, HEAD"),)


def serve_public_pages(office: PublicOffice, host: str, port: int) -> None:
    """Serve the pages until interrupted."""
    with make_server(host, port, public_app(office), handler_class=_Quiet) as server:
        server.serve_forever()


def public_app(office: PublicOffice) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Return the pages as a WSGI application, to be mounted anywhere."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ.get("REQUEST_METHOD")
        if method == "HEAD":
            # The same headers, and nothing after them.
            answer({**environ, "REQUEST_METHOD": "GET"}, start_response)
            return []
        return answer(environ, start_response)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "") or "/"
        # Where the application is mounted; its own links begin there.
        base = quote(environ.get("SCRIPT_NAME", "").rstrip("/"))
        language = parse_qs(environ.get("QUERY_STRING", "")).get("lang", ["id"])[0]
        language = "en" if language == "en" else "id"
        if environ.get("REQUEST_METHOD") != "GET":
            return _answer(start_response, "405 Method Not Allowed", "text/plain", "GET, HEAD", _ALLOW)
        published = _published(office, path)
        if published is not None:
            return _answer(start_response, "200 OK", *published)
        if path == "/":
            return _page(start_response, office, language, "", _index(office, language, base), base, path)
        if path.startswith("/izin/"):
            code = path.removeprefix("/izin/")
            for permit_type in office.permit_types():
                if permit_type.code == code:
                    body = _permit_type(office, permit_type, language)
                    return _page(
                        start_response, office, language, permit_type.name.to(language), body, base, path
                    )
        missing = f"<p>{_t(N_('There is no such page.'), language)}</p>"
        # Not the path itself: what a stranger wrote there would become a link ("//elsewhere.example").
        return _page(start_response, office, language, "404", missing, base, "/", status="404 Not Found")

    return app


def _published(office: PublicOffice, path: str) -> tuple[str, bytes] | None:
    """Return kind and content of what the office publishes for checkers at a path, or None."""
    if path == "/.well-known/perizinan.json":
        return "application/json", office.publication.authority_json()
    listed = office.status_lists.file if path == f"/{STATUS_LIST_FILE}" else None
    return (STATUS_LIST_MEDIA_TYPE, listed.read_bytes()) if listed is not None and listed.is_file() else None


class _Quiet(WSGIRequestHandler):
    """Writes no log: addresses of visitors are personal data."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


def _index(office: PublicOffice, language: str, base: str) -> str:
    rows = []
    for item in sorted(office.permit_types(), key=lambda item: (not item.complete, item.name.id)):
        state = N_("open for applications") if item.complete else N_("information only")
        link = f"{base}/izin/{quote(item.code)}?lang={language}"
        rows.append(
            f'<li><a href="{link}">{escape(item.name.to(language))}</a>'
            f' <span class="note">({_t(state, language)})</span></li>'
        )
    return f"<h1>{_t(N_('Permits and services'), language)}</h1><ul>{''.join(rows)}</ul>"


def _permit_type(office: PublicOffice, item: PermitType, language: str) -> str:
    parts = [f"<h1>{escape(item.name.to(language))}</h1><p>{escape(item.summary.to(language))}</p>"]
    if not item.complete:
        parts.append(f"<p class=note>{_t(N_('information only'), language)}: {_gaps(item, language)}</p>")
    if item.requirements:
        rows = "".join(_requirement(one, language) for one in item.requirements)
        parts.append(f"<h2>{_t(N_('What you need'), language)}</h2><ul>{rows}</ul>")
    if item.stages:
        rows = "".join(
            f"<li>{escape(stage.label.to(language))}"
            + (f" – {escape(describe_period(stage.budget, language))}" if stage.budget else "")
            + "</li>"
            for stage in item.stages
        )
        parts.append(f"<h2>{_t(N_('Steps'), language)}</h2><ol>{rows}</ol>")
    components = "".join(
        f"<dt>{escape(part.title)}</dt>" + "".join(f"<dd>{escape(line)}</dd>" for line in part.lines)
        for part in service_standard(item, authority=office.authority, language=language)
    )
    parts.append(f"<h2>{_t(N_('Service standard'), language)}</h2><dl>{components}</dl>")
    return "".join(parts)


def _gaps(item: PermitType, language: str) -> str:
    return escape(item.gaps.to(language)) if item.gaps else "–"


def _requirement(item: Any, language: str) -> str:
    notes = []
    if item.level is not RequirementLevel.REQUIRED:
        notes.append(_t(N_("if there is one"), language))
    if item.brought_by is RequirementSource.OFFICE:
        notes.append(_t(N_("made by the office; you bring nothing"), language))
    if item.help is not None:
        notes.append(escape(item.help.to(language)))
    note = f' <span class="note">{"; ".join(notes)}</span>' if notes else ""
    return f"<li>{escape(item.label.to(language))}{note}</li>"


def _page(
    start_response: StartResponse,
    office: PublicOffice,
    language: str,
    title: str,
    body: str,
    base: str,
    path: str,
    *,
    status: str = "200 OK",
) -> Iterable[bytes]:
    name = escape(office.authority.name.to(language))
    other = "en" if language == "id" else "id"
    label = "English" if other == "en" else "Bahasa Indonesia"
    html = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title) + ' – ' if title else ''}{name}</title><style>{_STYLE}</style>"
        f'<header><a href="{base}{escape(quote(path))}?lang={other}" lang="{other}">{label}</a>'
        f'<a style="float:none" href="{base}/?lang={language}">{name}</a></header><main>{body}</main></html>'
    )
    return _answer(start_response, status, "text/html; charset=utf-8", html)


def _answer(
    start_response: StartResponse,
    status: str,
    kind: str,
    body: str | bytes,
    extra: tuple[tuple[str, str], ...] = (),
) -> Iterable[bytes]:
    data = body.encode() if isinstance(body, str) else body
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data))), *_HEADERS, *extra])
    return [data]


def _t(sentence: str, language: str) -> str:
    return escape(translate(sentence, language))
