"""The pages without a script: forms, languages, headers, and a portal around them."""

from __future__ import annotations

import io
import re

import pytest
from perizinan_verify import PageSettings
from starlette.applications import Starlette
from starlette.routing import Mount

from perizinan_core.testing import HOST, sample_applicant


def _main(response) -> str:
    """Return the content in the language that was asked for."""
    return response.text.partition("<main")[2].partition("</main>")[0]


def test_page_has_a_label_for_every_field(app, call):
    """Each input has an id, and a label that names it; the document says its language."""
    page = call(app, "GET", "/").text
    fields = re.findall(r"<(?:input|textarea)[^>]*\bid=\"([^\"]+)\"", page)

    assert '<html lang="id">' in page
    assert ["file", "image", "text"] == sorted(fields)
    assert all(f'<label for="{name}">' in page for name in fields)


def test_upload_works_without_a_script(app, call, pdf, permit):
    """A plain form post gives a page with word, number, holder, signer, status and the four statements."""
    page = _main(call(app, "POST", "/", files={"file": ("izin.pdf", pdf, "application/pdf")}))

    assert 'data-verdict="valid"' in page
    assert '<h1 id="verdict" tabindex="-1">SAH</h1>' in page
    for text in (permit.number, "Pemegang", "Sertifikat milik", "berlaku", "Keutuhan", "Kepercayaan"):
        assert text in page
    assert 4 == page.count("<h3>")
    assert 'class="checks"' in page


def test_a_scan_is_shown_as_a_copy_with_what_its_code_says(app, call, letter, permit):
    """Amber, with the data to compare; the verdict stays."""
    scan = io.BytesIO()
    letter.save(scan, "PDF", resolution=150)
    page = _main(call(app, "POST", "/", files={"file": ("pindai.pdf", scan.getvalue(), "application/pdf")}))

    assert 'data-verdict="unsigned"' in page
    assert 'class="verdict warn"' in page
    assert "SALINAN: KODENYA ASLI" in page
    assert "Isi kode QR, untuk dicocokkan dengan salinan" in page
    assert permit.number in page
    assert permit.holder in page


def test_a_padded_permit_stays_changed_and_says_what_its_code_says(app, call, pdf):
    """The headline stays; only the code is genuine."""
    page = _main(
        call(app, "POST", "/", files={"file": ("izin.pdf", pdf + b"\r\n-- \r\npindai", "application/pdf")})
    )

    assert "TIDAK SAH" in page
    assert "SALINAN" not in page
    assert "Hanya kodenya yang asli" in page


@pytest.mark.parametrize(
    ("fixture", "verdict", "word"),
    [
        ("changed_pdf", "not_valid", "TIDAK SAH"),
        ("foreign_pdf", "wrong_issuer", "BUKAN DITERBITKAN INSTANSI INI"),
        ("revoked_pdf", "not_in_force", "TIDAK BERLAKU"),
    ],
)
def test_bad_files_get_a_page_that_says_so(app, call, request, fixture, verdict, word):
    """Verdict, word, a reason, and what to do."""
    data = request.getfixturevalue(fixture)
    page = _main(call(app, "POST", "/", files={"file": ("izin.pdf", data, "application/pdf")}))

    assert f'data-verdict="{verdict}"' in page
    assert word in page
    assert ">Alasan</h2>" in page
    assert "Langkah selanjutnya" in page


def test_name_of_a_file_is_text_and_nothing_else(app, call, pdf):
    """Markup in a name is shown, not obeyed."""
    name = '<script>alert(1)</script>"><img src=x onerror=alert(1)>.pdf'
    page = call(app, "POST", "/", files={"file": (name, pdf, "application/pdf")}).text

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&gt;.pdf" in page


def test_content_of_a_permit_is_text_and_nothing_else(kit, app, call):
    """Markup in the data of a genuine permit is shown, not obeyed."""
    permit = kit.permit(applicant=sample_applicant(name="Budi <img src=x onerror=alert(1)>"))
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        data = file.read()
    page = call(app, "POST", "/", files={"file": ("izin.pdf", data, "application/pdf")}).text

    assert "Budi &lt;img" in page
    assert "<img" not in page


def test_code_works_without_a_script(app, call, qr_text, photo, permit):
    """As a photo and as text, in the same form."""
    shown = _main(call(app, "POST", "/qr", files={"image": ("f.jpg", photo, "image/jpeg")}))
    typed = _main(call(app, "POST", "/qr", data={"text": qr_text}, files={"image": ("", b"", "image/jpeg")}))
    other = _main(call(app, "POST", "/qr", data={"text": "halo"}, files={"image": ("", b"")}))

    assert "ASLI DAN BERLAKU" in shown
    assert "ASLI DAN BERLAKU" in typed
    assert permit.number in shown
    assert "BUKAN KODE IZIN" in other


def test_unasked_status_is_not_praised(make_app, call, pdf, qr_text):
    """Without a status source the page says that no one asked, for the file and for the code."""
    app = make_app(status=None)
    file = _main(call(app, "POST", "/", files={"file": ("izin.pdf", pdf, "application/pdf")}))
    code = _main(call(app, "POST", "/qr", data={"text": qr_text}, files={"image": ("", b"")}))

    assert "belum ditanyakan" in file
    assert "Perlu diperhatikan" in file
    assert "KODE QR ASLI, STATUS BELUM DIPERIKSA" in code
    assert "verdict warn" in code
    assert "ASLI DAN BERLAKU" not in code


def test_refusals_are_pages_for_people(make_app, call):
    """No file, too large a file, an address that leads nowhere: a sentence and a way back."""
    app = make_app(settings=PageSettings(workers=1, max_bytes=1000))
    responses = [
        call(app, "POST", "/", files={"file": ("", b"", "application/pdf")}),
        call(app, "POST", "/", files={"file": ("a.pdf", b"x" * 2000, "application/pdf")}),
        call(app, "POST", "/", content=b"x", headers={"Content-Type": "application/pdf"}),
        call(app, "GET", "/tidak-ada"),
        call(app, "PUT", "/"),
        call(app, "POST", "/tidak-ada"),
    ]

    assert [422, 413, 415, 404, 405, 404] == [item.status_code for item in responses]
    assert all('role="alert"' in item.text and "Kembali ke awal" in item.text for item in responses)


def test_english_is_asked_for_by_link_or_header(app, call, pdf):
    """The page, the verdict and the checks."""
    linked = call(app, "POST", "/?lang=en", files={"file": ("permit.pdf", pdf, "application/pdf")})
    header = call(app, "GET", "/", headers={"Accept-Language": "en-US,en;q=0.9"})

    assert '<html lang="en">' in linked.text
    assert ">VALID</h1>" in linked.text
    assert "What the signature covers is as it was signed." in linked.text
    assert '<html lang="en">' in header.text
    assert ("en", "Accept-Language") == (header.headers["content-language"], header.headers["vary"])


def test_every_answer_carries_the_safe_headers(app, call, pdf):
    """Pages, API, static files, refusals: no inline code, no frame, no referrer, no sniffing, no cookie."""
    responses = [
        call(app, "GET", "/"),
        call(app, "POST", "/", files={"file": ("izin.pdf", pdf, "application/pdf")}),
        call(app, "GET", "/static/page.js"),
        call(app, "GET", "/static/tidak-ada.js"),
        call(app, "GET", "/api/authority"),
        call(app, "GET", "/tidak-ada"),
        call(app, "POST", "/api/verify", content=b"", headers={"Content-Type": "a/b"}),
    ]
    for response in responses:
        policy = response.headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "nosniff" == response.headers["x-content-type-options"]
        assert "no-referrer" == response.headers["referrer-policy"]
        assert "set-cookie" not in response.headers
    assert "no-store" == responses[1].headers["cache-control"]
    assert "no-cache" == responses[2].headers["cache-control"]


def test_pages_hold_no_inline_code_and_nothing_foreign(app, call, pdf):
    """What the policy forbids is not there in the first place."""
    for page in (
        call(app, "GET", "/").text,
        call(app, "POST", "/", files={"file": ("izin.pdf", pdf, "application/pdf")}).text,
    ):
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\s(?:on\w+|style)=", page)
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)


def test_page_is_found_under_the_address_in_the_codes(app, call):
    """QR codes hold the path in capitals; a longer path is another page."""
    url = app.state.service.authorities.known[0].document.verification_url
    path = "/" + url.split("/", 3)[3]

    assert 200 == call(app, "GET", path).status_code
    assert 200 == call(app, "GET", path.upper()).status_code
    assert 200 == call(app, "GET", path.upper() + "/").status_code
    assert 404 == call(app, "GET", path + "/x").status_code


def test_portal_mounts_it_under_a_path(app, call, pdf):
    """Links, forms and the API document follow the path; refusals are still told apart."""
    portal = Starlette(routes=[Mount("/periksa", app)])
    page = call(portal, "GET", "/periksa/").text
    judged = call(portal, "POST", "/periksa/api/verify", files={"file": ("a.pdf", pdf, "application/pdf")})
    described = call(portal, "GET", "/periksa/api/openapi.json").json()
    problem = call(portal, "GET", "/periksa/api/authority/x")

    assert 'data-base="/periksa"' in page
    assert 'action="/periksa/?lang=id"' in page
    assert 200 == call(portal, "GET", "/periksa/static/verify.css").status_code
    assert "valid" == judged.json()["verdict"]
    assert [{"url": "/periksa"}] == described["servers"]
    assert "application/problem+json" == problem.headers["content-type"]


def test_faults_of_our_own_are_answered_and_logged_without_their_text(app, call, monkeypatch, caplog):
    """503 with a sentence; the log holds the kind of fault, not what was in it."""

    async def fails(*_):
        raise ZeroDivisionError("Budi, 3572014107900001")

    monkeypatch.setattr(app.state.service.__class__, "judge", fails)
    response = call(app, "POST", "/", files={"file": ("izin.pdf", b"x", "application/pdf")})

    assert 503 == response.status_code
    assert "Kembali ke awal" in response.text
    assert "ZeroDivisionError" in caplog.text
    assert "3572014107900001" not in caplog.text
