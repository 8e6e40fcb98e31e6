"""Fixtures: a whole sample office in memory, its permits, and the page that judges them."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
import uvicorn
import zxingcpp
from perizinan_verify import PageSettings, create_app
from perizinan_verify._serving import configuration
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from perizinan_core.testing import HOST, OfficeKit, SyntheticCA, sample_office

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    # One process for all windows: to start one for each takes longer than the page.
    "--in-process-gpu", "--disable-site-isolation-trials", "--renderer-process-limit=1",
)  # fmt: skip

LAW = "Peraturan Wali Kota Contoh Nomor 1 Tahun 2025"


@pytest.fixture(scope="session")
def kit() -> Iterator[OfficeKit]:
    """A sample office that has issued permits."""
    opened = sample_office()
    yield opened
    opened.office.close()


@pytest.fixture(scope="session")
def permit(kit):
    """A permit in force."""
    return kit.permit()


@pytest.fixture(scope="session")
def pdf(kit, permit) -> bytes:
    """Its signed file."""
    return _read(kit, permit)


@pytest.fixture(scope="session")
def revoked_pdf(kit) -> bytes:
    """The file of a permit that was revoked."""
    other = kit.permit()
    data = _read(kit, other)
    kit.office.permits.revoke(other.id, reason="Melanggar", legal_basis=LAW, actor=kit.officer("pimpinan"))
    kit.clock.forward(days=2)
    return data


@pytest.fixture(scope="session")
def changed_pdf(pdf) -> bytes:
    """The same with one bit of the page changed."""
    place = pdf.index(b"stream") + 40
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


@pytest.fixture(scope="session")
def foreign_pdf(kit) -> bytes:
    """A permit of an office that looks the same and has another CA."""
    ca = SyntheticCA.create(kit.clock() - timedelta(days=100), name="Lain", unit="CONTOH / SAMPLE")
    signer = ca.issue("Kepala", now=kit.clock() - timedelta(days=100), kind="p-256").signer()
    other = sample_office(signers={"kepala": signer}, roots=(ca.root.certificate,))
    data = _read(other, other.permit())
    other.office.close()
    return data


@pytest.fixture(scope="session")
def letter(pdf) -> Image.Image:
    """The first page as it comes out of a printer at 150 dpi."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=150 / 72).to_pil().convert("L")
    document.close()
    return picture


@pytest.fixture(scope="session")
def qr_text(letter) -> str:
    """The text of the printed QR code."""
    (found,) = zxingcpp.read_barcodes(letter, formats=zxingcpp.BarcodeFormat.QRCode)
    return found.text


@pytest.fixture(scope="session")
def photo(letter) -> bytes:
    """A photo of the letter: turned, grey and compressed."""
    turned = letter.rotate(7, expand=True, fillcolor=200).point(lambda value: 40 + value * 0.6)
    file = io.BytesIO()
    turned.save(file, "JPEG", quality=70)
    return file.getvalue()


@pytest.fixture
def make_app(kit):
    """Make apps that judge by the sample office, and end them."""
    apps = []

    def make(**options: Any):
        options.setdefault("status", kit.office.status)
        options.setdefault("clock", kit.clock)
        options.setdefault("settings", PageSettings(workers=1))
        authority = options.pop("authority", kit.office.publication.authority_json())
        app = create_app(authority, **options)
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.state.service.pool.close()


@pytest.fixture(scope="session")
def app(kit, revoked_pdf):
    """One app for all tests that need nothing special."""
    made = create_app(
        kit.office.publication.authority_json(),
        status=kit.office.status,
        clock=kit.clock,
        settings=PageSettings(workers=1),
    )
    yield made
    made.state.service.pool.close()


@pytest.fixture(scope="session")
def call():
    """Send one request to an app within this process."""

    def send(app: Any, method: str, path: str, **options: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="https://izin.example") as client:
                return await client.request(method, path, **options)

        return asyncio.run(run())

    return send


@pytest.fixture(scope="session")
def served():
    """Serve an app on a free port, as `perizinan verify-serve` does; the value is its address."""

    @contextmanager
    def serve(app: Any, root_path: str = "") -> Iterator[str]:
        server = uvicorn.Server(configuration(app, "127.0.0.1", 0, root_path=root_path))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)

    return serve


@pytest.fixture(scope="module")
def camera_film(tmp_path_factory, letter):
    """What the browser's camera sees: the printed letter, as a film of JPEG pictures."""
    film = tmp_path_factory.mktemp("camera") / "letter.mjpeg"
    (code,) = zxingcpp.read_barcodes(letter, formats=zxingcpp.BarcodeFormat.QRCode)
    corner = code.position.top_left
    left, top = max(0, corner.x - 200), corner.y - 150
    picture = letter.crop((left, top, left + 640, top + 480)).resize((1280, 960))
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=90)
    film.write_bytes(file.getvalue() * 5)
    return film


@pytest.fixture(scope="module")
def browser(camera_film):
    """One browser for the module; it ends before other tests use event loops."""
    arguments = [
        *QUIET,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera_film}",
    ]
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser) -> Iterator:
    """Open pages in new contexts; a fault in a script, or anything the policy stopped, fails the test."""
    contexts, faults = [], []

    def make(url: str, **options) -> Page:
        context = browser.new_context(**{"locale": "id-ID", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda note: faults.append(note.text) if "Content Security" in note.text else None)
        page.goto(url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [] == faults


def _read(kit: OfficeKit, permit: Any) -> bytes:
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        return file.read()
