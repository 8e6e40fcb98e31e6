"""
A portal's API in Flask: begin, upload, submit, decide, issue, download; errors as problem documents.

    perizinan init office --authority kota-blitar --development
    python examples/portal_flask.py office/perizinan.toml [PORT]

One office serves all threads; open it in the worker, after a server such as gunicorn has forked. Who is logged in
is your site's business: ``actor_of`` trusts a header that your own login sets.
"""

import sys
from typing import Any

from flask import Flask, Response, jsonify, request, send_file

from perizinan_core import Actor, ActorKind, Office, PerizinanError
from perizinan_core.i18n import choose_language
from perizinan_core.model import StageOutcome

HOST = Actor(id="portal", kind=ActorKind.HOST)


def portal(office: Office) -> Flask:  # noqa: C901 - one route after the other
    """Return the API over an office, which the caller opens and closes."""
    site = Flask(__name__)

    def actor_of() -> Actor:
        kind, _, name = request.headers["X-Account"].partition(":")
        if kind == "officer":
            staff = office.reviews.officers(actor=HOST)
            found = next((one for one in staff if one.id == name), None)
            # Who is not on record has no rights: the office refuses it by itself.
            return found.as_actor() if found is not None else Actor(id=name, kind=ActorKind.OFFICER)
        return Actor(id=name, kind=ActorKind.APPLICANT)

    def posted() -> dict[str, Any]:
        # What cannot be read counts as nothing: the office says what is missing.
        found = request.get_json(silent=True)
        return found if isinstance(found, dict) else {}

    def key() -> str | None:
        return request.headers.get("Idempotency-Key")

    @site.errorhandler(PerizinanError)
    def refused(error: PerizinanError) -> Response:
        language = choose_language(request.headers.get("Accept-Language"))
        answer = jsonify(error.problem(language, instance=request.path))
        answer.status_code, answer.mimetype = error.http_status, "application/problem+json"
        answer.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
        return answer

    @site.post("/applications")
    def start() -> tuple[dict[str, Any], int]:
        sent = posted()
        case = office.applications.start(
            sent.get("permit_type"),  # type: ignore[arg-type] - an ArgumentError says what it must be
            applicant=office.schemas.read_applicant(sent.get("applicant")),
            form=sent.get("form"),
            actor=actor_of(),
            idempotency_key=key(),
        )
        return {"id": case.id, "version": case.version}, 201

    @site.post("/applications/<case>/documents/<slot>")
    def upload(case: str, slot: str) -> tuple[dict[str, Any], int]:
        sent = request.files["file"]
        made = office.applications.upload(
            case, slot, sent.stream, file_name=sent.filename or "file", actor=actor_of()
        )
        return {"id": made.id, "sha256": made.sha256}, 201

    @site.post("/applications/<case>/submit")
    def submit(case: str) -> dict[str, Any]:
        receipt = office.applications.submit(case, actor=actor_of(), idempotency_key=key())
        return {"receipt_number": receipt.receipt_number}

    @site.post("/applications/<case>/stages/<stage>")
    def decide(case: str, stage: str) -> dict[str, Any]:
        decision = office.schemas.read_decision(posted())
        done = office.reviews.decide(
            case,
            stage,
            StageOutcome(decision.outcome),
            reasons=decision.reasons,
            actor=actor_of(),
            idempotency_key=key(),
        )
        return {"state": done.state.value}

    @site.post("/applications/<case>/approve")
    def approve(case: str) -> dict[str, Any]:
        return {"state": office.reviews.approve(case, actor=actor_of(), idempotency_key=key()).state.value}

    @site.post("/applications/<case>/issue")
    def issue(case: str) -> tuple[dict[str, Any], int]:
        permit = office.permits.issue(case, actor=actor_of(), idempotency_key=key())
        return {"id": permit.id, "number": permit.number}, 201

    @site.get("/permits/<permit>/pdf")
    def download(permit: str) -> Response:
        pdf = office.permits.open_pdf(permit, actor=actor_of())
        return send_file(pdf, mimetype="application/pdf", download_name="permit.pdf")

    return site


if __name__ == "__main__":
    with Office.open(sys.argv[1]) as opened:
        portal(opened).run(port=int(sys.argv[2]) if len(sys.argv) > 2 else 8000)
