"""
Pictures of every page of the table of addresses, for people to look at: ``make screens``.

They lie in ``build/screens`` with an ``index.html``: a phone and a desk, in Indonesian and in English.
Those of the documentation are made again in ``docs/images`` with ``PERIZINAN_DOC_PICTURES=1``.
"""

from __future__ import annotations

import html
import importlib.util
import io
import os
from pathlib import Path

import pytest
from perizinan_portal._table import routes
from PIL import Image

_spec = importlib.util.spec_from_file_location("every_page", Path(__file__).with_name("test_every_page.py"))
every_page = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(every_page)
examples, SHOWN = every_page.examples, every_page.SHOWN

OUT = Path(os.environ.get("PERIZINAN_SCREENS", "build/screens"))
SIZES = (360, 1280)
LANGUAGES = {"id": "id-ID", "en": "en-GB"}


@pytest.mark.parametrize("name", SHOWN)
def test_page_is_drawn(browsing, examples, name):
    """Each in both sizes and languages."""
    route = routes()[name]
    OUT.mkdir(parents=True, exist_ok=True)
    for language, locale in LANGUAGES.items():
        for width in SIZES:
            page = browsing.page(
                every_page.visitor(route, examples),
                every_page.place(route, examples),
                width=width,
                pending=every_page.is_pending(route),
                locale=locale,
            )
            page.screenshot(path=OUT / f"{name}-{width}-{language}.png", full_page=True)
            page.context.close()


def test_index_is_written():
    """One row for each page."""
    rows = []
    for name in SHOWN:
        cells = "".join(
            f'<td><a href="{name}-{width}-{language}.png"><img loading="lazy" width="{width // 4}" '
            f'src="{name}-{width}-{language}.png" alt=""></a></td>'
            for language in LANGUAGES
            for width in SIZES
        )
        address = html.escape(routes()[name].path)
        rows.append(f"<tr><th>{name}<br><code>{address}</code></th>{cells}</tr>")
    text = f"<!doctype html><meta charset=utf-8><title>Screens</title><table border=1>{''.join(rows)}</table>"
    (OUT / "index.html").write_text(text, encoding="utf-8")


ROOT = Path(__file__).parents[3]
PHONES = ("home", "draft", "case", "own-permit")
DESKS = ("review", "oversight", "admin", "admin-outgoing", "admin-audit")
MOST_BYTES = 60_000


def test_pictures_of_the_documentation_are_drawn(browsing, examples):
    """What one sees first, of invented data and small: four phones in one picture, and some desks."""
    to = ROOT / "docs/images" if os.environ.get("PERIZINAN_DOC_PICTURES") else OUT / "docs"
    to.mkdir(parents=True, exist_ok=True)
    seen = [_seen(browsing, examples, name, 360) for name in PHONES]
    sheet = Image.new("RGB", (len(seen) * 376 - 16, 740), "#cfd7e1")
    for place, picture in enumerate(seen):
        sheet.paste(picture, (place * 376, 0))
    drawn = {
        "portal-phone": sheet,
        **{f"portal-{name}": _seen(browsing, examples, name, 1280) for name in DESKS},
    }
    for name, picture in drawn.items():
        picture.resize((1100, picture.height * 1100 // picture.width)).save(
            to / f"{name}.webp", quality=70, method=6
        )

        assert MOST_BYTES >= (to / f"{name}.webp").stat().st_size


def _seen(browsing, examples, name, width):
    route = routes()[name]
    page = browsing.page(every_page.visitor(route, examples), every_page.place(route, examples), width=width)
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.context.close()
    return picture.convert("RGB")
