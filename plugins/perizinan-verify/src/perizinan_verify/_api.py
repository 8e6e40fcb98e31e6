"""The JSON API; ``openapi.json`` describes it, and the tests hold every answer against it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from perizinan_core.i18n import N_
from perizinan_core.published import STATUS_LIST_MEDIA_TYPE, AuthorityDocument, key_to_jwk
from perizinan_core.verification import office_line
from perizinan_verify._authorities import PublishedAuthority
from perizinan_verify._bodies import content_type, receive
from perizinan_verify._errors import BadRequestDataError, NoSuchPageError, WrongContentTypeError
from perizinan_verify._languages import language_of
from perizinan_verify._openapi import openapi_document
from perizinan_verify._published_lists import PublishedList
from perizinan_verify._service import Service, service_of

__all__ = [
    "authority_file",
    "first_status_list",
    "health",
    "list_authorities",
    "openapi",
    "status",
    "status_list_file",
    "verify",
    "verify_qr",
    "well_known",
]

PDF_TYPES = ("application/pdf", "application/octet-stream")
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")
_TEXT = "text/plain"
_JSON = "application/json"
_MAX_TEXT = 4096
_MAX_INDEX = 2**53 - 1


async def verify(request: Request) -> Response:
    """Judge a PDF; the answer is a line of ``perizinan verify --json``."""
    service, language = service_of(request), language_of(request)
    at = _moment(request)
    async with (
        service.senders.one(),
        receive(request, service.settings, raw=PDF_TYPES, files=("file",)) as received,
    ):
        answers = await service.judge(received, "pdf", (language,), at)
    return _answer(answers[language], language)


async def verify_qr(request: Request) -> Response:
    """Judge a QR code, given as text or as a photo."""
    service, language = service_of(request), language_of(request)
    at = _moment(request)
    async with (
        service.senders.one(),
        receive(
            request,
            service.settings,
            raw=(_TEXT, *PHOTO_TYPES),
            files=("image",),
            texts=("text",),
        ) as received,
    ):
        photo = received.file is not None and received.kind != _TEXT
        if not photo and received.file is not None and received.file.size > _MAX_TEXT:
            raise BadRequestDataError(_TEXT_TOO_LONG)
        answers = await service.judge(received, "photo" if photo else "text", (language,), at)
    return _answer(answers[language], language)


_TEXT_TOO_LONG = N_(
    "The text is longer than any QR code. Send the text that the scanner gave, and nothing else."
)


async def status(request: Request) -> Response:
    """Say how a permit stands, by its number and index: the same part as in a report."""
    service = service_of(request)
    if content_type(request) != _JSON:
        raise WrongContentTypeError((_JSON,))
    async with service.senders.one(), receive(request, service.settings, raw=(_JSON,), files=()) as received:
        assert received.file is not None  # noqa: S101 - a raw body is a file
        with received.file.reader() as reader:
            question = reader.read(_MAX_TEXT + 1)
        slug, number, index = _question(question, await service.published())
    return JSONResponse(await service.ask_status(slug, number, index))


def _question(data: bytes, published: tuple[PublishedAuthority, ...]) -> tuple[str, str, int]:
    try:
        asked = json.loads(data) if len(data) <= _MAX_TEXT else None
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise BadRequestDataError(_QUESTION)
    slug, number, index = asked.get("authority"), asked.get("number"), asked.get("status_index")
    whole = isinstance(index, int) and not isinstance(index, bool) and 0 <= index <= _MAX_INDEX
    if not isinstance(number, str) or not 1 <= len(number) <= 200 or not whole:
        raise BadRequestDataError(_QUESTION)
    if not any(item.document.slug == slug for item in published):
        raise BadRequestDataError(_UNKNOWN_OFFICE)
    assert isinstance(slug, str)  # noqa: S101 - it is one of the documents'
    assert isinstance(index, int)  # noqa: S101 - see whole
    return slug, number, index


_QUESTION = N_(
    "Expected a JSON object with authority (short name), number (text) and status_index (whole number from 0)."
)
_UNKNOWN_OFFICE = N_("This server has no authority document of that office.")


async def list_authorities(request: Request) -> Response:
    """
    List the offices whose permits are judged here, with their QR keys and their day.

    With ``kid`` and ``address`` only those that a code may be of: with the address that it bears, or with its key.
    """
    service = service_of(request)
    at, published = service.clock(), await service.published()
    kid, address = request.query_params.get("kid"), request.query_params.get("address")
    if len(published) > 1 and (kid is not None or address is not None):
        published = tuple(item for item in published if _may_be_of(item.document, kid, address))
    items = [_summary(item, service, at) for item in published]
    return JSONResponse({"checked_at": at.isoformat(), "authorities": items})


def _may_be_of(document: AuthorityDocument, kid: str | None, address: str | None) -> bool:
    return document.verification_url.upper() == (address or "").upper() or any(
        key.kid.hex() == kid for key in document.qr_keys
    )


def _summary(item: PublishedAuthority, service: Service, at: datetime) -> Mapping[str, Any]:
    document = item.document
    return {
        "slug": document.slug,
        "name": document.name,
        "office": office_line(document.name, document.region),
        "contact": document.contact.line if document.contact is not None else None,
        "version": document.version,
        "issued": document.issued.isoformat(),
        "issued_on": document.local_day(document.issued).isoformat(),
        "expires": document.expires.isoformat(),
        "expired": at > document.expires,
        "time_zone": document.time_zone,
        "today": document.local_day(at).isoformat(),
        "trust": "pinned" if document.pinned else "given_file",
        "keys": list(document.key_ids),
        "verification_url": document.verification_url,
        "development": document.is_development,
        "has_status": document.slug in service.status,
        "status_list": document.status_list if document.slug in service.lists else None,
        "permit_types": [
            {"number": item.number, "code": item.code, "name": item.name} for item in document.permit_types
        ],
        "qr_keys": [
            {
                "kid": key.kid.hex(),
                "key": key_to_jwk(key.key),
                "from": key.start.isoformat() if key.start is not None else None,
                "to": key.end.isoformat() if key.end is not None else None,
            }
            for key in document.qr_keys
        ],
    }


async def authority_file(request: Request) -> Response:
    """Return the signed authority document of one office, byte for byte."""
    slug = request.path_params["slug"]
    for item in await service_of(request).published():
        if item.document.slug == slug:
            return _document(item)
    raise NoSuchPageError


async def status_list_file(request: Request) -> Response:
    """
    Return the signed status list of one office, byte for byte.

    Raises:
        NoSuchPageError: there is no such office, or no sound list at present.
    """
    published = service_of(request).lists.get(request.path_params["slug"])
    return await _status_list(published)


async def first_status_list(request: Request) -> Response:
    """Return the status list of the first office, under the name that it is published by."""
    service = service_of(request)
    first = (await service.published())[0].document.slug
    return await _status_list(service.lists.get(first))


async def _status_list(published: PublishedList | None) -> Response:
    data = await asyncio.to_thread(published.data) if published is not None else None
    if data is None:
        raise NoSuchPageError
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return Response(data, media_type=STATUS_LIST_MEDIA_TYPE, headers=headers)


async def well_known(request: Request) -> Response:
    """Return the authority document of the first office, where checkers look for it."""
    return _document((await service_of(request).published())[0])


async def health(request: Request) -> Response:
    """Say whether answers can be given: 503 when every authority document has ended."""
    service = service_of(request)
    at = service.clock()
    documents = [item.document for item in await service.published()]
    ended = all(at > item.expires for item in documents)
    body = {
        "status": "authority-document-expired" if ended else "ok",
        "authorities": [
            {"slug": item.slug, "version": item.version, "expires": item.expires.isoformat()}
            for item in documents
        ],
    }
    return JSONResponse(body, status_code=503 if ended else 200)


async def openapi(request: Request) -> Response:
    """Return the description of this API (OpenAPI 3.1)."""
    base = request.scope.get("root_path", "")
    return JSONResponse({**openapi_document(), "servers": [{"url": base or "/"}]})


def _document(item: PublishedAuthority) -> Response:
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return Response(item.raw, media_type=_JSON, headers=headers)


def _answer(answer: Mapping[str, Any], language: str) -> Response:
    return JSONResponse(answer, headers={"Content-Language": language, "Vary": "Accept-Language"})


def _moment(request: Request) -> datetime | None:
    text = request.query_params.get("at")
    if text is None:
        return None
    try:
        # A plus sign that was not escaped arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        raise BadRequestDataError(_BAD_MOMENT)
    return moment


_YEARS = range(1970, 3000)
"""Far enough from the first and the last moment that Python knows to count from."""

_BAD_MOMENT = N_(
    "Expected a time with its offset in at, of the years 1970 to 2999, for example 2026-11-25T10:00:00+07:00."
)
