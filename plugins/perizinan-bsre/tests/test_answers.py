"""What each answer means: signed, nothing signed for certain, or in doubt."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perizinan_bsre import BsreError, BsreInDoubtError, Esign, Generation, SignerStatus
from perizinan_bsre._answers import Kept, read_signed, words_of
from perizinan_bsre.testing import cut, late

from perizinan_core.errors.signing import NothingSignedError
from perizinan_core.hooks import Secret
from perizinan_core.signing import SigningRequest
from perizinan_core.testing import MORNING
from perizinan_core.verification.signatures import verify_signatures

REQUEST = SigningRequest(signed_at=MORNING, reason="Penerbitan izin", location="Kota Contoh")
SPRING = {
    "timestamp": "2026-11-30T02:00:00Z",
    "status": 500,
    "error": "Internal Server Error",
    "path": "/api/sign/pdf",
}
V2, V1 = Generation.V2, Generation.V1
BOTH = pytest.mark.parametrize("generation", [V2, V1])


def refused(service, letter, answer, generation=V2):
    """Return the code of the error, and how often the service was asked to sign."""
    status, content = answer
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with (
        service.ruled(lambda call: (status, body, {}) if call.is_signing else None),
        pytest.raises((BsreError, BsreInDoubtError)) as caught,
    ):
        service.signer(generation).sign_document(letter, REQUEST)
    error = caught.value
    assert error.message("id") != error.message("en")
    assert isinstance(error, NothingSignedError) == isinstance(error, BsreError)
    return error.code, service.asked


@BOTH
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, {"error": "Passphrase anda salah", "status_code": 2031}), "bsre-passphrase"),
        (
            (400, {"error": "Proses signing gagal : Passphrase anda salah 2031", "status_code": 400}),
            "bsre-passphrase",
        ),
        (
            (400, {"error": "Proses signing gagal : User tidak terdaftar 2011", "status_code": 400}),
            "bsre-unknown-signer",
        ),
        ((400, {"status_code": 2011, "error": "x"}), "bsre-unknown-signer"),
        (
            (
                400,
                {
                    "error": "Proses signing gagal : com.itextpdf.text.exceptions.InvalidPdfException: Rebuild failed"
                },
            ),
            "bsre-document",
        ),
        ((400, {"status_code": 4014, "error": "NIK harus diisi"}), "bsre-refused"),
        ((200, {"status_code": "4015", "message": "Passphrase harus diisi"}), "bsre-passphrase"),
        ((429, {"error": "Terlalu banyak permintaan", "status_code": 429}), "bsre-refused"),
        ((401, b""), "bsre-login"),
    ],
)
def test_the_service_itself_says_that_nothing_was_signed(service, letter, answer, code, generation):
    """By its code, or by the end of its sentence; the letter may be sent again."""
    assert (code, 1) == refused(service, letter, answer, generation)


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        (500, SPRING),
        (400, {**SPRING, "status": 400}),
        (500, {"error": "Passphrase anda salah", "status_code": 2031}),
        (502, b"<html><h1>502 Bad Gateway</h1></html>"),
        (503, b""),
        (504, b""),
        (200, b""),
        (200, b"<html>Selamat datang</html>"),
        (200, {}),
        (200, []),
        (200, {"message": "ok"}),
        (200, {"file": []}),
        (200, {"file": ["bukan base64"]}),
        (200, {"file": [base64.b64encode(b"bukan PDF").decode()]}),
        (302, b""),
        (404, b"Not Found"),
        (429, b""),
    ],
    ids=str,
)
def test_everything_else_is_in_doubt_and_asked_once(service, letter, answer, generation):
    """An error page before the service, an empty answer, JSON that says neither."""
    assert ("bsre-in-doubt", 1) == refused(service, letter, answer, generation)


@BOTH
def test_an_answer_that_was_cut_is_in_doubt(service, letter, generation):
    """Half a file, and a connection that ends before its end."""
    signed = service.signed(letter)
    half = signed[: len(signed) - 500]
    assert ("bsre-in-doubt", 1) == refused(service, letter, (200, half), V1)
    service.calls.clear()

    with service.ruled(cut(signed)), pytest.raises(BsreInDoubtError):
        service.signer(generation).sign_document(letter, REQUEST)
    assert 1 == service.asked


def test_an_answer_that_comes_too_late_is_in_doubt(service, letter):
    """It signed all the same; no second call is made."""
    begun, end = threading.Event(), threading.Event()
    with service.ruled(late(end, begun)), pytest.raises(BsreInDoubtError):
        service.signer(seconds=0.5).sign_document(letter, REQUEST)
    assert begun.wait(60)
    end.set()
    assert 1 == service.asked


def test_the_letter_without_a_new_signature_means_nothing_was_signed(service, letter):
    """Also where it carried one before."""
    signed = service.signed(letter)
    for given_ in (letter, signed):
        service.calls.clear()
        assert ("bsre-unsigned", 1) == refused(service, given_, (200, given_), V1)


@BOTH
def test_a_file_that_is_kept_is_fetched_once(service, letter, generation):
    """v1 may say an id in place of the file, which it gives once."""

    def keep(call):
        if not call.is_signing:
            return None
        service.kept["dok-7"] = service.signed(call.pdf)
        return 200, json.dumps({"id_dokumen": "dok-7", "message": "ok"}).encode(), {}

    with service.ruled(keep):
        signed = service.signer(generation).sign_document(letter, REQUEST)

    assert signed.startswith(letter)
    assert 1 == sum("/download/" in call for call in service.calls)


def test_a_kept_file_that_cannot_be_fetched_is_in_doubt_with_its_id(service, letter):
    """Never signed again."""

    def keep(call):
        if call.is_signing:
            return 200, b'{"id_dokumen":"dok-8"}', {}
        return (500, b"", {}) if "/download/" in call.path else None

    with service.ruled(keep), pytest.raises(BsreInDoubtError) as caught:
        service.signer(V1).sign_document(letter, REQUEST)

    assert "dok-8" in caught.value.message("id")
    assert 1 == sum("/download/" in call for call in service.calls)


@pytest.mark.parametrize("word", sorted(set(SignerStatus) - {SignerStatus.ISSUE}))
@BOTH
def test_only_a_certificate_in_use_gets_to_a_signing_call(service, letter, word, generation):
    """Every other word of the manual stops before it, and so does one that it does not have."""
    service.status = "SESUATU" if word is SignerStatus.UNKNOWN else word.value
    with pytest.raises(BsreError) as caught:
        service.signer(generation).sign_document(letter, REQUEST)

    expected = "bsre-unknown-signer" if word is SignerStatus.NOT_REGISTERED else "bsre-status"
    assert (expected, 0) == (caught.value.code, service.asked)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"status_code": "1111", "message": "x", "status": "ISSUE"}, "ISSUE"),
        ({"status_code": 1111}, "ISSUE"),
        ({"data": {"status": "issue"}}, "ISSUE"),
        ({"status_code": 1110}, "NOT_REGISTERED"),
        ({"status": "Waiting For Verification"}, "WAITING_FOR_VERIFICATION"),
        (SPRING, "UNKNOWN"),
        ({}, "UNKNOWN"),
        ([], "UNKNOWN"),
        (b"<html>", "UNKNOWN"),
    ],
)
def test_the_status_is_read_in_every_shape(service, answer, status):
    """Code as text or number, nested or not; what cannot be read is not in use."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with service.ruled(lambda _call: (200, body, {})):
        found = Esign(service.settings()).status("a@contoh.example")

    assert status == found.value


def test_the_status_may_be_asked_again_and_the_signature_not(service, letter):
    """Two connections break at the status; the third works."""
    left = [2]

    def breaks(call):
        if "/status" in call.path and left[0]:
            left[0] -= 1
            call.handler.connection.shutdown(2)
            call.handler.close_connection = True
            return "said"
        return None

    with service.ruled(breaks):
        assert service.signer().sign_document(letter, REQUEST).startswith(letter)
    assert 1 == service.asked


def test_a_service_that_is_not_there_signed_nothing(letter, service):
    """The letter waits, and may be sent again; the address is named, and no one's NIK."""
    signer = service.signer(address="http://127.0.0.1:9")
    with pytest.raises(BsreError) as caught:
        signer.sign_document(letter, REQUEST)

    assert "bsre-unreachable" == caught.value.code
    assert "127.0.0.1:9" in caught.value.message("id")


def test_a_certificate_that_no_root_vouches_for_is_refused(letter, service, tmp_path):
    """TLS is always checked: nothing is sent to a stranger, neither passphrase nor letter."""
    import ssl
    import subprocess
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "k", "-out",
         tmp_path / "c"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(BsreError) as caught:
            service.signer(address=f"https://localhost:{server.server_port}").sign_document(letter, REQUEST)
    finally:
        server.shutdown()
        server.server_close()

    assert "bsre-unreachable" == caught.value.code


def test_an_act_whose_time_is_over_begins_no_call(service, letter):
    """The time of the calls before counts; nothing was sent, for certain."""
    esign = Esign(service.settings())
    with pytest.raises(BsreError) as caught:
        esign.sign(letter, service.nik, service.passphrase, reason=None, location=None, end=0.0)

    assert ("bsre-unreachable", 0) == (caught.value.code, service.asked)
    assert service.settings().seconds == service.signer().patience == service.sealer().patience


@BOTH
def test_two_officers_sign_one_letter_one_after_the_other(service, letter, generation):
    """The second signature comes on top; both are sound."""
    from perizinan_core.testing import sample_ca

    once = service.signer(generation).sign_document(letter, REQUEST)
    twice = service.signer(generation).sign_document(once, REQUEST)
    report = verify_signatures(twice, roots=[sample_ca().root.certificate], at=MORNING)

    assert twice.startswith(once)
    assert 2 == len(report.signatures)


def test_the_request_says_what_the_office_says_and_the_mark_is_not_drawn(service, letter):
    """Reason and place; the letter has its own visible part. The passphrase stands once, in the body."""
    seen = []

    def look(call):
        if call.is_signing:
            seen.append(call.values)

    with service.ruled(look):
        service.signer().sign_document(letter, REQUEST)
    (body,) = seen

    assert service.passphrase == body["passphrase"]
    assert {"tampilan": "INVISIBLE", "reason": "Penerbitan izin", "location": "Kota Contoh"} == body[
        "signatureProperties"
    ][0]
    assert not {"totp", "otp"} & set(body)


@pytest.mark.parametrize(
    ("address", "changes", "code"),
    [
        ("bsre:123", {}, "bsre-address"),
        ("bsre:env:TIDAK_ADA", {}, "bsre-address"),
        ("bsre:", {}, "bsre-address"),
        ("bsre:9900000101800001", {"address": "http://10.1.2.3"}, "bsre-address"),
        ("bsre:9900000101800001", {"address": "esign"}, "bsre-address"),
    ],
)
def test_settings_that_cannot_be_meant_are_named_without_the_nik(service, address, changes, code):
    """Before anything is sent."""
    from perizinan_bsre._plugin import open_signer

    context = type("Context", (), {"settings": service.settings(**changes)})()
    with pytest.raises(BsreError) as caught:
        open_signer(address=address, secret=lambda _name: "x", context=context)

    assert code == caught.value.code
    assert "99000001" not in caught.value.message("id")


def test_without_a_passphrase_nothing_is_opened(service):
    """The worker has none: the letter waits for the officer."""
    from perizinan_bsre._plugin import open_signer

    context = type("Context", (), {"settings": service.settings()})()
    with pytest.raises(BsreError) as caught:
        open_signer(address="bsre:9900000101800001", secret=lambda _name: None, context=context)

    assert "bsre-secret" == caught.value.code
    assert [] == service.calls


def test_a_wrong_password_of_the_application_is_named(service, letter):
    """At the status call, before anything is signed."""
    with pytest.raises(BsreError) as caught:
        service.signer(password=Secret(b"salah")).sign_document(letter, REQUEST)

    assert ("bsre-login", 0) == (caught.value.code, service.asked)


def test_what_a_service_says_is_shown_on_one_line_without_numbers_of_people():
    """It is foreign text."""
    assert "NIK … salah." == words_of("NIK 9900000101800001\r\n\x1b[31m salah").replace("[31m ", "")


@given(
    status=st.integers(100, 599),
    content=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["error", "status_code", "file", "id_dokumen", "message", "path", "x"]),
                    inner,
                )
            ),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_no_answer_whatever_is_taken_for_a_signed_file_by_mistake(status, content):
    """It ends in one of two errors, or in an id; never in bytes that no one signed, never in a crash."""
    with suppress(BsreError, BsreInDoubtError):
        assert isinstance(read_signed(status, {}, content, b"%PDF-1.7\n%%EOF\n"), Kept)
