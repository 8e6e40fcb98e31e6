"""A PDF of headings and lines, made by the engine of letters: what was written down is set as text, never as code."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typst

__all__ = ["data_sheet"]

_TEMPLATE = b"""
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set page(paper: "a4", margin: 2cm, numbering: "1 / 1")
#set text(lang: data.language, size: 9.5pt)
#show heading: set block(above: 1.4em, below: .7em)
= #data.title
#for part in data.parts [
  == #part.at(0)
  #if part.at(1).len() == 0 [ \\u{2013} ] else {
    table(columns: (6cm, 1fr), stroke: .4pt + luma(200), ..part.at(1).map(line => (line.at(0), line.at(1))).flatten())
  }
]
"""


def data_sheet(title: str, parts: Sequence[tuple[str, Sequence[tuple[str, str]]]], language: str) -> bytes:
    """Return the PDF."""
    given = {
        "title": title,
        "language": language,
        "parts": [[head, [list(line) for line in lines]] for head, lines in parts],
    }
    made: bytes = typst.compile(_TEMPLATE, sys_inputs={"data": json.dumps(given, ensure_ascii=False)})
    return made
