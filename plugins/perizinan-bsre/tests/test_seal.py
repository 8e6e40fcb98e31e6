"""The seal of the office: its activation, its codes, and what each answer means."""

from __future__ import annotations

import base64
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from perizinan_bsre import BsreError, BsreInDoubtError, BsreSealer, Generation, Seal
from perizinan_bsre.testing import cut, late

from perizinan_core.errors.signing import NothingSignedError
from perizinan_core.signing import SigningRequest
from perizinan_core.testing import MORNING, DocumentSignerSuite
from perizinan_core.verification import Verdict
from perizinan_core.verification.signatures import verify_signatures

REQUEST = SigningRequest(signed_at=MORNING, reason="Salinan sah", location="Kota Contoh")


class TestSealer(DocumentSignerSuite):
    """A seal is a signature of the office, and keeps what every signing service promises."""

    secrets = ("kata-sandi-aplikasi",)

    @pytest.fixture
    def signer(self, service):
        self._service = service
        return service.sealer()

    @pytest.fixture
    def root(self, service):
        return service.stamps.roots[0]

    def broken(self, signer):
        assert signer
        return self._service.ruled(lambda call: (503, b"", {}) if call.is_signing else None)

    def asked(self, signer):
        assert signer
        return self._service.asked


def code_of(service, part, answer, use):
    """Return the code of the error when calls whose path has ``part`` are answered so."""
    status, content = answer
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with (
        service.ruled(lambda call: (status, body, {}) if part in call.path else None),
        pytest.raises((BsreError, BsreInDoubtError)) as caught,
    ):
        use()
    error = caught.value
    assert error.message("id") != error.message("en")
    assert isinstance(error, NothingSignedError) == isinstance(error, BsreError)
    return error.code


def test_a_document_is_sealed_and_shown_as_what_it_is(service, letter):
    """The certificate is the organisation's; reason and place are sent, and one code is asked for."""
    seen = []

    def look(call):
        if call.is_signing:
            seen.append(call.values)

    sealer = service.sealer()
    with service.ruled(look):
        sealed = sealer.sign_document(letter, REQUEST)
    report = verify_signatures(sealed, roots=service.stamps.roots, at=MORNING)
    (signature,) = report.signatures

    assert sealed.startswith(letter)
    assert Verdict.VALID is report.verdict
    assert "Segel Kota Contoh (PENGEMBANGAN)" == signature.signer
    assert "O=Pemerintah Kota Contoh" in signature.chain[0]
    assert ("B-T", "ETSI.CAdES.detached") == (signature.level, signature.format)
    assert {
        "tampilan": "INVISIBLE",
        "reason": "Salinan sah",
        "location": "Kota Contoh",
    } == seen[0]["signatureProperties"][0]
    assert 1 == sum("/seal/get/totp" in path for path in service.calls)


def test_the_office_seals_what_an_officer_signed(service, letter):
    """The seal comes on top; both are sound, and told apart by their names."""
    signed = service.signer().sign_document(letter, REQUEST)
    sealed = service.sealer().sign_document(signed, REQUEST)
    report = verify_signatures(sealed, roots=service.stamps.roots, at=MORNING)

    assert sealed.startswith(signed)
    assert Verdict.VALID is report.verdict
    assert ["Kepala (PENGEMBANGAN)", "Segel Kota Contoh (PENGEMBANGAN)"] == [
        item.signer for item in report.signatures
    ]


def test_an_activation_is_refreshed_and_ended(service, letter):
    """The former code is of no use then, and after the end none is."""
    seal = service.seal()
    seal.activate()
    first = service.mailed[service.subscriber]
    second = seal.refresh(first)

    assert first != second.value
    assert "2026" in second.expires
    assert second.value not in repr(second)
    with pytest.raises(BsreError) as caught:
        BsreSealer(seal, first).sign_document(letter, REQUEST)
    assert ("bsre-activation", 0) == (caught.value.code, service.asked)
    assert BsreSealer(seal, second.value).sign_document(letter, REQUEST).startswith(letter)

    seal.revoke(second.value)

    with pytest.raises(BsreError) as caught:
        BsreSealer(seal, second.value).sign_document(letter, REQUEST)
    assert ("bsre-activation", 1) == (caught.value.code, service.asked)


def test_no_code_is_shown_or_logged(service, letter, caplog):
    """Neither that of the activation, nor the one that each seal uses up; nor by what a service says."""
    activation = service.activation = "9185273640192837"  # long enough to be in no log by chance
    with caplog.at_level(logging.DEBUG):
        sealer = BsreSealer(service.seal(), activation)
        sealer.sign_document(letter, REQUEST)
        told = f"Kode {activation} salah"
        with (
            service.ruled(lambda _call: (400, json.dumps({"error": told}).encode(), {})),
            pytest.raises(BsreError) as caught,
        ):
            sealer.sign_document(letter, REQUEST)
    logged = " ".join(record.getMessage() for record in caplog.records)

    assert "Kode … salah" in caught.value.message("id")
    assert activation not in f"{sealer!r} {caught.value!r} {caught.value.message('id')} {logged}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, {"error": "Passphrase anda salah", "status_code": 2031}), "bsre-activation"),
        ((400, {"error": "TOTP sudah kedaluwarsa", "status_code": 400}), "bsre-activation"),
        ((200, {"success": False, "message": "TOTP salah", "data": None}), "bsre-activation"),
        ((200, {"message": "x", "totp": None, "expires": None, "result": False}), "bsre-activation"),
        ((400, {"error": "User tidak terdaftar 2011", "status_code": 400}), "bsre-unknown-signer"),
        ((400, {"error": "Layanan tidak tersedia", "status_code": 4999}), "bsre-refused"),
        ((401, b""), "bsre-login"),
        ((500, {"error": "Internal Server Error", "status_code": 500}), "bsre-no-code"),
        ((502, b"<html>"), "bsre-no-code"),
        ((200, b""), "bsre-no-code"),
        ((200, {"success": True, "message": "x", "data": None}), "bsre-no-code"),
        ((200, {"success": True, "data": {"totp": ["1"]}}), "bsre-no-code"),
    ],
    ids=str,
)
def test_without_a_code_nothing_is_sealed(service, letter, answer, code):
    """However the service says so; no sealing call is made, and the code is asked for once."""
    sealer = service.sealer()
    service.calls.clear()

    assert code == code_of(service, "/seal/get/totp", answer, lambda: sealer.sign_document(letter, REQUEST))
    assert ["/api/v2/seal/get/totp"] == service.calls


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, {"error": "TOTP anda salah 2031", "status_code": 400}), "bsre-passphrase"),
        (
            (400, {"error": "Proses signing gagal : com.itextpdf.text.exceptions.InvalidPdfException: x"}),
            "bsre-document",
        ),
        ((400, {"status_code": 4014, "error": "idSubscriber harus diisi"}), "bsre-refused"),
        ((429, {"error": "Terlalu banyak permintaan", "status_code": 429}), "bsre-refused"),
        (
            (500, {"timestamp": "x", "status": 500, "error": "x", "path": "/api/v2/seal/pdf"}),
            "bsre-in-doubt",
        ),
        ((502, b"<html><h1>502 Bad Gateway</h1></html>"), "bsre-in-doubt"),
        ((503, b""), "bsre-in-doubt"),
        ((200, {"success": True, "message": "OK", "data": None}), "bsre-in-doubt"),
        ((200, {"file": []}), "bsre-in-doubt"),
    ],
    ids=str,
)
def test_answers_to_a_seal_mean_what_they_mean_to_a_signature(service, letter, answer, code):
    """Nothing sealed for certain, or in doubt; the seal is asked for once."""
    sealer = service.sealer()

    assert code == code_of(service, "/seal/pdf", answer, lambda: sealer.sign_document(letter, REQUEST))
    assert 1 == service.asked


def test_a_document_without_a_new_seal_means_nothing_was_sealed(service, letter):
    """It came back as it was."""
    sealer = service.sealer()
    same = {"file": [base64.b64encode(letter).decode()]}

    assert "bsre-unsigned" == code_of(
        service, "/seal/pdf", (200, same), lambda: sealer.sign_document(letter, REQUEST)
    )


def test_a_seal_that_is_cut_or_late_is_in_doubt(service, letter):
    """The service may have sealed; no second call is made."""
    with service.ruled(cut(b'{"file": ["' + b"A" * 4000)), pytest.raises(BsreInDoubtError):
        service.sealer().sign_document(letter, REQUEST)
    assert 1 == service.asked
    sealer, begun, end = service.sealer(seconds=0.5), threading.Event(), threading.Event()
    with service.ruled(late(end, begun)), pytest.raises(BsreInDoubtError):
        sealer.sign_document(letter, REQUEST)
    assert begun.wait(60)
    end.set()
    assert 2 == service.asked


def test_a_code_that_is_cut_on_the_way_is_asked_for_again_by_a_person_only(service, letter):
    """Nothing was sealed, for certain."""
    sealer = service.sealer()
    service.calls.clear()
    with service.ruled(cut(b'{"data": {"totp": "1234', part="/get/totp")), pytest.raises(BsreError) as caught:
        sealer.sign_document(letter, REQUEST)

    assert ("bsre-no-code", ["/api/v2/seal/get/totp"]) == (caught.value.code, service.calls)


def test_two_who_seal_one_document_take_turns(service, letter):
    """Each with a code of its own, and one after the other: a service that answers twice says so in two files."""
    sealer = service.sealer()
    under_way, most = [], []

    def watch(call):
        if call.is_signing:
            under_way.append(call)
            most.append(len(under_way))
            under_way.remove(call)

    with service.ruled(watch), ThreadPoolExecutor(2) as pool:
        sealed = list(pool.map(lambda _: sealer.sign_document(letter, REQUEST), range(2)))

    assert [1, 1] == most
    assert all(item.startswith(letter) for item in sealed)
    assert [
        "/api/v2/seal/get/totp",
        "/api/v2/seal/pdf",
    ] * 2 == service.calls[1:]


@pytest.mark.parametrize(
    ("part", "use"),
    [
        ("/get/activation", Seal.activate),
        ("/revoke/activation", lambda seal: seal.revoke("123456")),
    ],
    ids=["activate", "revoke"],
)
def test_an_activation_says_whether_it_was_done(service, part, use):
    """Done, refused, or not known; nothing is asked twice."""
    seal = service.seal()
    for answer, code in (
        ((200, {"message": "ok"}), "bsre-no-code"),
        ((503, b""), "bsre-no-code"),
        ((400, {"error": "Terlalu sering", "status_code": 4290}), "bsre-refused"),
    ):
        service.calls.clear()
        assert code == code_of(service, part, answer, lambda: use(seal))
        assert 1 == len(service.calls)
    with service.ruled(lambda _call: (200, b'{"success":"true","message":"ok","data":null}', {})):
        assert use(seal) is None


@pytest.mark.parametrize("changes", [{"subscriber": " "}, {"generation": Generation.V1}], ids=str)
def test_a_seal_needs_its_number_and_the_second_generation(service, changes):
    """Said before anything is sent."""
    with pytest.raises(BsreError) as caught:
        service.seal(**changes)

    assert "bsre-subscriber" == caught.value.code
    assert [] == service.calls


def test_an_address_chooses_the_seal(service, letter):
    """``bsre:seal`` in the settings; the secret is the activation code."""
    from perizinan_bsre._plugin import open_signer

    context = type("Context", (), {"settings": service.settings()})()
    service.seal().activate()
    signer = open_signer(
        address="bsre:seal", secret=lambda _name: service.mailed[service.subscriber], context=context
    )
    with pytest.raises(BsreError) as caught:
        open_signer(address="bsre:seal", secret=lambda _name: None, context=context)

    assert signer.sign_document(letter, REQUEST).startswith(letter)
    assert "kode aktivasi segel" in caught.value.message("id")


@pytest.mark.parametrize("field", ["totp", "otp"])
def test_an_officer_signs_with_a_code_that_the_service_sent(service, letter, field):
    """Asked for by name and number of letters; it works as often as it was asked for."""
    from perizinan_bsre import Esign

    seen = []

    def look(call):
        seen.append((call.path, call.values.get(field), call.values.get("data")))

    Esign(service.settings(authorisation=field)).send_code(service.nik, 1)
    code = service.mailed[service.nik]
    signer = service.signer(secret=code, authorisation=field)
    with service.ruled(look):
        signed = signer.sign_document(letter, REQUEST)
        with pytest.raises(BsreError) as caught:
            signer.sign_document(letter, REQUEST)

    assert signed.startswith(letter)
    assert "bsre-passphrase" == caught.value.code
    assert ("/api/v2/sign/pdf", code, None) in seen


def test_a_code_is_sent_by_the_second_generation_only(service):
    """The first knows the passphrase alone; a refusal is named."""
    from perizinan_bsre import Esign

    with pytest.raises(BsreError) as older:
        Esign(service.settings(Generation.V1)).send_code(service.nik)
    with pytest.raises(BsreError) as stranger:
        Esign(service.settings()).send_code("9900000101809999")

    assert ("bsre-generation", "bsre-unknown-signer") == (older.value.code, stranger.value.code)
    assert ["/api/v2/sign/get/totp"] == service.calls
