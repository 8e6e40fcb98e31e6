"""The portals of the examples: the whole way through FastAPI, Flask and Django, and what they answer when refused."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
import httpx
import jsonschema
import pytest

from perizinan_core._converters import _converter
from perizinan_core.model._applicant import Applicant
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import FORMS, OfficeKit, sample_applicant, sample_office

EXAMPLES = Path(__file__).parents[2] / "examples"
CITIZEN = "applicant:account-17"
PROBLEM = "application/problem+json"


@attrs.frozen
class Answer:
    """What a portal answered."""

    status: int
    headers: Any
    json: Any
    body: bytes


Call = Callable[..., Answer]


def _example(name: str) -> Any:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _fastapi(kit: OfficeKit) -> Call:
    transport = httpx.ASGITransport(_example("portal_fastapi").portal(kit.office))

    async def send(method: str, path: str, **given: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, path, **given)

    def call(
        method: str, path: str, *, posted: Any = None, file: bytes | None = None, **headers: str
    ) -> Answer:
        files = None if file is None else {"file": ("ktp.png", file, "image/png")}
        got = asyncio.run(send(method, path, json=posted, files=files, headers=headers))
        return Answer(got.status_code, got.headers, _json(got.headers, got.json), got.content)

    return call


def _flask(kit: OfficeKit) -> Call:
    client = _example("portal_flask").portal(kit.office).test_client()

    def call(
        method: str, path: str, *, posted: Any = None, file: bytes | None = None, **headers: str
    ) -> Answer:
        more: dict[str, Any] = {} if file is None else {"data": {"file": (BytesIO(file), "ktp.png")}}
        if posted is not None:
            more["json"] = posted
        got = client.open(path, method=method, headers=headers, **more)
        return Answer(got.status_code, got.headers, _json(got.headers, got.get_json), got.data)

    return call


def _django(kit: OfficeKit) -> Call:
    _example("portal_django").portal(kit.office)
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    client = Client()

    def call(
        method: str, path: str, *, posted: Any = None, file: bytes | None = None, **headers: str
    ) -> Answer:
        more: dict[str, Any] = {"headers": headers}
        if posted is not None:
            more |= {"data": posted, "content_type": "application/json"}
        if file is not None:
            more["data"] = {"file": SimpleUploadedFile("ktp.png", file)}
        got = getattr(client, method.lower())(path, **more)
        body = b"".join(got.streaming_content) if got.streaming else got.content
        got.close()
        return Answer(got.status_code, got.headers, _json(got.headers, got.json), body)

    return call


def _json(headers: Any, read: Callable[[], Any]) -> Any:
    return read() if "json" in headers.get("Content-Type", "") else None


@pytest.fixture(scope="module")
def kit() -> Iterator[OfficeKit]:
    """One office in memory behind all portals."""
    made = sample_office()
    yield made
    made.office.close()


@pytest.fixture(scope="module", params=[_fastapi, _flask, _django], ids=["fastapi", "flask", "django"])
def call(request, kit) -> Call:
    """Send a request to one portal."""
    return request.param(kit)


def _posted(**changes: Any) -> dict[str, Any]:
    person = sample_applicant()
    return {
        "permit_type": "warung",
        "applicant": _converter().unstructure(person, unstructure_as=Applicant),
        "form": FORMS["warung"],
        **changes,
    }


def _started(call: Call, **changes: Any) -> str:
    answer = call("POST", "/applications", posted=_posted(**changes), **{"X-Account": CITIZEN})
    assert 201 == answer.status, answer.json
    return str(answer.json["id"])


def test_a_permit_is_applied_for_decided_and_downloaded(call, kit):
    """From JSON to the signed PDF; a repeated request gives the first answer again."""
    kit.clock.forward(minutes=1)
    case = _started(call)
    slot = call("POST", f"/applications/{case}/documents/ktp", file=small_png(), **{"X-Account": CITIZEN})
    assert (201, hashlib.sha256(small_png()).hexdigest()) == (slot.status, slot.json["sha256"])
    kit.fill(case, actor=kit_actor(CITIZEN))
    once = {"X-Account": CITIZEN, "Idempotency-Key": f"k-{case}"}
    first = call("POST", f"/applications/{case}/submit", **once)
    again = call("POST", f"/applications/{case}/submit", **once)
    assert first.json == again.json
    assert first.json["receipt_number"]
    for _ in range(6):
        stages = _open(kit, case)
        if not stages:
            break
        kit.clock.forward(minutes=1)
        stage, officer, approval = stages[0]
        path = f"/applications/{case}/approve" if approval else f"/applications/{case}/stages/{stage}"
        done = call("POST", path, posted={"outcome": "positive"}, **{"X-Account": f"officer:{officer}"})
        assert 200 == done.status, done.json
    kit.clock.forward(minutes=1)
    permit = call("POST", f"/applications/{case}/issue", **{"X-Account": "officer:kepala"})
    assert 201 == permit.status, permit.json
    pdf = call("GET", f"/permits/{permit.json['id']}/pdf", **{"X-Account": CITIZEN})

    assert (200, b"%PDF-") == (pdf.status, pdf.body[:5])


def kit_actor(account: str) -> Any:
    """Return the actor that the portals make of an account."""
    from perizinan_core import Actor, ActorKind

    return Actor(id=account.partition(":")[2], kind=ActorKind.APPLICANT)


def _open(kit: OfficeKit, case: str) -> list[tuple[str, str, bool]]:
    from perizinan_core.model._case import StageStatus
    from perizinan_core.model._stage import StageKind
    from perizinan_core.testing._offices import HOST

    found = kit.office.applications.get(case, actor=HOST)
    permit_type = kit.catalogue.version(found.permit_type, found.permit_type_version)
    return [
        (state.stage, state.assignee or "", permit_type.stage(state.stage).kind is StageKind.APPROVAL)
        for state in found.stages
        if state.status is StageStatus.OPEN
    ]


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [("en", "en", "Something has to be corrected"), ("fr, id;q=0.5", "id", "Ada yang perlu diperbaiki")],
)
def test_what_is_missing_is_a_problem_document_in_the_language_that_was_asked_for(
    call, asked, language, title
):
    """Each problem with its path and the label of the form."""
    case = _started(call, form={})
    answer = call("POST", f"/applications/{case}/submit", **{"X-Account": CITIZEN, "Accept-Language": asked})

    assert (422, title) == (answer.status, answer.json["title"])
    assert answer.headers["Content-Type"].startswith(PROBLEM)
    assert language == answer.headers["Content-Language"]
    assert f"/applications/{case}/submit" == answer.json["instance"]
    assert "form.lokasi" in [item["path"] for item in answer.json["fields"]]


def test_a_wrong_applicant_is_told_field_by_field(call):
    """What the schema says beforehand, the office says in words; the data are not repeated."""
    wrong = {"type": "person", "nik": "357201", "birth_date": "1990-02-31", "hobby": "x"}
    answer = call("POST", "/applications", posted=_posted(applicant=wrong), **{"X-Account": CITIZEN})
    fields = {item["path"]: item for item in answer.json["fields"]}

    assert (422, "posted-data") == (answer.status, answer.json["code"])
    assert "Nama" == fields["applicant.name"]["label"]
    assert "required" == fields["applicant.name"]["code"]
    assert fields["applicant.nik"]["label"].startswith("NIK")
    assert "applicant.birth_date" in fields
    assert "hobby" in answer.json["detail"]
    assert "357201" not in str(answer.json)


@pytest.mark.parametrize(
    ("path", "posted", "account", "status", "code"),
    [
        ("/applications", {"permit_type": "tidak-ada"}, CITIZEN, 404, "permit-type-not-found"),
        ("/applications", {"permit_type": 5}, CITIZEN, 400, "argument"),
        ("/applications/{case}/submit", None, "applicant:account-99", 404, "not-found"),
        ("/applications/{case}/approve", None, CITIZEN, 409, "transition-not-allowed"),
        ("/applications/{case}/submit", None, "officer:telaah-1", 404, "not-found"),
        ("/applications/{case}/stages/periksa", {"outcome": "yes"}, "officer:telaah-1", 422, "posted-data"),
    ],
)
def test_a_refusal_has_the_status_of_its_category(call, path, posted, account, status, code):
    """400, 403, 404, 422; never a 500."""
    case = _started(call)
    body = _posted(**posted) if posted and path == "/applications" else posted
    answer = call("POST", path.format(case=case), posted=body, **{"X-Account": account})

    assert status == answer.status, answer.json
    assert code in (None, answer.json["code"])


def test_the_published_schema_holds_what_a_portal_posts(kit):
    """The sample fits it, and what the office refuses for its form does not."""
    schema = kit.office.schemas.portal()
    jsonschema.Draft202012Validator.check_schema(schema)
    applicant = {**schema, "$ref": "#/$defs/applicant"}

    assert {"applicant", "representative", "decision", "person", "organisation"} <= set(schema["$defs"])
    jsonschema.validate(_posted()["applicant"], applicant)
    for wrong in ({}, {"type": "person"}, {"type": "person", "name": "A", "hobby": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, applicant)
    assert "lokasi" in kit.office.schemas.form("warung")["properties"]
    assert "Nama" == schema["$defs"]["person"]["properties"]["name"]["title"]


def test_who_is_not_on_record_is_refused(call):
    """A session that outlived its officer, or a name that someone made up: no fault of the server."""
    case = _started(call)
    answer = call("POST", f"/applications/{case}/approve", **{"X-Account": "officer:nobody"})

    assert (403, "staff-record") == (answer.status, answer.json["code"])


@pytest.mark.parametrize("posted", [[1], "text", 5])
def test_what_is_no_object_is_a_fault_of_the_request(call, posted):
    """The office says what is missing, or the framework that it expected an object."""
    answers = (
        call("POST", "/applications", posted=posted, **{"X-Account": CITIZEN}),
        call("POST", "/applications/x/stages/periksa", posted=posted, **{"X-Account": "officer:loket-1"}),
    )
    assert [422, 422] == [answer.status for answer in answers]


def test_what_is_missing_is_said_in_sentences(call):
    """Problems stand beside their fields without a full stop, and in running text with one."""
    applicant = {"type": "person"}
    answer = call("POST", "/applications", posted=_posted(applicant=applicant), **{"X-Account": CITIZEN})

    assert "mohon diisi. " in answer.json["detail"]
