"""The pages in a real browser (Debian's Chromium): script, camera, keyboard, colours, print."""

from __future__ import annotations

import base64
import io
import json
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

import attrs
import cbor2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ed25519
from perizinan_verify import PageSettings
from PIL import Image
from playwright.sync_api import expect

from perizinan_core.errors.published import QrTextError
from perizinan_core.published import (
    QrKey,
    decode_qr_text,
    encode_qr_text,
    key_to_jwk,
    read_authority_document,
    signing_callback,
    verify_qr,
)

UNASKED = "KODE QR ASLI, STATUS BELUM DIPERIKSA"
"""What the page says of a genuine code where the office publishes no status list."""


@pytest.fixture(scope="module")
def address(app, served) -> Iterator[str]:
    """Where the page is."""
    with served(app) as place:
        yield place


def _fragment(text: str) -> str:
    return text.partition("#")[2]


def test_upload_is_sent_in_the_background_and_shown(open_page, address, tmp_path, pdf, permit):
    """The verdict takes the place of the form, and gets the focus for those who listen."""
    path = tmp_path / "izin.pdf"
    path.write_bytes(pdf)
    page = open_page(address)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Periksa berkas").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("SAH")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator("main:visible")).to_contain_text(permit.number)
    page.locator(".all-checks summary:visible").click()
    assert 12 <= page.locator(".checks li:visible").count()
    page.get_by_role("link", name="Periksa yang lain").click()
    expect(page.locator("#file")).to_be_visible()


def test_file_can_be_dropped(open_page, address, changed_pdf):
    """Dropped on the box it is checked at once; dropped beside it, the page stays."""
    page = open_page(address)
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "izin.pdf", { type: "application/pdf" }));
            return transfer;
        }""",
        list(changed_pdf),
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator("#file")).to_be_visible()
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})

    expect(page.get_by_role("heading", level=1)).to_have_text("TIDAK SAH")


def test_large_file_is_refused_before_it_is_sent(open_page, make_app, served, tmp_path):
    """The page knows the limit and says so without sending a byte."""
    path = tmp_path / "besar.pdf"
    path.write_bytes(b"x" * 5000)
    with served(make_app(settings=PageSettings(workers=1, max_bytes=1000))) as place:
        page = open_page(place)
        sent = []
        page.on("request", lambda request: sent.append(request.method))
        page.set_input_files("#file", path)
        page.get_by_role("button", name="Periksa berkas").click()

        expect(page.locator("[data-too-large]:visible")).to_contain_text("terlalu besar")
        assert "POST" not in sent


def test_lost_connection_is_told(open_page, address, tmp_path, pdf):
    """The form stays, with a sentence, and can be sent again."""
    path = tmp_path / "izin.pdf"
    path.write_bytes(pdf)
    page = open_page(address)
    page.set_input_files("#file", path)
    page.context.set_offline(True)
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.locator("[data-failed]:visible")).to_contain_text("Periksa sambungan")
    page.context.set_offline(False)
    page.get_by_role("button", name="Periksa berkas").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("SAH")


def test_page_works_with_the_script_switched_off(open_page, address, tmp_path, pdf, photo):
    """Both forms, by plain posts."""
    file, picture = tmp_path / "izin.pdf", tmp_path / "foto.jpg"
    file.write_bytes(pdf)
    picture.write_bytes(photo)
    page = open_page(address, java_script_enabled=False)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.locator("h1:visible")).to_have_text(["SAH"])
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1:visible")).to_have_text(["VALID"])
    page.go_back()
    expect(page.locator("h1:visible")).to_have_text(["SAH"])
    page.goto(address)
    page.set_input_files("#image", picture)
    page.get_by_role("button", name="Periksa foto").click()

    expect(page.locator("h1:visible")).to_have_text(["ASLI DAN BERLAKU"])


def test_code_opened_on_a_phone_is_checked_on_the_phone(open_page, address, qr_text, permit, kit):
    """The claims appear; no request carries any of them; asking for the status sends the number alone."""
    path = kit.office.authority.verification_url.split("/", 3)[3].upper()
    page = open_page("about:blank", viewport={"width": 390, "height": 800})
    requests = []
    page.on("request", lambda request: requests.append((request.url, request.post_data)))
    page.goto(f"{address}/{path}#{_fragment(qr_text)}")
    expect(page.locator("#qr-live h1:visible")).to_have_text([UNASKED])
    expect(page.locator('[data-claim="number"]')).to_have_text(permit.number)
    local = list(requests)
    page.get_by_role("button", name="Tanyakan status").click()
    expect(page.locator("#qr-live h1:visible")).to_have_text(["ASLI DAN BERLAKU"])
    expect(page.locator('[data-claim="status"]')).to_contain_text("berlaku")
    expect(page.locator("#asked-note")).to_be_visible()
    expect(page.locator("#local-note")).to_be_hidden()

    assert all(body is None for _, body in local)
    assert not any(permit.number in url for url, _ in requests)
    (asked,) = [json.loads(body) for _, body in requests if body]
    assert {"authority", "number", "status_index"} == set(asked)


def test_code_keeps_its_place_when_the_language_changes(open_page, address, qr_text):
    """The fragment travels along, for only the browser knows it."""
    page = open_page(f"{address}/#{_fragment(qr_text)}")
    page.get_by_role("link", name="English").click()

    expect(page.locator("#qr-live h1:visible")).to_have_text(["GENUINE QR CODE, STATUS NOT ASKED"])


def test_forged_code_is_refused_on_the_phone(open_page, address, qr_text):
    """One letter of the signature changed; another text pasted; both without asking anyone."""
    forged = qr_text[:-3] + ("A" if qr_text[-3] != "A" else "Q") + qr_text[-2:]
    page = open_page(f"{address}/#{_fragment(forged)}")
    expect(page.locator("#qr-live h1:visible")).to_have_text(["KODE QR PALSU"])
    expect(page.locator("#claims")).to_be_hidden()
    page.get_by_role("link", name="Periksa yang lain").click()
    page.get_by_text("Isikan teks kode").click()
    page.fill("#text", "https://izin.example/bukan-kode")
    page.get_by_role("button", name="Periksa teks").click()

    expect(page.locator("#qr-live h1:visible")).to_have_text(["BUKAN KODE IZIN"])


def test_ended_permit_is_told_on_the_phone(open_page, make_app, served, kit, qr_text):
    """The day is the office's, not that of the phone."""
    app = make_app(clock=lambda: kit.clock() + timedelta(days=20_000), status=None)
    with served(app) as place:
        page = open_page(f"{place}/#{_fragment(qr_text)}")
        heading = page.locator("#qr-live h1:visible")
        expect(heading).to_be_visible()

        assert "DOKUMEN OTORITAS HALAMAN INI SUDAH BERAKHIR" == heading.text_content()
        assert page.locator("#ask-status").is_hidden()


def test_browser_without_cryptography_lets_the_server_check(open_page, address, qr_text):
    """On request only: the button sends the text."""
    page = open_page("about:blank")
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(f"{address}/#{_fragment(qr_text)}")
    expect(page.locator("#qr-live h1:visible")).to_have_text(["PERAMBAN INI TIDAK DAPAT MEMERIKSA"])
    page.get_by_role("button", name="Periksa kode ini melalui server").click()

    expect(page.locator("h1:visible")).to_have_text(["ASLI DAN BERLAKU"])


def test_photo_is_read_by_the_server_where_the_browser_cannot(open_page, address, tmp_path, photo, permit):
    """Neither a BarcodeDetector nor the fetched reader: the photo is sent, and the claims come back."""
    path = tmp_path / "foto.jpg"
    path.write_bytes(photo)
    page = open_page("about:blank")
    page.route("**/vendor/**", lambda route: route.abort())
    page.goto(address)
    page.set_input_files("#image", path)
    page.get_by_role("button", name="Periksa foto").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("ASLI DAN BERLAKU")
    expect(page.locator("main:visible")).to_contain_text(permit.number)


@pytest.mark.parametrize("way", ["photo", "camera"])
def test_a_browser_without_a_detector_fetches_a_reader_when_it_needs_one(
    open_page, address, tmp_path, letter, permit, way
):
    """Chromium on Linux has none: the start page does not load it, camera and photo do, and nothing is sent."""
    path = tmp_path / "foto.png"
    letter.save(path)
    page = open_page("about:blank", permissions=["camera"])
    asked, posted = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("request", lambda request: posted.append(request.url) if request.post_data else None)
    page.goto(address)
    before = [url for url in asked if "/vendor/" in url]
    if way == "camera":
        page.get_by_role("button", name="Pindai dengan kamera").click()
    else:
        page.set_input_files("#image", path)
        page.get_by_role("button", name="Periksa foto").click()

    expect(page.locator("#qr-live h1:visible")).to_have_text([UNASKED], timeout=20_000)
    expect(page.locator('[data-claim="number"]')).to_have_text(permit.number)
    assert [] == before
    assert any("/vendor/qr/decode.js" in url for url in asked)
    assert [] == posted


DETECTOR = """
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(source) {
    const canvas = document.createElement("canvas");
    canvas.width = source.videoWidth ?? source.width;
    canvas.height = source.videoHeight ?? source.height;
    canvas.getContext("2d").drawImage(source, 0, 0);
    return (await readPixels(canvas.toDataURL("image/png").split(",")[1])).map((rawValue) => ({ rawValue }));
  }
};
"""
"""Stands in for what phones have: it hands the real pixels of camera or photo to zxing-cpp."""


@pytest.fixture
def phone_page(open_page):
    """A page in a browser that reads QR codes itself, as Chrome on Android does."""

    def read(data: str) -> list[str]:
        picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("L")
        return [item.text for item in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]

    page = open_page("about:blank")
    page.expose_function("readPixels", read)
    page.add_init_script(DETECTOR)
    page.context.grant_permissions(["camera"])
    return page


def test_camera_reads_the_code(phone_page, address, permit):
    """From the picture of the camera to the claims, on the device; the camera is switched off afterwards."""
    posted = []
    phone_page.on("request", lambda request: posted.append(request.url) if request.post_data else None)
    phone_page.goto(address)
    phone_page.get_by_role("button", name="Pindai dengan kamera").click()

    expect(phone_page.locator("#qr-live h1:visible")).to_have_text([UNASKED], timeout=15_000)
    expect(phone_page.locator('[data-claim="number"]')).to_have_text(permit.number)
    assert "ended" == phone_page.evaluate(
        "document.querySelector('#camera-video').srcObject.getTracks()[0].readyState"
    )
    assert [] == posted


def test_photo_is_read_on_the_phone_where_it_can(phone_page, address, tmp_path, letter, permit):
    """The photo never leaves the device."""
    path = tmp_path / "foto.png"
    letter.save(path)
    posted = []
    phone_page.on("request", lambda request: posted.append(request.url) if request.post_data else None)
    phone_page.goto(address)
    phone_page.set_input_files("#image", path)
    phone_page.get_by_role("button", name="Periksa foto").click()

    expect(phone_page.locator("#qr-live h1:visible")).to_have_text([UNASKED])
    expect(phone_page.locator('[data-claim="number"]')).to_have_text(permit.number)
    assert [] == posted


JUDGE = """async ([module, texts, authorities]) => {
  const { decodeQrText, verifyQr } = await import(module);
  const results = [];
  for (const text of texts) {
    try {
      const { claims } = await verifyQr(text, authorities);
      results.push(["good", claims]);
    } catch (error) {
      results.push([error.kind ?? `crash: ${error}`, null]);
    }
  }
  return results;
}"""


def _mutants(text: str, count: int) -> list[str]:
    """Return texts with letters changed, left out, doubled, or cut."""
    choice = random.Random(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    begin = text.index("#") + 2
    found = []
    for _ in range(count):
        place = choice.randrange(begin, len(text))
        match choice.randrange(5):
            case 0:
                found.append(text[:place])
            case 1:
                found.append(text[:place] + text[place + 1 :])
            case 2:
                found.append(text[:place] + text[place] + text[place:])
            case _:
                found.append(text[:place] + choice.choice(letters) + text[place + 1 :])
    return found


def test_script_and_library_agree_on_every_code(open_page, address, app, qr_text):
    """Real codes under both kinds of key, odd texts in them, and 400 mutants: the same answer, the same claims."""
    authority = read_authority_document(app.state.service.authorities.known[0].raw)
    key = ed25519.Ed25519PrivateKey.generate()
    kid = b"\x01\x02"
    extra = QrKey(kid=kid, key=key.public_key(), start=decode_qr_text(qr_text).claims.issued_on)
    authority = attrs.evolve(authority, qr_keys=(*authority.qr_keys, extra))
    claims = decode_qr_text(qr_text).claims
    sign = signing_callback(key)

    def code(**changes: object) -> str:
        changed = attrs.evolve(claims, **changes)
        return encode_qr_text(authority.verification_url, changed, sign=sign, kid=kid, algorithm="EdDSA")

    good = [
        qr_text, qr_text.lower(), f"  {qr_text}\n",
        code(), code(valid_until=None), code(status_index=2**40), code(holder="Ñandú – 株式会社 😀"),
        code(valid_from=claims.issued_on + timedelta(days=400), valid_until=None), code(number="", object="x" * 999),
        code(issued_on=claims.issued_on - timedelta(days=1)),
    ]  # fmt: skip
    # The same claims in CBOR that is well signed and not deterministic, or that holds more than claims.
    protected, index = cbor2.dumps({1: -8, 4: kid}, canonical=True), bytes([6, claims.status_index])
    payload = cbor2.dumps(_claim_map(claims), canonical=True)
    assert payload.endswith(index) and claims.status_index < 24
    odd = [
        payload[:-1] + bytes([0x18, claims.status_index]),
        bytes([payload[0] + 1]) + payload[1:] + bytes([7, 0]),
        bytes([payload[0] + 1]) + payload[1:] + index,
        payload + b"\x00",
        payload[:-1] + b"\xf5",
        payload[:-1] + b"\x20",
    ]
    strange = [_signed_text(authority.verification_url, protected, item, sign) for item in odd]
    plain = _signed_text(authority.verification_url, protected, payload, sign)
    texts = [
        *good,
        plain,
        *strange,
        "",
        "#",
        "#1",
        "#1A",
        "#2" + qr_text,
        "#3" + qr_text.partition("#2")[2],
        *_mutants(qr_text, 250),
        *_mutants(good[3], 150),
    ]
    listed = [
        {
            "slug": authority.slug,
            "qr_keys": [
                {
                    "kid": item.kid.hex(),
                    "key": key_to_jwk(item.key),
                    "from": item.start.isoformat() if item.start else None,
                    "to": item.end.isoformat() if item.end else None,
                }
                for item in authority.qr_keys
            ],
        }
    ]
    page = open_page(address)
    answers = page.evaluate(JUDGE, [f"{address}/static/qr.js", texts, listed])

    for text, (kind, found) in zip(texts, answers, strict=True):
        assert _expected(text, authority) == kind
        if kind == "good":
            read = decode_qr_text(text).claims
            assert {
                "number": read.number,
                "permitType": read.permit_type,
                "typeNumber": read.type_number,
                "place": read.place,
                "holder": read.holder,
                "object": read.object,
                "issuedOn": read.issued_on.isoformat(),
                "validFrom": read.valid_from.isoformat(),
                "validUntil": read.valid_until.isoformat() if read.valid_until else None,
                "statusIndex": read.status_index,
            } == found
    kinds = [kind for kind, _ in answers]
    assert ["good"] * 9 == kinds[:9]
    assert ["good", *["incomplete"] * len(strange)] == kinds[len(good) : len(good) + 1 + len(strange)]
    assert {"good", "stranger", "forged", "unreadable", "incomplete", "newer"} == set(kinds)


def _claim_map(claims) -> dict[int, object]:
    days = [
        (claims.issued_on - date(2020, 1, 1)).days,
        (claims.valid_from - claims.issued_on).days,
        (claims.valid_until - claims.valid_from).days if claims.valid_until else None,
    ]
    return {1: claims.number, 2: "warung", 3: "A", 4: "B", 5: days, 6: claims.status_index}


def _signed_text(url: str, protected: bytes, payload: bytes, sign) -> str:
    """Return a QR text around any payload, signed as the library signs."""
    signature = sign(cbor2.dumps(["Signature1", protected, b"perizinan-qr-1", payload]))
    cose = cbor2.dumps([protected, {}, payload, signature])
    return f"{url.upper()}#1" + base64.b32encode(cose).decode("ascii").rstrip("=")


def _expected(text: str, authority) -> str:
    """Return the script's state; within the unreadable it tells apart what to say to people."""
    try:
        content = decode_qr_text(text)
    except QrTextError:
        _, mark, fragment = text.partition("#")
        if re.fullmatch("[3-9][A-Z2-7]{40,}", fragment):
            return "newer"
        return "incomplete" if mark and fragment.startswith(("1", "2")) else "unreadable"
    try:
        verify_qr(text, authority)
    except QrTextError:
        named = [
            item
            for item in authority.qr_keys
            if item.kid == content.kid and item.holds_on(content.claims.issued_on)
        ]
        return "forged" if named else "stranger"
    return "good"


CONTRAST = """() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let part = element; part; part = part.parentElement) {
      const colour = getComputedStyle(part).backgroundColor;
      if (!colour.startsWith("rgba") || !colour.endsWith(", 0)")) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${element.tagName} ${element.textContent.trim().slice(0, 30)} ${ratio}`);
  }
  return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_everything_can_be_read(open_page, address, tmp_path, request, scheme, width):
    """Contrast of at least 4.5 to 1, no sideways scrolling, large enough buttons; start page and all verdicts."""
    page = open_page(address, color_scheme=scheme, viewport={"width": width, "height": 800})
    for fixture in (None, "pdf", "changed_pdf", "revoked_pdf"):
        page.goto(address)
        if fixture is not None:
            path = tmp_path / "izin.pdf"
            path.write_bytes(request.getfixturevalue(fixture))
            page.set_input_files("#file", path)
            page.get_by_role("button", name="Periksa berkas").click()
            page.wait_for_selector("[data-verdict]")
        page.eval_on_selector_all("details", "parts => parts.forEach(part => part.open = true)")

        assert [] == page.evaluate(CONTRAST)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        heights = page.eval_on_selector_all(
            "button, .button",
            "parts => parts.filter(part => part.checkVisibility()).map(part => part.offsetHeight)",
        )
        assert all(height >= 44 for height in heights)


def test_everything_can_be_reached_by_keyboard(open_page, address):
    """The skip link comes first; fields, buttons and folded parts follow; each shows its focus."""
    page = open_page(address)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(e => [e.id || e.className || e.tagName, getComputedStyle(e).outlineStyle])(document.activeElement)"
            )
        )
    names = [name for name, _ in reached]

    assert "skip" == names[0]
    assert {"file", "image", "SUMMARY", "home"} <= set(names)
    assert [] == [name for name, outline in reached if outline == "none" and name != "BODY"]


def test_result_can_be_printed(open_page, address, tmp_path, pdf, permit):
    """Printed, the page has the verdict, the number and every check, and no buttons."""
    path = tmp_path / "izin.pdf"
    path.write_bytes(pdf)
    page = open_page(address)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.get_by_role("button", name="Cetak hasil ini")).to_be_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.get_by_role("heading", level=1).is_visible()
    assert 15 <= page.locator(".checks li:visible").count()
    assert page.get_by_role("button", name="Cetak hasil ini").is_hidden()
    assert page.locator("header:visible").count() == 0
    assert page.locator("[data-address]:visible").inner_text().startswith("http")
