"""
Make the fonts that letters are printed with, out of the Noto fonts of Debian's ``fonts-noto-core``.

Run it only to change the set of characters; the results are kept in the repository::

    python scripts/build_letter_fonts.py /usr/share/fonts/truetype/noto

Hinting and rare characters go, shaping tables stay. The fonts are under the SIL Open Font
License 1.1 without a reserved font name, so the smaller files keep their names and licence.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "src" / "perizinan_core" / "rendering" / "fonts"

LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x400),  # Latin-1 to Greek, combining marks included
    *range(0x400, 0x460),  # Cyrillic of living languages
    *range(0x1E00, 0x1F00),
    *range(0x2000, 0x2065),
    *range(0x2070, 0x20C0),
    *range(0x2100, 0x2190),
    0x25CC,
    0xA78B,
    0xA78C,
    *range(0xFB00, 0xFB07),
]
ARABIC = [
    *range(0x600, 0x700),
    *range(0x750, 0x780),
    *range(0x8A0, 0x900),
    *range(0x200C, 0x2010),
    0x25CC,
    0xFD3E,
    0xFD3F,
    0xFDF2,
    *range(0xFDFA, 0xFDFE),
]
MATHS = [*range(0x2190, 0x219A), 0x2206, 0x2211, 0x2212, 0x2215, *range(0x2219, 0x221F), 0x2248]
MATHS += [0x2260, 0x2261, 0x2264, 0x2265, 0x22C5]
SIGNS = [0x25A0, 0x25A1, 0x25CB, 0x25CF, 0x2605, 0x2606, 0x2610, 0x2611, 0x2612, 0x2713, 0x2714, 0x2717]

FONTS: dict[str, list[int] | None] = {
    "NotoSerif-Regular": LATIN,
    "NotoSerif-Bold": LATIN,
    "NotoSerif-Italic": LATIN,
    "NotoSans-Regular": LATIN,
    "NotoSans-Bold": LATIN,
    "NotoSansJavanese-Regular": None,
    "NotoSansJavanese-Bold": None,
    "NotoSansBalinese-Regular": None,
    "NotoSansBalinese-Bold": None,
    "NotoSansSundanese-Regular": None,
    "NotoSansBatak-Regular": None,
    "NotoSansBuginese-Regular": None,
    "NotoSansRejang-Regular": None,
    "NotoNaskhArabic-Regular": ARABIC,
    "NotoNaskhArabic-Bold": ARABIC,
    "NotoSansMath-Regular": MATHS,
    "NotoSansSymbols2-Regular": SIGNS,
}
"""Font file and the characters kept; None keeps all."""


SNAP = 60
"""Marks at most this far off the line of their letter (in thousandths of the size) are put on it."""


def level_marks(font: TTFont) -> None:
    """
    Attach vowel signs without a small shift up or down.

    Typst draws a shifted mark as a text of its own; the letter and the mark then both carry the text of
    the whole syllable, and anyone who copies it from the PDF gets it twice (typst/typst issue 8767). The
    shifts levelled here are a few tenths of a millimetre at most and cannot be seen.
    """
    if "GPOS" not in font:
        return
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            table = getattr(subtable, "ExtSubTable", subtable)
            if type(table).__name__ == "MarkBasePos":
                _level(table)


def _level(table: Any) -> None:
    heights: dict[int, set[int]] = {}
    for mark in table.MarkArray.MarkRecord:
        heights.setdefault(mark.Class, set()).add(mark.MarkAnchor.YCoordinate)
    for mark in table.MarkArray.MarkRecord:
        typical = sorted(heights[mark.Class])[len(heights[mark.Class]) // 2]
        if abs(mark.MarkAnchor.YCoordinate - typical) <= SNAP:
            mark.MarkAnchor.YCoordinate = typical
    for base in table.BaseArray.BaseRecord:
        for class_, anchor in enumerate(base.BaseAnchor):
            if anchor is None or class_ not in heights:
                continue
            typical = sorted(heights[class_])[len(heights[class_]) // 2]
            if abs(anchor.YCoordinate - typical) <= SNAP:
                anchor.YCoordinate = typical


def build(source: Path, name: str, characters: list[int] | None) -> int:
    """Write the smaller font and return its size in bytes."""
    font = TTFont(source / f"{name}.ttf", recalcTimestamp=False)
    if characters is None:
        level_marks(font)
    options = subset.Options(hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters if characters is not None else list(font.getBestCmap()))
    subsetter.subset(font)
    target = TARGET / f"{name}.ttf"
    font.save(target)
    return target.stat().st_size


def main() -> None:
    """Build every font and print the sizes in bytes."""
    source = Path(sys.argv[1])
    sizes = {name: build(source, name, characters) for name, characters in FONTS.items()}
    for name, size in sizes.items():
        print(f"{size:8,}  {name}")
    print(f"{sum(sizes.values()):8,}  together")


if __name__ == "__main__":
    main()
