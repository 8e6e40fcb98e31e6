"""From claims to paper and back: size of the payload, version of the code, and a scan at 150 dpi."""

from __future__ import annotations

import base64
import io

import pypdfium2
import pytest
from PIL import Image

from perizinan_core.published._qr_claims import MAX_QR_LENGTH, decode_qr_text, verify_qr
from perizinan_core.rendering._qr import draw_qr
from perizinan_core.rendering._typst_renderer import TypstRenderer
from perizinan_core.testing._letters import sample_letter
from perizinan_core.verification._qr_image import read_codes

NAMES = (
    ("Ani", "Warung"),
    ("Rahayu Contohningrum", "Kegiatan bazar usaha mikro dan kecil"),
    ("CV Sumber Contoh Makmur", "Rumah kos 12 kamar Jalan Anggrek 7"),
    ("dr. Raden Ajeng Contohwati Kusumaningrum Sp.PD", "Praktik dokter spesialis penyakit dalam"),
    (
        "Prof. Dr. dr. Raden Mas Haryo Contohnegoro Kusumadiningrat Sastrowidjojo, Sp.OG(K), M.Kes., Ph.D.",
        "Pembangunan gedung serbaguna dua lantai dengan area parkir, Jalan Jenderal Contoh 123 RT 004 RW 012",
    ),
    ("I Gusti Ngurah Añisa d’Œuvre", "Réclame – papan nama ½ m²"),
)


@pytest.fixture(scope="module")
def renderer():
    return TypstRenderer()


@pytest.mark.parametrize(("holder", "thing"), NAMES)
def test_short_and_long_names_make_a_code_of_version_15_at_most(world, build, holder, thing):
    """Half a millimetre a module; longer objects are shortened, the number never is."""
    said = build.statement(holder=holder, object=thing)
    text = world.qr_text(said)
    drawing = draw_qr(text)

    assert drawing.version <= 15
    assert len(text) <= MAX_QR_LENGTH
    assert said.number == decode_qr_text(text).claims.number
    assert 30 <= drawing.size_mm - 2 * drawing.quiet_mm <= 38.5 + 1e-9


@pytest.mark.parametrize(("holder", "thing"), NAMES)
def test_a_letter_printed_and_scanned_at_150_dpi_gives_the_claims(world, build, renderer, holder, thing):
    """Printed at 600 dpi in black alone, scanned at 150 dpi on a grid half a pixel beside, 2 degrees askew."""
    text = world.qr_text(build.statement(holder=holder, object=thing))
    document = pypdfium2.PdfDocument(
        renderer.render(sample_letter(qr_text=text, holder=holder, object=thing))
    )
    pages = [page.render(scale=600 / 72, grayscale=True).to_pil() for page in document]
    document.close()
    found = []
    for printed in pages:
        ink = printed.point(lambda grey: 40 if grey < 128 else 225).rotate(
            2, Image.Resampling.BICUBIC, fillcolor=225
        )
        scan = ink.crop((2, 2, ink.width, ink.height)).resize(
            (ink.width // 4, ink.height // 4), Image.Resampling.BOX
        )
        found += read_codes(_png(scan)).texts

    assert [text] == found
    assert holder.startswith(verify_qr(found[0], world.authority).holder.removesuffix("…"))


def test_the_sample_permit_has_the_payload_that_the_docs_state(world, build):
    """228 bytes of COSE, 400 characters, version 12."""
    text = world.qr_text(build.statement())
    claims = text.partition("#")[2][1:]
    cose = base64.b32decode(claims + "=" * (-len(claims) % 8))

    assert (400, 12) == (len(text), draw_qr(text).version)
    assert len(cose) <= 228


def _png(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
