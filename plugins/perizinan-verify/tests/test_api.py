"""The JSON API: verdicts, refusals, and every answer against the published description."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta

import attrs
import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from perizinan_verify import PageSettings
from perizinan_verify._openapi import openapi_document
from perizinan_verify._places import Places
from PIL import Image

from perizinan_core.published import read_authority_document, sign_authority_document, signing_callback
from perizinan_core.verification import check_qr_text, load_schema, verify_permit

PDF = {"Content-Type": "application/pdf"}
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
PATHS = {
    "/api/authority/kabupaten-contoh": "/api/authority/{slug}",
    "/api/authority/lain": "/api/authority/{slug}",
}


def holds(response, method: str = "post"):
    """Return the body of an answer after holding it against the API document."""
    document = openapi_document()
    path = response.request.url.path
    answers = document["paths"][PATHS.get(path, path)][method]["responses"]
    kind = response.headers["content-type"].partition(";")[0]
    schema = answers[str(response.status_code)]["content"][kind]["schema"]
    resolved = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    validator = jsonschema.Draft202012Validator(
        {**resolved, "components": document["components"]}, format_checker=jsonschema.FormatChecker()
    )
    validator.validate(response.json())
    return response.json()


def test_genuine_permit_in_force_is_valid(app, call, pdf):
    """Status comes from the office's records, through the judging process."""
    answer = holds(call(app, "POST", "/api/verify", content=pdf, headers=PDF))

    assert ("valid", 0) == (answer["verdict"], answer["exit_code"])
    assert "in_force" == answer["status"]["state"]
    assert "-" == answer["file"]


def test_answer_is_the_report_of_the_library(app, call, kit, pdf):
    """Not one word of the answer differs from what the library itself reports."""
    authority = read_authority_document(app.state.service.authorities.known[0].raw)
    expected = verify_permit(
        pdf, authority=authority, at=kit.clock(), status=kit.office.status, name="izin.pdf"
    )
    upload = {"file": ("izin.pdf", pdf, "application/pdf")}
    for language in ("id", "en"):
        answer = holds(call(app, "POST", f"/api/verify?lang={language}", files=upload))

        assert json.loads(json.dumps(expected.to_json(language))) == answer
        jsonschema.validate(answer, dict(load_schema("report")))


@pytest.mark.parametrize(
    ("fixture", "verdict", "code"),
    [
        ("changed_pdf", "not_valid", 10),
        ("foreign_pdf", "wrong_issuer", 12),
        ("revoked_pdf", "not_in_force", 13),
    ],
)
def test_bad_files_get_their_verdict(app, call, request, fixture, verdict, code):
    """Changed, foreign and revoked permits are told apart; each is an answer, not an error."""
    data = request.getfixturevalue(fixture)
    answer = holds(call(app, "POST", "/api/verify", content=data, headers=PDF))

    assert (verdict, code) == (answer["verdict"], answer["exit_code"])


@pytest.mark.parametrize(
    "data",
    [b"", b"<html><script>alert(1)</script></html>", b"%PDF-1.7\n", b"\x00" * 5000, b"PK\x03\x04" * 100],
    ids=["empty", "html", "head only", "zeros", "zip"],
)
def test_what_is_no_pdf_is_unreadable(app, call, data):
    """Whatever its name and content type say, and an empty file too."""
    upload = {"file": ("izin.pdf", data, "application/pdf")}
    answer = holds(call(app, "POST", "/api/verify", files=upload))

    assert ("unreadable", 15) == (answer["verdict"], answer["exit_code"])


def test_file_cut_on_the_way_is_unreadable(app, call, pdf):
    """A broken download is not called a forgery."""
    answer = holds(call(app, "POST", "/api/verify", content=pdf[:-200], headers=PDF))

    assert "unreadable" == answer["verdict"]


def test_moment_can_be_asked_for(app, call, pdf, kit):
    """With at, the answer holds for that moment: before a permit was signed it cannot be valid."""
    early = (kit.clock() - timedelta(days=20)).isoformat().replace("+", "%2B")
    answer = holds(call(app, "POST", f"/api/verify?at={early}", content=pdf, headers=PDF))

    assert "valid" != answer["verdict"]
    refused = call(app, "POST", "/api/verify?at=kemarin", content=pdf, headers=PDF)
    naive = call(app, "POST", "/api/verify?at=2026-11-25T10:00", content=pdf, headers=PDF)
    assert (422, 422) == (refused.status_code, naive.status_code)
    assert "bad-request-data" == holds(refused)["code"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T00:00:00Z"]
)
def test_moments_that_nobody_can_mean_are_refused(app, call, pdf, moment):
    """At the ends of the calendar no time zone can be counted in; the file is not to blame."""
    at = moment.replace("+", "%2B")
    answer = call(app, "POST", f"/api/verify?at={at}", content=pdf, headers=PDF)

    assert 422 == answer.status_code
    assert "1970" in holds(answer)["detail"]


def test_without_status_source_the_answer_says_so(make_app, call, pdf):
    """No one was asked: the permit is judged, and the reason names what is missing."""
    answer = holds(call(make_app(status=None), "POST", "/api/verify", content=pdf, headers=PDF))

    assert "not_checked" == answer["status"]["state"]
    assert "status-not-checked" in [item["code"] for item in answer["reasons"]]


def test_failing_status_source_never_makes_a_permit_valid(make_app, call, pdf, qr_text, caplog):
    """An error in the records leaves the answer open, and its text is not logged."""

    class Broken:
        def status_of(self, number, *_):
            raise RuntimeError(f"no table for {number}")

    app = make_app(status=Broken())
    with caplog.at_level(logging.DEBUG, logger="perizinan_verify"):
        report = holds(call(app, "POST", "/api/verify", content=pdf, headers=PDF))
        code = holds(call(app, "POST", "/api/verify-qr", content=qr_text.encode(), headers=TEXT))

    assert ("indeterminate", "indeterminate") == (report["verdict"], code["verdict"])
    assert "status-unavailable" == report["reasons"][0]["code"] == code["reasons"][0]["code"]
    assert report["permit"]["number"] not in caplog.text
    assert "RuntimeError" in caplog.text


def test_several_offices_each_judge_their_own(make_app, call, kit, pdf, foreign_pdf):
    """With two authority documents, the office whose officer signed decides."""
    own = read_authority_document(kit.office.publication.authority_json())
    key = ed25519.Ed25519PrivateKey.generate()
    neighbour = attrs.evolve(
        own, slug="kota-lain", name="Kota Lain", keys=(key.public_key(),), signatories=(), qr_keys=()
    )
    raw = sign_authority_document(neighbour, key=key.public_key(), sign=signing_callback(key))
    app = make_app(
        authority=[raw, kit.office.publication.authority_json()], status={own.slug: kit.office.status}
    )
    answer = holds(call(app, "POST", "/api/verify", content=pdf, headers=PDF))
    other = holds(call(app, "POST", "/api/verify", content=foreign_pdf, headers=PDF))
    listed = holds(call(app, "GET", "/api/authority"), "get")

    assert ("valid", own.slug) == (answer["verdict"], answer["authority"]["slug"])
    assert "wrong_issuer" == other["verdict"]
    assert ["kota-lain", own.slug] == [item["slug"] for item in listed["authorities"]]
    assert [False, True] == [item["has_status"] for item in listed["authorities"]]


def test_qr_text_and_photo_give_the_same_answer(app, call, qr_text, photo, permit):
    """A text from a scanner, and a photo that is turned, grey and compressed."""
    text = holds(call(app, "POST", "/api/verify-qr", content=qr_text.encode(), headers=TEXT))
    raw = holds(call(app, "POST", "/api/verify-qr", content=photo, headers={"Content-Type": "image/jpeg"}))
    form = holds(call(app, "POST", "/api/verify-qr", files={"image": ("f.jpg", photo, "image/jpeg")}))
    typed = holds(
        call(app, "POST", "/api/verify-qr", data={"text": qr_text}, files={"image": ("", b"", "image/png")})
    )

    facts = [(item["verdict"], item["permit"], item["status"]["state"]) for item in (text, raw, form, typed)]
    assert [("valid", text["permit"], "in_force")] * 4 == facts
    assert permit.number == text["permit"]["number"]
    assert "paper-not-checked" in [item["code"] for item in text["reasons"]]


def test_answer_on_a_code_is_the_report_of_the_library(app, call, kit, qr_text):
    """Not one word differs from `check_qr_text`."""
    authority = read_authority_document(app.state.service.authorities.known[0].raw)
    expected = check_qr_text(qr_text, authority=authority, at=kit.clock(), status=kit.office.status)
    answer = holds(call(app, "POST", "/api/verify-qr", content=qr_text.encode(), headers=TEXT))

    assert json.loads(json.dumps(expected.to_json("id"))) == answer


def test_forged_and_foreign_codes_are_told_apart(app, call, qr_text):
    """A changed signature is a forgery; other texts are not codes of ours; none of them shows claims."""
    forged = qr_text[:-3] + ("A" if qr_text[-3] != "A" else "Q") + qr_text[-2:]
    answers = [
        holds(call(app, "POST", "/api/verify-qr", content=text.encode(), headers=TEXT))
        for text in (forged, "https://izin.example/#2ABC", "WIFI:S:rumah;;")
    ]

    assert ["not_valid", "unsigned", "unsigned"] == [item["verdict"] for item in answers]
    assert [None] * 3 == [item["permit"] for item in answers]


def test_photo_without_code_says_what_to_do(app, call):
    """An empty picture, something that is not a picture, and one with too many dots."""
    blank, huge = io.BytesIO(), io.BytesIO()
    Image.new("L", (300, 300), 255).save(blank, "PNG")
    Image.new("1", (20_000, 20_000)).save(huge, "PNG")
    codes = [
        holds(call(app, "POST", "/api/verify-qr", content=data, headers={"Content-Type": "image/png"}))[
            "reasons"
        ][0]["code"]
        for data in (blank.getvalue(), b"<svg/>", huge.getvalue())
    ]

    assert ["image-no-code", "image-unknown-kind", "image-too-many-pixels"] == codes


def test_status_is_asked_by_number_and_index(app, call, permit):
    """The number alone, guessed with another index, gives nothing away."""
    question = {
        "authority": "kabupaten-contoh",
        "number": permit.number,
        "status_index": permit.status_index,
    }
    known = holds(call(app, "POST", "/api/status", json=question))
    guessed = holds(call(app, "POST", "/api/status", json={**question, "status_index": 999}))

    assert "in_force" == known["state"]
    assert "unknown" == guessed["state"]


@pytest.mark.parametrize(
    "question",
    [
        "[]",
        "{",
        '{"authority":"kabupaten-contoh","number":"1","status_index":-1}',
        '{"authority":"kabupaten-contoh","number":"1","status_index":true}',
        '{"authority":"kabupaten-contoh","number":"","status_index":1}',
        '{"authority":"lain","number":"1","status_index":1}',
        "[" * 4000,
        '{"a":"' + "x" * 9000 + '"}',
    ],
)
def test_malformed_questions_are_refused_with_a_sentence(app, call, question):
    """422 with what was expected; nothing that was sent is repeated."""
    response = call(
        app, "POST", "/api/status", content=question, headers={"Content-Type": "application/json"}
    )

    assert 422 == response.status_code
    assert "bad-request-data" == holds(response)["code"]


def test_wrong_content_types_are_refused(app, call, pdf):
    """415 names what is accepted."""
    for path, kind in (
        ("/api/verify", "text/html"),
        ("/api/verify", ""),
        ("/api/verify-qr", "application/pdf"),
        ("/api/status", "text/plain"),
    ):
        response = call(app, "POST", path, content=pdf, headers={"Content-Type": kind})

        assert 415 == response.status_code
        assert "wrong-content-type" == holds(response)["code"]


def test_forms_without_one_file_are_refused(app, call, pdf):
    """No file, the wrong field, two files, a form that is not one."""
    one = ("a.pdf", pdf, "application/pdf")
    responses = [
        call(app, "POST", "/api/verify", files={"berkas": one}),
        call(app, "POST", "/api/verify", files=[("file", one), ("file", one)]),
        call(app, "POST", "/api/verify", files=[("file", one)] * 3),
        call(app, "POST", "/api/verify", content=b"x", headers={"Content-Type": "multipart/form-data"}),
        call(
            app,
            "POST",
            "/api/verify",
            content=b"x",
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        ),
    ]

    assert [422] * 5 == [item.status_code for item in responses]
    assert {"bad-request-data"} == {holds(item)["code"] for item in responses}


def test_larger_bodies_than_allowed_are_refused(make_app, call):
    """413 in both forms, whether the length is declared or not."""
    app = make_app(settings=PageSettings(workers=1, max_bytes=1000))

    async def endless():
        while True:
            yield b"x" * 500

    responses = [
        call(app, "POST", "/api/verify", content=b"x" * 1001, headers=PDF),
        call(app, "POST", "/api/verify", content=endless(), headers=PDF),
        call(app, "POST", "/api/verify", files={"file": ("a.pdf", b"x" * 1001, "application/pdf")}),
        call(app, "POST", "/api/verify", files={"file": ("a.pdf", b"x" * 100_000, "application/pdf")}),
    ]

    assert [413] * 4 == [item.status_code for item in responses]
    assert {"body-too-large"} == {holds(item)["code"] for item in responses}


def test_other_methods_and_addresses_are_refused(app, call):
    """405 names the right method; 404 is a problem document below api and a page elsewhere."""
    wrong = call(app, "GET", "/api/verify")
    missing = call(app, "GET", "/api/authority/lain")

    assert (405, "POST") == (wrong.status_code, wrong.headers["allow"])
    assert "page-not-found" == holds(missing, "get")["code"]
    assert 404 == call(app, "GET", "/rahasia").status_code


def test_authority_document_is_served_byte_for_byte(app, call):
    """Where checkers look for it, and by short name; pages of other sites may read it."""
    raw = app.state.service.authorities.known[0].raw
    known = call(app, "GET", "/.well-known/perizinan.json")
    named = call(app, "GET", "/api/authority/kabupaten-contoh")

    assert raw == known.content == named.content
    assert "*" == known.headers["access-control-allow-origin"]
    holds(known, "get")
    holds(named, "get")


def test_health_follows_the_authority_document(app, make_app, call, kit):
    """503 when every document has ended: no answer could be more than open."""
    well = holds(call(app, "GET", "/healthz"), "get")
    late = make_app(clock=lambda: kit.clock() + timedelta(days=1000))
    ended = call(late, "GET", "/healthz")

    assert "ok" == well["status"]
    assert (503, "authority-document-expired") == (ended.status_code, holds(ended, "get")["status"])


def test_description_is_served_and_well_formed(app, call):
    """OpenAPI 3.1, every reference leads somewhere, every schema is one, every route is described."""
    document = holds(call(app, "GET", "/api/openapi.json"), "get")
    text = json.dumps(document)
    routes = {
        route.path
        for route in app.routes
        if getattr(route, "path", "").startswith(("/api", "/.well-known", "/healthz"))
    }

    assert "3.1.0" == document["openapi"]
    assert routes == set(document["paths"])
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert name
    for part in text.split('"$ref": "#/')[1:]:
        found = document
        for step in part.partition('"')[0].split("/"):
            found = found[step]


def test_too_many_at_once_are_asked_to_come_back(make_app, call, pdf):
    """503 with Retry-After when every place is taken; the place is free again afterwards."""
    app = make_app()
    app.state.service.senders = Places(0, wait_seconds=0.05)
    refused = call(app, "POST", "/api/verify", content=pdf, headers=PDF)
    app.state.service.senders = Places(1, wait_seconds=0.05)
    accepted = call(app, "POST", "/api/verify", content=pdf, headers=PDF)

    assert (503, "5") == (refused.status_code, refused.headers["retry-after"])
    assert "too-busy" == holds(refused)["code"]
    assert "valid" == holds(accepted)["verdict"]


def test_names_in_uploads_do_no_harm(app, call, pdf, caplog):
    """Line ends, paths, direction marks and length: cleaned in the answer, absent from headers and log."""
    names = ["../../etc/passwd", "C:\\izin\\a.pdf", "a\u202efdp.exe", "n" * 500 + ".pdf", "<b>é.pdf", "…" * 3]
    with caplog.at_level(logging.DEBUG):
        answers = [
            call(app, "POST", "/api/verify", files={"file": (name, pdf, "application/pdf")}) for name in names
        ]
    shown = [holds(item)["file"] for item in answers]

    assert ["passwd", "a.pdf", "a\ufffdfdp.exe", "<b>é.pdf", "………"] == [*shown[:3], *shown[4:]]
    assert 120 >= len(shown[3])
    assert not any("passwd" in record.getMessage() for record in caplog.records)
    raw = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a\x0d\x0aX-Evil: 1.pdf"\r\n\r\n'
        + pdf
        + b"\r\n--b--\r\n"
    )
    split = call(
        app,
        "POST",
        "/api/verify",
        content=raw,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert "x-evil" not in split.headers
    holds(split)


def test_sentences_follow_the_language(app, call, changed_pdf):
    """Bahasa Indonesia unless English is asked for, by parameter or header."""

    def first(path: str, **headers: str) -> str:
        answer = call(app, "POST", path, content=changed_pdf, headers={**PDF, **headers})
        return answer.headers["content-language"]

    assert "id" == first("/api/verify")
    assert "en" == first("/api/verify?lang=en")
    assert "en" == first("/api/verify", **{"Accept-Language": "fr, en-GB;q=0.8, id;q=0.3"})
    assert "id" == first("/api/verify", **{"Accept-Language": "en;q=x, id;q=0.1"})
    assert "id" == first("/api/verify?lang=xx", **{"Accept-Language": "*"})
