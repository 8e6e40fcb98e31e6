"""What a page answers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, BinaryIO, TypeAlias

import attrs
from starlette.responses import Response

from perizinan_portal._kit._sentences import Sentence

__all__ = ["Answer", "Download", "Page", "Redirect"]


@attrs.frozen
class Page:
    """A template with its values."""

    template: str
    """``part/name.html``."""

    values: Mapping[str, Any] = attrs.field(factory=dict)
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Redirect:
    """Another page, after something was done (303): the back button then repeats nothing."""

    to: str
    """Address, as `Visit.url` makes it."""

    note: Sentence | str | None = None
    """Said on top of the next page."""


@attrs.frozen
class Download:
    """A file that the browser saves. Never shown as a page of ours, whatever is in it."""

    file: BinaryIO
    name: str
    media_type: str = "application/octet-stream"


Answer: TypeAlias = Page | Redirect | Download | Response
