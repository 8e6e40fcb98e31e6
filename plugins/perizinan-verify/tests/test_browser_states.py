"""One state, one sentence: what the page says of a code when things are missing, ended, or looked at again."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from perizinan_verify._headlines import QR_CHECKS, QR_STATES
from PIL import ImageFilter
from playwright.sync_api import expect

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.published import (
    NO_STATUS,
    read_authority_document,
    sign_authority_document,
    signing_callback,
)
from perizinan_core.testing import HOST, sample_office

LAW = "Peraturan Wali Kota Contoh Nomor 1 Tahun 2025"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """An office that publishes its status list, with a permit in force and one that was revoked."""
    folder = tmp_path_factory.mktemp("published")
    kit = sample_office(publication=PublicationSettings(folder=str(folder)))
    texts = {}
    for name in ("in_force", "revoked"):
        permit = kit.permit()
        with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
            texts[name] = _code(file.read())
    kit.office.permits.revoke(permit.id, reason="Melanggar", legal_basis=LAW, actor=kit.officer("pimpinan"))
    kit.clock.forward(days=1)
    kit.office.publication.status_lists.publish()
    yield kit, texts
    kit.office.close()


@pytest.fixture
def place(listed, make_app, served):
    """The page of that office."""
    kit, _texts = listed
    lists = kit.office.publication.status_lists
    app = make_app(authority=kit.office.publication.authority_json(), status=lists.file, clock=kit.clock)
    with served(app) as address:
        yield address


def _code(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=2).to_pil().convert("L")
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    document.close()
    return found.text


def _fragment(text: str) -> str:
    return text.partition("#")[2]


def heading(page):
    return page.locator("h1:visible")


def test_status_is_checked_at_once_and_no_request_tells_which_permit(open_page, place, listed):
    """The list is the same for everyone; nothing but public files is asked for."""
    _kit, texts = listed
    page = open_page("about:blank")
    requests = []
    page.on("request", lambda request: requests.append((request.method, request.url.partition("#")[0])))
    page.goto(f"{place}/PERIKSA#{_fragment(texts['in_force'])}")
    expect(heading(page)).to_have_text(["ASLI DAN BERLAKU"])
    expect(page.locator("#list-note")).to_be_visible()
    expect(page.locator("#local-note")).to_be_hidden()
    expect(page.locator("#ask-status")).to_be_hidden()

    paths = {(method, url.removeprefix(place).partition("?")[0]) for method, url in requests}
    assert {method for method, _ in paths} == {"GET"}
    assert ("GET", "/api/status-list/kabupaten-contoh") in paths


def test_revoked_permit_is_never_green(open_page, place, listed):
    """Before anything is pressed."""
    _kit, texts = listed
    page = open_page(f"{place}/#{_fragment(texts['revoked'])}")
    expect(heading(page)).to_have_text(["DICABUT"])
    expect(page.locator(".verdict.good:visible")).to_have_count(0)


@pytest.mark.parametrize("fault", ["lines down", "503"])
@pytest.mark.parametrize("code", ["genuine", "forged"])
def test_without_the_keys_no_code_is_called_anything(open_page, place, listed, fault, code):
    """Neither genuine nor forged: nothing is known yet."""
    _kit, texts = listed
    text = texts["in_force"] if code == "genuine" else texts["in_force"][:-4] + "AAAA"
    page = open_page("about:blank")
    spoil = (
        (lambda route: route.abort()) if fault == "lines down" else (lambda route: route.fulfill(status=503))
    )
    page.route("**/api/authority?*", spoil)
    page.goto(f"{place}/#{_fragment(text)}")

    expect(heading(page)).to_have_text(["KODE BELUM DIPERIKSA"])
    expect(page.locator("#claims")).to_be_hidden()
    expect(page.locator("#ask-failed")).to_be_visible()


def test_nonsense_is_no_permit_whether_or_not_the_keys_come(open_page, place):
    """It needs no key to see that a text is not a code of a permit."""
    page = open_page("about:blank")
    page.route("**/api/**", lambda route: route.abort())
    page.goto(place)
    page.get_by_text("Isikan teks kode").click()
    page.fill("#text", "https://example.org/menu.html")
    page.get_by_role("button", name="Periksa teks").click()

    expect(heading(page)).to_have_text(["BUKAN KODE IZIN"])


@pytest.mark.parametrize("fault", ["lines down", "503", "nonsense"])
def test_without_the_list_the_status_is_not_known(open_page, place, listed, fault):
    """The code is genuine, amber, with the way to ask."""
    _kit, texts = listed
    page = open_page("about:blank")
    spoils = {
        "lines down": lambda route: route.abort(),
        "503": lambda route: route.fulfill(status=503),
        "nonsense": lambda route: route.fulfill(status=200, body="not a list"),
    }
    page.route("**/api/status-list/**", spoils[fault])
    page.goto(f"{place}/#{_fragment(texts['in_force'])}")

    expect(heading(page)).to_have_text(["STATUS TIDAK DIKETAHUI"])
    expect(page.locator(".verdict.warn:visible")).to_have_count(1)
    page.get_by_role("button", name="Tanyakan status").click()
    expect(heading(page)).to_have_text(["ASLI DAN BERLAKU"])
    expect(page.locator("#asked-note")).to_be_visible()
    expect(page.locator("#list-note")).to_be_hidden()


def test_an_old_list_says_nothing(open_page, make_app, served, listed):
    """A month later, no one having published a new one."""
    kit, texts = listed
    lists = kit.office.publication.status_lists
    late = kit.clock() + timedelta(days=30)
    app = make_app(authority=kit.office.publication.authority_json(), status=lists.file, clock=lambda: late)
    with served(app) as address:
        page = open_page(f"{address}/#{_fragment(texts['in_force'])}")
        expect(page.locator("#qr-live h1:visible")).to_be_visible()

        assert page.locator(".verdict.good:visible").count() == 0


def test_a_blurred_photo_is_no_accusation(open_page, place, tmp_path, letter):
    """Nothing could be read: amber, and how to take a better one."""
    path = tmp_path / "foto.png"
    letter.filter(ImageFilter.GaussianBlur(9)).save(path)
    page = open_page(place)
    page.set_input_files("#image", path)
    page.get_by_role("button", name="Periksa foto").click()

    # The server tries many ways to read it before it gives up.
    expect(heading(page)).to_have_text(["KODE TIDAK TERBACA"], timeout=30_000)
    expect(page.locator(".verdict.bad:visible")).to_have_count(0)


def test_a_newer_layout_asks_to_load_the_page_again(open_page, place, listed):
    """Not a forgery, and not genuine either."""
    _kit, texts = listed
    page = open_page(f"{place}/#3{_fragment(texts['in_force'])[1:]}")
    expect(heading(page)).to_have_text(["KODE JENIS BARU"])


def test_back_reload_and_language_keep_the_result_of_a_file(open_page, place, tmp_path, listed):
    """Though the file is forgotten everywhere."""
    kit, _texts = listed
    path = tmp_path / "izin.pdf"
    permit = kit.permit()
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        path.write_bytes(file.read())
    kit.office.publication.status_lists.publish()
    page = open_page(place)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Periksa berkas").click()
    expect(heading(page)).to_have_text(["SAH"])
    page.reload()
    expect(heading(page)).to_have_text(["SAH"])
    page.get_by_role("link", name="English").click()
    expect(heading(page)).to_have_text(["VALID"])
    page.reload()
    expect(heading(page)).to_have_text(["VALID"])
    page.get_by_role("link", name="Check another one").click()
    expect(page.locator("#file")).to_be_visible()
    page.go_back()
    expect(heading(page)).to_have_text(["VALID"])
    page.go_back()
    expect(page.locator("#file")).to_be_visible()


def test_back_reload_and_language_keep_the_result_of_a_code(open_page, place, listed):
    """Typed at a counter: it stands behind the # of the address, which no server sees."""
    _kit, texts = listed
    page = open_page(place)
    page.get_by_text("Isikan teks kode").click()
    page.fill("#text", texts["in_force"])
    page.get_by_role("button", name="Periksa teks").click()
    expect(heading(page)).to_have_text(["ASLI DAN BERLAKU"])
    page.reload()
    expect(heading(page)).to_have_text(["ASLI DAN BERLAKU"])
    page.get_by_role("link", name="English").click()
    expect(heading(page)).to_have_text(["GENUINE AND IN FORCE"])
    page.go_back()
    expect(heading(page)).to_have_text(["ASLI DAN BERLAKU"])
    page.go_back()
    expect(page.locator("#file")).to_be_visible()
    expect(page.locator("#qr-live")).to_be_hidden()


def test_without_a_script_the_page_says_that_a_code_is_here_unchecked(open_page, place, listed):
    """The address in capitals is one that only codes hold; with the script the sentence goes."""
    _kit, texts = listed
    address = f"{place}/PERIKSA#{_fragment(texts['in_force'])}"
    page = open_page(address, java_script_enabled=False)
    expect(page.locator("#qr-here h1")).to_have_text("KODE QR, BELUM DIPERIKSA")
    other = open_page(address)
    expect(heading(other)).to_have_text(["ASLI DAN BERLAKU"])
    expect(other.locator("#qr-here")).to_be_hidden()


WORDS = r"""() => {
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest("code, bdi, script, dd")) continue;
    for (const match of node.data.matchAll(/[\p{L}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) broken.push(match[0]);
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_word_is_broken_on_the_narrowest_phone(open_page, app, served, tmp_path, request, language):
    """320 pixels: start page, every state of a code, and every verdict of a file."""
    with served(app) as address:
        page = open_page("about:blank", viewport={"width": 320, "height": 800})
        found = {}
        page.goto(f"{address}/?lang={language}")
        found["start"] = page.evaluate(WORDS)
        page.eval_on_selector_all(
            "[data-state], #qr-live", "parts => parts.forEach(part => part.hidden = false)"
        )
        found["states"] = page.evaluate(WORDS)
        for fixture in ("pdf", "changed_pdf", "revoked_pdf", "foreign_pdf"):
            path = tmp_path / "izin.pdf"
            path.write_bytes(request.getfixturevalue(fixture))
            page.goto(f"{address}/?lang={language}")
            page.set_input_files("#file", path)
            page.locator("[data-upload] button[type=submit]").first.click()
            page.wait_for_selector("[data-verdict]")
            page.eval_on_selector_all("details", "parts => parts.forEach(part => part.open = true)")
            found[fixture] = page.evaluate(WORDS)

    assert {name: [] for name in found} == found


def test_what_is_left_out_for_one_reason_is_one_line(open_page, address_without_status, tmp_path, pdf):
    """The list of checks does not repeat "Tidak diperiksa …"."""
    path = tmp_path / "izin.pdf"
    path.write_bytes(pdf)
    page = open_page(address_without_status)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Periksa berkas").click()
    page.locator(".all-checks summary:visible").click()
    left_out = page.locator(".checks:visible li.not_checked .said").all_inner_texts()

    assert left_out
    assert len(left_out) == len(set(left_out))


@pytest.fixture
def address_without_status(make_app, served):
    """A page that asks no one for the status."""
    with served(make_app(status=None)) as address:
        yield address


def test_a_state_says_no_more_than_was_checked():
    """Green needs everything, red a signature or a foreign code that was read; what was not checked is not claimed."""
    for name, state in QR_STATES.items():
        checked = set(state.checked)
        assert checked <= set(QR_CHECKS)
        assert ("good" == state.tone) == (name == "in_force")
        if state.tone == "good" or name in {"revoked", "suspended", "annulled", "superseded"}:
            assert {"read", "signature", "dates", "status"} == checked
        if state.tone == "bad":
            assert checked & {"signature"} or name == "unreadable"
        if "signature" not in checked:
            assert "genuine" not in state.meaning.lower()
            assert "signed this code" not in state.meaning


def test_the_guide_has_the_table_of_states():
    """State × what was checked, as the page has it."""
    page = (ROOT / "docs/how-to/check-a-paper-permit.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\S*) \| (\S*) \| (\S*) \| (\S*) \|", page, re.MULTILINE)
    told = {name: tuple(mark == "✓" for mark in marks) for name, *marks in rows}

    assert {
        name: tuple(check in state.checked for check in QR_CHECKS) for name, state in QR_STATES.items()
    } == told


def test_a_page_with_a_withdrawn_version_of_the_document_praises_nothing(open_page, make_app, served, listed):
    """The list that it serves says that a newer version must be used; the contact stands beside it."""
    kit, texts = listed
    publication = kit.office.publication
    old = publication.authority_json()
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    publication.announce_key("qr", key, actor=HOST)
    publication.authority_json()
    publication.require_version(reason="latihan", actor=HOST)
    publication.status_lists.publish()
    app = make_app(authority=old, status=publication.status_lists.file, clock=kit.clock)
    with served(app) as address:
        page = open_page(f"{address}/#{_fragment(texts['in_force'])}")

        expect(heading(page)).to_have_text(["DOKUMEN OTORITAS HALAMAN INI SUDAH BERAKHIR"])
        expect(page.locator("#office-contact")).to_contain_text("Jalan Contoh 1")
        expect(page.locator('[data-claim="office"]')).to_contain_text("Jawa Timur, 35.72")


def test_a_page_of_several_offices_chooses_by_the_code(open_page, make_app, served, listed):
    """The key tells the office; a code of none of them is not known here, and a code of tomorrow's key not yet."""
    kit, texts = listed
    own = kit.office.publication.authority_json()
    document = read_authority_document(own)
    key = ec.generate_private_key(ec.SECP256R1())
    apart = {
        "keys": (key.public_key(),),
        "signatories": (),
        "qr_keys": (),
        "verification_url": "https://lain.example/v",
        "status_list": None,
    }
    others = [
        sign_authority_document(
            attrs.evolve(document, slug=slug, name=slug, **apart),
            key=key.public_key(),
            sign=signing_callback(key),
        )
        for slug in ("kota-satu", "kota-dua")
    ]
    fragment = _fragment(texts["in_force"])
    lists = kit.office.publication.status_lists
    app = make_app(authority=[*others, own], status={document.slug: lists.file}, clock=kit.clock)
    with served(app) as address:
        page = open_page(f"{address}/#{fragment}")
        expect(heading(page)).to_have_text(["ASLI DAN BERLAKU"])
    with served(make_app(authority=others, status={}, clock=kit.clock)) as address:
        page = open_page(f"{address}/#{fragment}")
        expect(heading(page)).to_have_text(["INSTANSI TIDAK DIKENAL DI SINI"])
    early = sign_authority_document(
        attrs.evolve(
            document,
            issued=document.issued - timedelta(days=30),
            **{**apart, "signatories": document.signatories},
        ),
        key=key.public_key(),
        sign=signing_callback(key),
    )
    with served(make_app(authority=early, status=NO_STATUS, clock=kit.clock)) as address:
        page = open_page(f"{address}/#{fragment}")
        expect(heading(page)).to_have_text(["KUNCI BELUM DIKENAL DI SINI"])
