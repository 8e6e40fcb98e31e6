"""
Papers as an applicant would scan them, drawn here: no real person's data, every page marked CONTOH (specimen).

The same arguments give the same bytes. ``coarse`` drawings are quicker, and still readable.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from time import struct_time

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from perizinan_core.model._numerals import format_date

__all__ = ["draw_identity_card", "draw_letter_pdf", "draw_photo", "draw_sketch_pdf"]

_A4 = (1240, 1754)
"""A4 at 150 dots per inch."""
_PAPER = (250, 249, 244)
_INK = (38, 40, 60)
_DPI = 150.0


def draw_letter_pdf(
    title: str, lines: Sequence[str], *, day: date, seed: int = 0, coarse: bool = False
) -> bytes:
    """Return a one-page PDF scan of a letter with ``title``, ``lines`` and a signature scrawl."""
    page = Image.new("RGB", _A4, _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((140, 150), title.upper(), font=_font(40), fill=_INK)
    draw.line((140, 212, 1100, 212), fill=_INK, width=3)
    for number, line in enumerate(_wrapped(lines, 62)):
        draw.text((140, 270 + number * 46), line, font=_font(28), fill=_INK)
    draw.text((760, 1180), f"Blitar, {format_date(day, 'id')}", font=_font(28), fill=_INK)
    _scrawl(draw, (780, 1290), random.Random(seed))
    _specimen_mark(page)
    return _as_pdf(_scanned(page, seed, coarse=coarse))


def draw_sketch_pdf(title: str, *, seed: int = 0, coarse: bool = False) -> bytes:
    """Return a one-page PDF scan of a hand-drawn location sketch: streets, blocks and the place marked."""
    chance = random.Random(seed)
    page = Image.new("RGB", _A4, _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((140, 120), title.upper(), font=_font(40), fill=_INK)
    for row in range(3):
        for column in range(2):
            left = 160 + column * 520 + chance.randint(-14, 14)
            top = 260 + row * 420 + chance.randint(-14, 14)
            draw.rectangle((left, top, left + 380, top + 270), outline=_INK, width=4)
    draw.rectangle((560, 760, 660, 1200), fill=(196, 78, 62))
    draw.text((690, 1012), "lokasi kegiatan", font=_font(30), fill=(150, 40, 30))
    draw.polygon([(1090, 190), (1070, 250), (1110, 250)], fill=_INK)
    draw.text((1078, 256), "U", font=_font(30), fill=_INK)
    _specimen_mark(page)
    return _as_pdf(_scanned(page, seed, coarse=coarse))


def draw_identity_card(rows: Sequence[tuple[str, str]], *, seed: int = 0, coarse: bool = False) -> bytes:
    """Return a JPEG of a card with ``rows`` of label and value; it looks like no real identity card."""
    card = Image.new("RGB", (1010, 640), (214, 226, 236))
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 1010, 92), fill=(120, 140, 160))
    draw.text((40, 24), "KARTU CONTOH, BUKAN IDENTITAS", font=_font(38), fill=(255, 255, 255))
    for number, (label, value) in enumerate(rows):
        draw.text((40, 130 + number * 52), label, font=_font(28), fill=_INK)
        draw.text((290, 130 + number * 52), f": {value}", font=_font(28), fill=_INK)
    draw.rectangle((770, 150, 960, 400), fill=(170, 60, 60))
    _silhouette(draw, (770, 150, 960, 400))
    _specimen_mark(card)
    return _as_jpeg(_scanned(card, seed, coarse=coarse))


def draw_photo(*, seed: int = 0, coarse: bool = False) -> bytes:
    """Return a JPEG portrait (4 × 6) of no one: a silhouette on a red ground."""
    photo = Image.new("RGB", (472, 709), (170, 40, 40))
    _silhouette(ImageDraw.Draw(photo), (0, 0, 472, 709))
    _specimen_mark(photo)
    return _as_jpeg(_scanned(photo, seed, coarse=coarse))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _wrapped(lines: Sequence[str], width: int) -> list[str]:
    result = []
    for line in lines:
        rest = line
        while len(rest) > width:
            cut = rest.rfind(" ", 0, width)
            cut = width if cut <= 0 else cut
            result.append(rest[:cut])
            rest = rest[cut:].lstrip()
        result.append(rest)
    return result


def _scrawl(draw: ImageDraw.ImageDraw, start: tuple[int, int], chance: random.Random) -> None:
    points = [start]
    for _ in range(26):
        points.append((points[-1][0] + chance.randint(2, 18), start[1] + chance.randint(-48, 48)))
    draw.line(points, fill=(30, 44, 120), width=5, joint="curve")


def _silhouette(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    draw.ellipse(
        (left + width * 0.32, top + height * 0.2, left + width * 0.68, top + height * 0.55), fill=(70, 70, 78)
    )
    draw.pieslice(
        (left + width * 0.12, top + height * 0.6, left + width * 0.88, top + height * 1.4),
        180,
        360,
        fill=(70, 70, 78),
    )


def _specimen_mark(page: Image.Image) -> None:
    layer = Image.new("L", page.size, 0)
    draw = ImageDraw.Draw(layer)
    size = page.width // 6
    draw.text((page.width * 0.12, page.height * 0.42), "CONTOH", font=_font(size), fill=46)
    page.paste((150, 40, 40), mask=layer.rotate(24, center=(page.width / 2, page.height / 2)))


def _scanned(page: Image.Image, seed: int, *, coarse: bool) -> Image.Image:
    """Tilt, blur and dull the page a little, as a cheap scanner does; ``coarse`` with half as many dots."""
    chance = random.Random(seed)
    page = page.reduce(2) if coarse else page
    tilted = page.rotate(chance.uniform(-0.9, 0.9), fillcolor=_PAPER, resample=Image.Resampling.BICUBIC)
    return tilted.filter(ImageFilter.GaussianBlur(0.6))


def _as_jpeg(page: Image.Image) -> bytes:
    buffer = BytesIO()
    page.save(buffer, "JPEG", quality=80, dpi=(_DPI, _DPI))
    return buffer.getvalue()


def _as_pdf(page: Image.Image) -> bytes:
    buffer = BytesIO()
    # A fixed date keeps the same drawing the same file.
    fixed = struct_time((2026, 1, 1, 0, 0, 0, 3, 1, 0))
    dots = _DPI * page.width / _A4[0]
    page.save(buffer, "PDF", resolution=dots, quality=72, creationDate=fixed, modDate=fixed)
    return buffer.getvalue()
