"""
A portal's API in Django: begin, upload, submit, decide, issue, download; errors as problem documents.

    perizinan init office --authority kota-blitar --development
    python examples/portal_django.py office/perizinan.toml [PORT]

In a project of yours the views, ``ProblemMiddleware`` and the address table go into an app, and the office is opened
in the worker (``AppConfig.ready`` runs before some servers fork: open it at the first request, as ``office`` does).
Who is logged in is your site's business: ``actor_of`` trusts a header that your own login sets.
"""

import json
import sys
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from perizinan_core import Actor, ActorKind, Office, PerizinanError
from perizinan_core.i18n import choose_language
from perizinan_core.model import StageOutcome

HOST = Actor(id="portal", kind=ActorKind.HOST)
OFFICE: list[Office] = []


def office() -> Office:
    """Return the office of this process; opened at the first request, after the server has forked."""
    if not OFFICE:
        OFFICE.append(Office.open(settings.PERIZINAN_SETTINGS))
    return OFFICE[0]


class ProblemMiddleware:
    """Answers errors of the office as problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what the office refused; everything else is Django's."""
        if not isinstance(error, PerizinanError):
            return None
        language = choose_language(request.headers.get("Accept-Language"))
        return JsonResponse(
            error.problem(language, instance=request.path),
            status=error.http_status,
            content_type="application/problem+json",
            headers={"Content-Language": language, "Vary": "Accept-Language"},
        )


def actor_of(request: HttpRequest) -> Actor:
    """Return who is logged in."""
    kind, _, name = request.headers.get("X-Account", "").partition(":")
    if kind == "officer":
        staff = office().reviews.officers(actor=HOST)
        found = next((one for one in staff if one.id == name), None)
        # Who is not on record has no rights: the office refuses it by itself.
        return found.as_actor() if found is not None else Actor(id=name, kind=ActorKind.OFFICER)
    return Actor(id=name, kind=ActorKind.APPLICANT)


def posted_by(request: HttpRequest) -> dict[str, Any]:
    """Return what was posted; what cannot be read counts as nothing, and the office says what is missing."""
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def given(request: HttpRequest) -> dict[str, Any]:
    """Return who asks, and the key that makes a repeated request safe."""
    return {"actor": actor_of(request), "idempotency_key": request.headers.get("Idempotency-Key")}


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application."""
    posted = posted_by(request)
    case = office().applications.start(
        posted.get("permit_type"),
        applicant=office().schemas.read_applicant(posted.get("applicant")),
        form=posted.get("form"),
        **given(request),
    )
    return JsonResponse({"id": case.id, "version": case.version}, status=201)


@require_POST
def upload(request: HttpRequest, case: str, slot: str) -> HttpResponse:
    """Put a file into a slot."""
    sent = request.FILES.get("file") or ContentFile(b"", "file")
    made = office().applications.upload(case, slot, sent, file_name=sent.name, actor=actor_of(request))
    return JsonResponse({"id": made.id, "sha256": made.sha256}, status=201)


@require_POST
def submit(request: HttpRequest, case: str) -> HttpResponse:
    """Hand the application in."""
    receipt = office().applications.submit(case, **given(request))
    return JsonResponse({"receipt_number": receipt.receipt_number})


@require_POST
def decide(request: HttpRequest, case: str, stage: str) -> HttpResponse:
    """Judge a stage."""
    decision = office().schemas.read_decision(posted_by(request))
    done = office().reviews.decide(
        case, stage, StageOutcome(decision.outcome), reasons=decision.reasons, **given(request)
    )
    return JsonResponse({"state": done.state.value})


@require_POST
def approve(request: HttpRequest, case: str) -> HttpResponse:
    """Approve the application."""
    return JsonResponse({"state": office().reviews.approve(case, **given(request)).state.value})


@require_POST
def issue(request: HttpRequest, case: str) -> HttpResponse:
    """Sign the letter."""
    permit = office().permits.issue(case, **given(request))
    return JsonResponse({"id": permit.id, "number": permit.number}, status=201)


@require_GET
def download(request: HttpRequest, permit: str) -> FileResponse:
    """Send the signed permit."""
    pdf = office().permits.open_pdf(permit, actor=actor_of(request))
    return FileResponse(pdf, content_type="application/pdf")


urlpatterns = [
    path("applications", start),
    path("applications/<case>/documents/<slot>", upload),
    path("applications/<case>/submit", submit),
    path("applications/<case>/stages/<stage>", decide),
    path("applications/<case>/approve", approve),
    path("applications/<case>/issue", issue),
    path("permits/<permit>/pdf", download),
]


def portal(opened: Office) -> Any:
    """Return the WSGI application of a project that has only this, over an office that is open already."""
    OFFICE[:] = [opened]
    if not settings.configured:
        settings.configure(
            ROOT_URLCONF=__name__,
            ALLOWED_HOSTS=["localhost", "testserver"],
            MIDDLEWARE=[f"{__name__}.ProblemMiddleware"],
            SECRET_KEY="unused: no sessions here",
        )
    return get_wsgi_application()


if __name__ == "__main__":
    with Office.open(sys.argv[1]) as own:
        make_server("localhost", int(sys.argv[2]) if len(sys.argv) > 2 else 8000, portal(own)).serve_forever()
