"""
Uploads in a real browser, over a line that is cut, stands still and comes back.

Between the browser and the portal stands a small proxy of ours, which counts the bytes and cuts the connection.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import select
import socket
import struct
import threading
import zlib

import attrs
import pytest

from perizinan_core.testing import HOST, sample_applicant

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")


def noise(seed, side=1000):
    """Return a picture that cannot be compressed, of about three bytes a pixel."""
    rows = random.Random(seed)
    raw = b"".join(b"\0" + rows.randbytes(3 * side) for _ in range(side))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(raw, 0)) + chunk(b"IEND", b"")


PICTURE = noise(1)
FILE = {"name": "foto.png", "mimeType": "image/png", "buffer": PICTURE}


@attrs.define
class Line:
    """A line to the portal that can be cut."""

    target: int
    port: int = 0
    sent: int = 0
    """Bytes that went from the browser to the portal."""

    cut_after: int | None = None
    stand_after: int | None = None
    """After so many bytes nothing passes, until `go_on`."""

    cuts: int = 0
    stands: threading.Event = attrs.field(factory=threading.Event)
    """Clear: nothing passes."""

    _listener: socket.socket = attrs.field(factory=socket.socket)
    _open: list[socket.socket] = attrs.field(factory=list)
    _over: bool = False

    @contextlib.contextmanager
    def stand_within(self, page, count):
        """Let ``count`` bytes pass from now on; return when the line stands."""
        self.stand_after = self.sent + count
        yield
        for _ in range(1000):
            if not self.stands.is_set():
                break
            page.wait_for_timeout(20)
        # What has passed is shown.
        page.wait_for_timeout(200)

    def go_on(self):
        """Let everything pass."""
        self.stand_after = None
        self.stands.set()

    def start(self):
        """Begin to listen."""
        self.stands.set()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Let go of everything."""
        self._over = True
        self.stands.set()
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.close()

    def _accept(self):
        while not self._over:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self._open += [near, far]
            threading.Thread(target=self._pump, args=(near, far), daemon=True).start()

    def _pump(self, near, far):
        with contextlib.suppress(OSError):
            while True:
                ready, _, _ = select.select([near, far], [], [], 30)
                if not ready:
                    break
                for one in ready:
                    self.stands.wait(30)
                    data = one.recv(16 * 1024)
                    if not data:
                        return self._end(near, far)
                    if one is near:
                        self.sent += len(data)
                    (far if one is near else near).sendall(data)
                if self.stand_after is not None and self.sent >= self.stand_after:
                    self.stand_after = None
                    self.stands.clear()
                if self.cut_after is not None and self.sent >= self.cut_after:
                    self.cut_after, self.cuts = None, self.cuts + 1
                    return self._end(near, far, hard=True)
        return self._end(near, far)

    def _end(self, near, far, *, hard=False):
        for one in (near, far):
            with contextlib.suppress(OSError):
                if hard:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()


@pytest.fixture
def line(browsing):
    """A line before the portal; addresses of the test go over it."""
    made = Line(int(browsing.address.rpartition(":")[2]))
    made.start()
    yield made
    made.close()


@pytest.fixture
def draft(browsing):
    """A draft of the applicant, empty."""
    kit = browsing.portal
    form = {"lokasi": "Jalan A", "di_rumah": False}
    return kit.office.office.applications.start(
        "warung", applicant=sample_applicant(), actor=kit.actor("sekar"), form=form
    ).id


def opened(browsing, line, draft, **options):
    """Open the draft over the line."""
    page = browsing.page("sekar", None, width=360, **options)
    page.set_default_timeout(20_000)
    page.goto(f"http://127.0.0.1:{line.port}/permohonan/{draft}/berkas")
    return page


def papers(browsing, case):
    """Return name and hash of what lies in the draft."""
    found = browsing.portal.office.office.applications.get(case, actor=HOST).current_documents()
    return [(one.file_name, one.sha256) for one in found]


STORED = [("foto.png", hashlib.sha256(PICTURE).hexdigest())]


def test_a_cut_connection_in_mid_upload_continues_and_the_hash_is_right(browsing, line, draft):
    """Without a click; and not from the beginning."""
    page = opened(browsing, line, draft)
    line.cut_after = line.sent + 1_300_000
    before = line.sent
    page.set_input_files("#file-ktp", FILE)
    page.wait_for_selector("#slot-ktp .papers a:has-text('foto.png')", timeout=25_000)

    assert 1 == line.cuts
    assert STORED == papers(browsing, draft)
    assert len(PICTURE) + 700_000 > line.sent - before
    assert "foto.png tersimpan." == page.inner_text("#upload-said")


def test_handing_in_waits_for_a_file_that_is_under_way(browsing, line, draft):
    """Friction 2: it says so, stays on the page, and goes without a file never; the button is not grey."""
    page = opened(browsing, line, draft)
    with line.stand_within(page, 1_300_000):
        page.set_input_files("#file-ktp", FILE)
    page.click("a[href$='/kirim']")
    said = page.inner_text("#upload-wait")
    line.go_on()
    page.wait_for_selector("#slot-ktp .papers a", timeout=25_000)

    assert "1 berkas masih dikirim" in said
    assert page.url.endswith("/berkas")
    page.click("a[href$='/kirim']")
    page.wait_for_url("**/kirim")
    assert STORED == papers(browsing, draft)


def test_a_file_continues_after_the_page_was_loaded_again(browsing, line, draft):
    """Choosing the same file is enough; on another device too, since the server knows how far it came."""
    page = opened(browsing, line, draft)
    with line.stand_within(page, 1_300_000):
        page.set_input_files("#file-ktp", FILE)
    page.context.close()
    line.go_on()
    before = line.sent
    other = opened(browsing, line, draft)
    assert "belum lengkap" in other.inner_text("#slot-ktp")
    assert [] == browsing.findings(other)
    other.set_input_files("#file-ktp", FILE)
    other.wait_for_selector("#slot-ktp .papers a", timeout=25_000)

    assert STORED == papers(browsing, draft)
    assert len(PICTURE) - 400_000 > line.sent - before


def test_pause_and_continue_and_stop(browsing, line, draft):
    """By buttons that say which file they are about."""
    page = opened(browsing, line, draft)
    with line.stand_within(page, 1_300_000):
        page.set_input_files("#file-ktp", FILE)
    page.click(".sending button:has-text('Jeda')")
    line.go_on()
    assert "Dijeda pada" in page.inner_text(".sending")
    assert [] == browsing.findings(page)
    page.click(".sending button:has-text('Lanjutkan')")
    page.wait_for_selector("#slot-ktp .papers a", timeout=25_000)
    assert STORED == papers(browsing, draft)

    with line.stand_within(page, 1_300_000):
        page.set_input_files("#file-ktp", {**FILE, "name": "dua.png"})
    page.click(".sending button:has-text('Batalkan')")
    line.go_on()
    page.wait_for_selector(".sending", state="detached")
    page.wait_for_timeout(300)
    assert STORED == papers(browsing, draft)
    assert () == browsing.portal.office.office.incoming.of_case(draft, actor=HOST)[1:]


def test_what_cannot_be_accepted_is_refused_before_it_is_sent(browsing, line, draft):
    """Too large, empty, of another format, too many: friction 3, beside the place, and nothing goes over the line."""
    page = opened(browsing, line, draft)
    before = line.sent
    for file, reason in (
        ({"name": "besar.png", "mimeType": "image/png", "buffer": bytes(10_000_001)}, "melebihi batas"),
        ({"name": "kosong.png", "mimeType": "image/png", "buffer": b""}, "kosong"),
        ({"name": "surat.docx", "mimeType": "application/msword", "buffer": b"x"}, "tidak diterima"),
    ):
        page.set_input_files("#file-ktp", file)
        page.wait_for_selector(f"#slot-ktp .failed:has-text('{reason}')")
    assert [] == browsing.findings(page)
    assert 2000 > line.sent - before


def test_a_page_in_the_place_of_a_file_is_refused_beside_its_place(browsing, line, draft):
    """Friction 4; the other file of the same moment is stored."""
    page = opened(browsing, line, draft)
    html = {"name": "ktp.png", "mimeType": "image/png", "buffer": b"<html>503</html>"}
    page.set_input_files("#file-ktp", [FILE, html])
    page.wait_for_selector("#slot-ktp .refused:has-text('ktp.png')", timeout=25_000)
    page.wait_for_selector("#slot-ktp .papers a:has-text('foto.png')", timeout=25_000)

    assert STORED == papers(browsing, draft)
    assert [] == browsing.findings(page)


def test_without_a_script_a_file_goes_in_one_piece(browsing, line, draft):
    """After a cut connection nothing else is lost, and it can be sent again."""
    page = opened(browsing, line, draft, java_script_enabled=False)
    line.cut_after = line.sent + 1_000_000
    page.set_input_files("#file-ktp", FILE)
    with contextlib.suppress(Exception):
        page.click("#slot-ktp .chooser button", timeout=5_000)
    page.goto(f"http://127.0.0.1:{line.port}/permohonan/{draft}/berkas")
    assert 1 == line.cuts
    # A browser may send a form again by itself when the connection was one that it had before.
    if not papers(browsing, draft):
        page.set_input_files("#file-ktp", FILE)
        page.click("#slot-ktp .chooser button")
        page.wait_for_selector("#slot-ktp .papers a")

    assert STORED == papers(browsing, draft)


def test_without_a_script_too_large_a_file_is_answered_with_a_page(browsing, line, draft):
    """Friction 3: never with a cut connection, however large it is."""
    page = opened(browsing, line, draft, java_script_enabled=False)
    page.set_input_files("#file-ktp", {**FILE, "buffer": bytes(30 * 1024 * 1024)})
    page.click("#slot-ktp .chooser button")
    page.wait_for_load_state()

    assert "Terlalu besar" in page.inner_text("main") or "25 MB" in page.inner_text("main")
    assert [] == papers(browsing, draft)
