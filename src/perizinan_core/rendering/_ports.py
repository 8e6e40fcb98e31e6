"""The port through which letters become PDFs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from perizinan_core.model._letter import Letter

__all__ = ["EditionedRenderer", "Renderer"]


@runtime_checkable
class Renderer(Protocol):
    """
    Turns a letter into the PDF that will be signed.

    Implementations may be called by several threads at once, load nothing from the network,
    and give the same bytes for the same letter.
    """

    def render(self, letter: Letter) -> bytes:
        """
        Return the unsigned PDF.

        Raises:
            UnprintableTextError: a text cannot be shown as it is.
            RenderingError: the template, the logo or the QR does not work.
        """
        ...

    def rehearse(self, letter: Letter) -> bytes:
        """
        Return a draft, made exactly like the letter; call it before a number is taken.

        An empty number and QR text are replaced by placeholders, and a watermark says that it is a draft.

        Raises:
            UnprintableTextError: a text cannot be shown as it is.
            RenderingError: the template, the logo or the QR does not work.
        """
        ...


@runtime_checkable
class EditionedRenderer(Renderer, Protocol):
    """
    A renderer that says when it would print another letter from the same data.

    What passed a rehearsal is then not rehearsed again as long as letter and edition are the same.
    """

    def edition(self, template: str, logo: str | None = None) -> str:
        """Return a text that changes with the template, its pictures, the logo, fonts and the program."""
        ...

    def check(self, template: str, logo: str | None = None) -> None:
        """
        Pass when the template is there and nothing in it keeps every letter from being printed; print nothing.

        Raises:
            RenderingError: it is not, or something does.
        """
        ...
