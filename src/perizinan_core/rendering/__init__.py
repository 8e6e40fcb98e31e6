"""
Letters become PDFs.

`Renderer` is the port; `TypstRenderer` is the core's own. A letter that cannot be shown faithfully
is refused with `perizinan_core.errors.rendering.UnprintableTextError` in the rehearsal, before a
number is taken.
"""

from perizinan_core.rendering._contract import CONTRACT_VERSION, Paper, template_data
from perizinan_core.rendering._ports import EditionedRenderer, Renderer
from perizinan_core.rendering._qr import QrDrawing, draw_qr
from perizinan_core.rendering._sheet import Sheet, SheetPart, render_sheet
from perizinan_core.rendering._typst_renderer import TypstRenderer

__all__ = [
    "CONTRACT_VERSION",
    "EditionedRenderer",
    "Paper",
    "QrDrawing",
    "Renderer",
    "Sheet",
    "SheetPart",
    "TypstRenderer",
    "draw_qr",
    "render_sheet",
    "template_data",
]
