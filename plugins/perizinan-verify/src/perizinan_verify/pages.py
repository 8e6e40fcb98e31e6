"""The pages: works as plain forms; the script only makes it more comfortable, and keeps QR codes on the phone."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from perizinan_verify import presentation
from perizinan_verify.bodies import receive
from perizinan_verify.errors import NoSuchPageError
from perizinan_verify.languages import language_of
from perizinan_verify.rendering import render
from perizinan_verify.service import service_of

__all__ = ["check_pdf", "check_qr", "show_page", "show_page_by_address"]


async def show_page(request: Request) -> Response:
    """Show the page on which everything begins."""
    return await render(request, "page.html", qr_states=presentation.QR_STATES, states=presentation.STATES)


async def show_page_by_address(request: Request) -> Response:
    """
    Show the page under the path of the authority's verification address, in capitals too.

    QR codes hold the address in capitals, and browsers keep the case of paths.

    Raises:
        NoSuchPageError: every other path.
    """
    if request.method not in {"GET", "HEAD"}:
        raise NoSuchPageError
    documents = await service_of(request).published()
    asked = request.url.path.rstrip("/").casefold()
    for item in documents:
        path = "/" + item.document.verification_url.split("://", 1)[-1].partition("/")[2]
        if asked == path.rstrip("/").casefold():
            return await show_page(request)
    raise NoSuchPageError


async def check_pdf(request: Request) -> Response:
    """Judge the PDF of a form and show the result."""
    service, language = service_of(request), language_of(request)
    with service.place():
        async with receive(request, service.settings, raw=(), files=("file",)) as received:
            answer = await service.judge(received, "pdf", language)
    values: dict[str, Any] = {
        "answer": answer,
        "headline": presentation.pdf_headline(answer),
        "facts": presentation.permit_facts(answer, language),
        "statements": presentation.statements(answer, language),
        "checks": presentation.check_lines(answer),
        "checked_at": presentation.moment_text(
            answer["checked_at"], answer["authority"]["time_zone"], language
        ),
    }
    return await render(request, "result.html", **values)


async def check_qr(request: Request) -> Response:
    """Judge the QR code of a form, as photo or text, and show the result."""
    service, language = service_of(request), language_of(request)
    with service.place():
        async with receive(request, service.settings, raw=(), files=("image",), texts=("text",)) as received:
            kind = "text" if received.text is not None else "photo"
            answer = await service.judge(received, kind, language)
    zone = (await service.published())[0].document.time_zone
    values: dict[str, Any] = {
        "answer": answer,
        "headline": presentation.qr_headline(answer),
        "facts": presentation.qr_facts(answer, language),
        "checked_at": presentation.moment_text(answer["checked_at"], zone, language),
    }
    return await render(request, "qr_result.html", **values)
