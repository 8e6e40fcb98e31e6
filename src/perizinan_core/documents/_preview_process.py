"""The process that draws pages: the one place where a stranger's file is rendered."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

from perizinan_core.confined import Channel, task_limits

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_PIXELS = 80_000_000
_QUALITY = 80


def serve(channel: Channel) -> None:
    """Answer requests until the other side closes the channel."""
    channel.ready()
    while True:
        request = channel.receive()
        with task_limits(cpu_seconds=request["seconds"]):
            channel.send({**_drawn(request), "again": True})


def _drawn(request: dict[str, Any]) -> dict[str, Any]:
    draw = _page_of_pdf if request["type"] == "application/pdf" else _photograph
    try:
        picture, pages = draw(request["data"], request["page"], request["side"])
    except (ImportError, ValueError, OSError, IndexError, OverflowError, RuntimeError, SyntaxError):
        return {}
    kept = io.BytesIO()
    picture.convert("RGB").save(kept, "JPEG", quality=_QUALITY)
    return {"jpeg": base64.b64encode(kept.getvalue()).decode("ascii"), "pages": pages}


def _page_of_pdf(data: bytes, page: int, side: int) -> tuple[Image, int]:
    import pypdfium2  # type: ignore[import-untyped]

    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    if not 1 <= page <= pages:
        raise IndexError(page)
    width, height = document[page - 1].get_size()
    picture = document[page - 1].render(scale=side / max(1.0, width, height)).to_pil()
    return picture, pages


def _photograph(data: bytes, page: int, side: int) -> tuple[Image, int]:
    from PIL import Image, ImageOps

    try:
        import pillow_heif

        pillow_heif.register_heif_opener()
    except ImportError:  # pictures of other kinds need it not
        pass
    if page != 1:
        raise IndexError(page)
    with Image.open(io.BytesIO(data)) as found:
        if found.width * found.height > _MOST_PIXELS:
            raise ValueError(found.size)
        found.draft("RGB", (side, side))
        shown = ImageOps.exif_transpose(found)
        shown.thumbnail((side, side))
        return shown, 1
