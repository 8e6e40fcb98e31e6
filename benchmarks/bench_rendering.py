"""
Time of one letter against WeasyPrint printing the same content.

Both get the same texts, the same QR drawing, the same fonts and paper, embed ``permit.json``, write
PDF/A-3 with tags, and print a new letter every time: number, holder and QR differ, as between letters
of one permit type. The QR's own time is inside both, and the two take turns, so that whatever else the
machine does falls on both.
"""

from __future__ import annotations

import html
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from weasyprint import HTML, Attachment
from weasyprint.text import ffi as weasyprint_ffi
from weasyprint.text.fonts import FontConfiguration

from perizinan_core._converters import canonical_json
from perizinan_core.model._letter import Letter
from perizinan_core.rendering import TypstRenderer, draw_qr, template_data
from perizinan_core.rendering._engine import FONT_FOLDER
from perizinan_core.testing._letters import SAMPLE_QR_TEXT, sample_letter

if weasyprint_ffi.harfbuzz_subset is None:
    raise SystemExit(
        "WeasyPrint has no libharfbuzz-subset here and would embed whole fonts, which is not how it is used. "
        "Please run: sudo apt-get install libharfbuzz-subset0   and then this command again."
    )

PEER_RUNS = 12
OURS_PER_PEER = 6


def rows() -> list[dict[str, Any]]:
    """Return the rows of ``build/bench.json`` that this room answers for (milliseconds, medians)."""
    renderer = TypstRenderer()
    started = time.perf_counter()
    first = renderer.render(_letter(0))
    first_ms = (time.perf_counter() - started) * 1000
    fonts = FontConfiguration()
    peer_first_ms = _timed(lambda: render_with_weasyprint(_letter(0), fonts))
    peer_first = render_with_weasyprint(_letter(0), fonts)
    ours, peer = _take_turns(
        lambda run: renderer.render(_letter(run)), lambda run: render_with_weasyprint(_letter(run), fonts)
    )
    ours_ms, peer_ms = statistics.median(ours), statistics.median(peer)
    return [
        _row("letter to PDF", ours_ms, peer_ms, len(first), len(peer_first)),
        _row("first letter of a process", first_ms, peer_first_ms, len(first), len(peer_first)),
    ]


def _row(name: str, ours_ms: float, peer_ms: float, ours_bytes: int, peer_bytes: int) -> dict[str, Any]:
    return {
        "name": name,
        "ours_ms": round(ours_ms, 2),
        "peer": "WeasyPrint",
        "peer_ms": round(peer_ms, 2),
        "ratio": round(peer_ms / ours_ms, 1),
        "ours_bytes": ours_bytes,
        "peer_bytes": peer_bytes,
    }


LARGE_QR_TEXT = SAMPLE_QR_TEXT.partition("#")[0] + "#" + "2KQ3HMWZP7RD5XGB" * 34
"""Claims as long as those of a letter whose object and place are printed in full: a code of version 15."""


def _letter(run: int) -> Letter:
    number = f"500.16.7.2/{run:04}/123.456/2026"
    return sample_letter(number=number, holder=f"Rahayu Contohningrum {run}", qr_text=f"{LARGE_QR_TEXT}{run}")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _take_turns(
    ours: Callable[[int], object], peer: Callable[[int], object]
) -> tuple[list[float], list[float]]:
    for run in range(3):  # warm both up
        ours(1000 + run)
    ours_times, peer_times = [], []
    for run in range(PEER_RUNS):
        peer_times.append(_timed(lambda run=run: peer(run)))
        # What the peer leaves behind in the caches of the processor is not ours to pay for.
        ours(2000 + run)
        ours_times.extend(
            _timed(lambda step=step, run=run: ours(run * OURS_PER_PEER + step))
            for step in range(OURS_PER_PEER)
        )
    return ours_times, peer_times


def render_with_weasyprint(letter: Letter, fonts: FontConfiguration) -> bytes:
    """Print the letter as an HTML page of the same layout."""
    data = template_data(letter, draw_qr(letter.qr_text))
    attachment = Attachment(
        string=canonical_json(letter.statement).decode(), name="permit.json", relationship="Data"
    )
    page = HTML(string=_page(data))
    return bytes(
        page.write_pdf(font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True, attachments=[attachment])
    )


def _page(data: dict[str, Any]) -> str:
    text = html.escape
    words = data["labels"]

    def points(items: list[str]) -> str:
        return "<ol>" + "".join(f"<li>{text(item)}</li>" for item in items) + "</ol>"

    facts = [*data["rows"], {"label": words["validity"], "value": data["validity"]}]
    table = "".join(
        f"<tr><td class=l>{text(row['label'])}</td><td>:</td><td>{text(row['value'])}</td></tr>"
        for row in facts
    )
    signer = data["signatory"]
    return f"""<!DOCTYPE html><html lang="{data["language"]}"><head><meta charset="utf-8">
<title>{text(data["title"])}</title><style>{_STYLE}</style></head><body>
<footer>{text(data["footer"])}<br>{words["verify"]} {text(data["verification_url"])}</footer>
<header><p>{text(data["government"])}</p><p class=office>{text(data["office"])}</p>
<p class=small>{text(data["address"])}</p><p class=small>{text(data["contact"])}</p></header>
<h1>{text(data["title"])}</h1><p class=c>{words["number"]}: {text(data["number"])}</p>
<table><tr><td class=l>{words["basis"]}</td><td>:</td><td>{points(data["legal_basis"])}</td></tr>
<tr><td class=l>{words["taking_into_account"]}</td><td>:</td><td>{points(data["considerations"])}</td></tr></table>
<p class="c b">{words["granting"]}</p><p>{words["to"]} :</p><table>{table}</table>
<p>{words["terms"]} :</p>{points(data["terms"])}
<div class=sign><table><tr><td>{words["issued_at"]}</td><td>:</td><td>{text(data["city"])}</td></tr>
<tr><td>{words["on_date"]}</td><td>:</td><td>{data["issued_on"]["text"]}</td></tr></table>
<p>{words["on_behalf_of"]} {text(signer["on_behalf_of"])}</p><p class=b>{text(signer["title"])},</p>
<div class=qr>{data["qr"]["svg"]}</div><p>{words["signed_electronically"]}</p>
<p class="b u">{text(signer["name"])}</p><p>{text(signer["rank"])}</p>
<p>{words["staff_number"]} {text(signer["staff_number"])}</p></div>
<p>{words["copies"]}:</p>{points(data["copies_to"])}</body></html>"""


def _face(family: str, file: str, weight: str) -> str:
    url = Path(FONT_FOLDER, file).as_uri()
    return f"@font-face {{ font-family: '{family}'; font-weight: {weight}; src: url('{url}') }}"


_STYLE = f"""
{_face("Letter Serif", "NotoSerif-Regular.ttf", "400")} {_face("Letter Serif", "NotoSerif-Bold.ttf", "700")}
{_face("Letter Sans", "NotoSans-Regular.ttf", "400")}
@page {{ size: A4; margin: 18mm 22mm 28mm 25mm; @bottom-left {{ content: element(f); width: 80% }}
  @bottom-right {{ content: "Halaman " counter(page) " dari " counter(pages); font: 7pt 'Letter Sans' }} }}
footer {{ position: running(f); font: 7pt 'Letter Sans'; border-top: 0.4pt solid gray }}
body {{ font: 10.5pt/1.35 'Letter Serif' }} p {{ margin: 2mm 0 }}
header {{ text-align: center; border-bottom: 3pt double black; margin-bottom: 5mm }} header p {{ margin: 0 }}
.office {{ font-size: 15pt; font-weight: 700 }} .small {{ font: 8pt 'Letter Sans' }}
h1 {{ font-size: 13pt; text-align: center; margin: 0 }} .c {{ text-align: center }} .b {{ font-weight: 700 }}
td {{ vertical-align: top; padding: 0 1mm }} .l {{ width: 42mm }} ol {{ margin: 0; padding-left: 5mm }}
.sign {{ margin-left: 80mm; break-inside: avoid }} .sign p {{ margin: 0 }} .u {{ text-decoration: underline }}
.qr svg {{ width: 34mm; height: 34mm }}
"""


if __name__ == "__main__":
    for row in rows():
        print(row)
