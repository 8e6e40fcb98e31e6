"""
Pictures of the pages of a file that was handed in, for looking at it beside the checklist.

Drawn by a confined process: what reaches the browser is a JPEG of ours, whatever stands in the file.
"""

from __future__ import annotations

import base64
import os
from functools import lru_cache

import attrs

from perizinan_core.confined import ChildPool, Confinement, start_child
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.errors.documents import DocumentError

__all__ = ["PagePicture", "page_picture"]

_MEMORY = 1024 * 1024 * 1024
_TASKS_PER_CHILD = 200
_SECONDS = 10.0


@attrs.frozen
class PagePicture:
    """One page as a picture."""

    jpeg: bytes = attrs.field(repr=False)
    page: int
    """From 1."""

    pages: int
    """How many the file has; a photograph has one."""


def page_picture(data: bytes, content_type: str, *, page: int = 1, side: int = 1400) -> PagePicture:
    """
    Draw a page.

    Args:
        data: The file.
        content_type: As the inspection found it: a PDF or a picture.
        page: From 1.
        side: Pixels of the longer side.

    Raises:
        DocumentError: ``page-not-drawn``: there is no such page, nothing here can draw it, or it took too long.
    """
    request = {"data": data, "type": content_type, "page": page, "side": side, "seconds": _SECONDS}
    try:
        told = _pool().ask(request, seconds=_SECONDS + 2).message or {}
        return PagePicture(base64.b64decode(told["jpeg"], validate=True), page, int(told["pages"]))
    except (ChildStartError, KeyError, TypeError, ValueError) as error:
        raise DocumentError("page-not-drawn", page=page) from error


@lru_cache(maxsize=1)
def _pool() -> ChildPool:
    return ChildPool(
        lambda: start_child(
            "perizinan_core.documents._preview_process:serve", confinement=Confinement(more_memory=_MEMORY)
        ),
        places=max(1, min(2, os.cpu_count() or 1)),
        tasks_per_child=_TASKS_PER_CHILD,
    )
