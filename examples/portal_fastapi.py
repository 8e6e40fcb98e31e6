"""
A portal's API in FastAPI: begin, upload, submit, decide, issue, download; errors as problem documents.

    perizinan init office --authority kota-blitar --development
    python examples/portal_fastapi.py office/perizinan.toml [PORT]

The calls of an office block: routes are plain functions here, which FastAPI runs in its threads. In an ``async``
route call ``await asyncio.to_thread(office.applications.get, …)``. Who is logged in is your site's business:
``actor_of`` trusts a header that your own login sets.
"""

import sys
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, Request, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from perizinan_core import Actor, ActorKind, Office, PerizinanError
from perizinan_core.i18n import choose_language
from perizinan_core.model import StageOutcome

HOST = Actor(id="portal", kind=ActorKind.HOST)
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


def actor_of(request: Request, x_account: Annotated[str, Header()]) -> Actor:
    """Return who is logged in."""
    kind, _, name = x_account.partition(":")
    if kind == "officer":
        staff = request.app.state.office.reviews.officers(actor=HOST)
        found = next((one for one in staff if one.id == name), None)
        # Who is not on record has no rights: the office refuses it by itself.
        return found.as_actor() if found is not None else Actor(id=name, kind=ActorKind.OFFICER)
    return Actor(id=name, kind=ActorKind.APPLICANT)


Who = Annotated[Actor, Depends(actor_of)]


def portal(office: Office) -> FastAPI:
    """Return the API over an office, which the caller opens and closes."""
    site = FastAPI()

    site.state.office = office

    @site.exception_handler(PerizinanError)
    def refused(request: Request, error: PerizinanError) -> JSONResponse:
        language = choose_language(request.headers.get("accept-language"))
        return JSONResponse(
            error.problem(language, instance=request.url.path),
            status_code=error.http_status,
            media_type="application/problem+json",
            headers={"Content-Language": language, "Vary": "Accept-Language"},
        )

    @site.post("/applications", status_code=201)
    def start(posted: dict[str, Any], actor: Who, key: Key = None) -> dict[str, Any]:
        applicant = office.schemas.read_applicant(posted.get("applicant"))
        case = office.applications.start(
            posted.get("permit_type"),  # type: ignore[arg-type] - an ArgumentError says what it must be
            applicant=applicant,
            form=posted.get("form"),
            actor=actor,
            idempotency_key=key,
        )
        return {"id": case.id, "version": case.version}

    @site.post("/applications/{case}/documents/{slot}", status_code=201)
    def upload(case: str, slot: str, file: UploadFile, actor: Who) -> dict[str, Any]:
        made = office.applications.upload(
            case, slot, file.file, file_name=file.filename or "file", actor=actor
        )
        return {"id": made.id, "sha256": made.sha256}

    @site.post("/applications/{case}/submit")
    def submit(case: str, actor: Who, key: Key = None) -> dict[str, Any]:
        receipt = office.applications.submit(case, actor=actor, idempotency_key=key)
        return {"receipt_number": receipt.receipt_number}

    @site.post("/applications/{case}/stages/{stage}")
    def decide(
        case: str,
        stage: str,
        posted: dict[str, Any],
        actor: Who,
        key: Key = None,
    ) -> dict[str, Any]:
        decision = office.schemas.read_decision(posted)
        done = office.reviews.decide(
            case,
            stage,
            StageOutcome(decision.outcome),
            reasons=decision.reasons,
            actor=actor,
            idempotency_key=key,
        )
        return {"state": done.state.value}

    @site.post("/applications/{case}/approve")
    def approve(case: str, actor: Who, key: Key = None) -> dict[str, Any]:
        return {"state": office.reviews.approve(case, actor=actor, idempotency_key=key).state.value}

    @site.post("/applications/{case}/issue", status_code=201)
    def issue(case: str, actor: Who, key: Key = None) -> dict[str, Any]:
        permit = office.permits.issue(case, actor=actor, idempotency_key=key)
        return {"id": permit.id, "number": permit.number}

    @site.get("/permits/{permit}/pdf")
    def download(permit: str, actor: Who) -> StreamingResponse:
        return StreamingResponse(office.permits.open_pdf(permit, actor=actor), media_type="application/pdf")

    return site


if __name__ == "__main__":
    with Office.open(sys.argv[1]) as opened:
        uvicorn.run(portal(opened), port=int(sys.argv[2]) if len(sys.argv) > 2 else 8000)
