"""The pages: works as plain forms; the script only makes it more comfortable, and keeps QR codes on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from perizinan_core.i18n import LANGUAGES
from perizinan_verify import _headlines as headlines
from perizinan_verify import _presentation as presentation
from perizinan_verify._bodies import receive
from perizinan_verify._errors import NoSuchPageError
from perizinan_verify._rendering import render
from perizinan_verify._service import service_of

__all__ = ["check_pdf", "check_qr", "show_page", "show_page_by_address"]


async def show_page(request: Request, *, from_code: bool = False) -> Response:
    """
    Show the page on which everything begins.

    Args:
        request: Whose page it is.
        from_code: The address is one that only QR codes hold: the page then says that a code is here and
            unchecked, until the script has checked it.
    """
    return await render(
        request,
        "page.html",
        qr_states=headlines.QR_STATES,
        qr_checks=headlines.QR_CHECKS,
        states=presentation.STATES,
        claims=presentation.CLAIMS,
        here=headlines.CODE_IS_HERE,
        from_code=from_code,
    )


async def show_page_by_address(request: Request) -> Response:
    """
    Show the page under ``/periksa`` and the path of the authority's verification address, in capitals too.

    Letters bear the one or the other; QR codes hold the address in capitals, and browsers keep the case
    of paths.

    Raises:
        NoSuchPageError: every other path.
    """
    if request.method not in {"GET", "HEAD"}:
        raise NoSuchPageError
    documents = await service_of(request).published()
    asked = request.url.path.rstrip("/")
    stated = [item.document.verification_url.split("://", 1)[-1].partition("/")[2] for item in documents]
    for path in (_USUAL_PATH, *(f"/{path}".rstrip("/") for path in stated)):
        if asked.casefold() == path.casefold():
            return await show_page(request, from_code=asked == path.upper() and asked != path)
    raise NoSuchPageError


_USUAL_PATH = "/periksa"


async def check_pdf(request: Request) -> Response:
    """Judge the PDF of a form and show the result."""
    service = service_of(request)
    async with (
        service.senders.one(),
        receive(request, service.settings, raw=(), files=("file",)) as received,
    ):
        answers = await service.judge(received, "pdf", LANGUAGES)
    views = {language: _pdf_view(answer, language) for language, answer in answers.items()}
    return await render(request, "result.html", views=views)


def _pdf_view(answer: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "answer": answer,
        "headline": headlines.pdf_headline(answer),
        "facts": presentation.permit_facts(answer, language),
        "is_copy": presentation.code_of_copy(answer) is not None,
        "shortened": presentation.shortened(answer),
        "statements": presentation.statements(answer, language),
        "checks": presentation.check_lines(answer),
        "unchecked": presentation.unchecked_lines(answer),
        "office": presentation.office_line(answer),
        "contact": presentation.contact_line(answer),
        "checked_at": presentation.moment_text(answer["checked_at"], presentation.zone_of(answer), language),
    }


async def check_qr(request: Request) -> Response:
    """Judge the QR code of a form, as photo or text, and show the result."""
    service = service_of(request)
    async with (
        service.senders.one(),
        receive(request, service.settings, raw=(), files=("image",), texts=("text",)) as received,
    ):
        kind = "text" if received.text is not None else "photo"
        answers = await service.judge(received, kind, LANGUAGES)
    views = {language: _qr_view(answer, language) for language, answer in answers.items()}
    return await render(request, "qr_result.html", views=views, qr_checks=headlines.QR_CHECKS)


def _qr_view(answer: Mapping[str, Any], language: str) -> dict[str, Any]:
    claims = answer["permit"] or {}
    return {
        "answer": answer,
        "headline": headlines.qr_headline(answer),
        "facts": presentation.qr_facts(answer, language),
        "shortened": [presentation.CLAIMS[name] for name in claims.get("shortened", ())],
        "office": presentation.office_line(answer),
        "contact": presentation.contact_line(answer),
        "checked_at": presentation.moment_text(answer["checked_at"], presentation.zone_of(answer), language),
    }
