"""
Typst, kept warm: fonts once per process, a few compilers per template.

A compiler serves one thread at a time (the library refuses a second), so compilers wait in a
pool; compiling releases the interpreter lock. System fonts, the fonts inside Typst and packages
from the network are out of reach: templates see their own folder, and ``@perizinan/letter``.
"""

from __future__ import annotations

import os
import re
from collections import deque
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from perizinan_core._parts import office_part
from perizinan_core.errors.rendering import RenderingError

if TYPE_CHECKING:
    import typst

__all__ = [
    "FONT_FOLDER",
    "PACKAGE_FOLDER",
    "PACKAGE_VERSION",
    "CannotBeSetError",
    "Engine",
    "check_sources",
    "shows_undescribed_picture",
    "typst_string",
]

PACKAGE_FOLDER = Path(__file__).parent / "packages"
"""Where ``@perizinan/letter`` lives."""

PACKAGE_VERSION = "1.0.0"
"""Version of ``@perizinan/letter`` that this release brings."""

FONT_FOLDER = Path(__file__).parent / "fonts"
_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
_PACKAGE = re.compile(r"""["']@(?!perizinan/)[^"']*["']""")


_started_in: int | None = None
"""Process in which the compiler's threads were started."""


@lru_cache(maxsize=8)
def _fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    fonts: typst.Fonts = office_part("typst").Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER, *folders]
    )
    return fonts


def _refuse_after_fork() -> None:
    global _started_in  # noqa: PLW0603 - a fact of the process, not of an engine
    process = os.getpid()
    if _started_in is None:
        _started_in = process
    elif _started_in != process:
        raise RenderingError("forked-renderer")


def check_sources(name: str, folder: Path) -> None:
    """
    Look through a template's folder for packages that would be fetched from the network.

    Raises:
        RenderingError: ``template-fault``: a source imports a package other than ``@perizinan/…``.
    """
    for path in sorted(folder.rglob("*.typ")):
        found = _PACKAGE.search(path.read_text("utf-8"))
        if found:
            raise RenderingError(
                "template-fault",
                template=name,
                reason=f"{path.relative_to(folder)} imports {found[0]}, which is not a part of letters; "
                "copy what it needs into the template's folder",
            )


def shows_undescribed_picture(source: str) -> bool:
    """
    Return True when a source calls ``image`` without ``alt``, which PDF/UA refuses whatever the letter says.

    Pictures in ``pdf.artifact`` need none. A picture whose arguments are spread from elsewhere counts as described:
    the rehearsal judges it.
    """
    plain = _COMMENT_OR_TEXT.sub(lambda found: '""' if found[0].startswith('"') else " ", source)
    while (found := _ARTIFACT.search(plain)) is not None:
        plain = plain[: found.start()] + plain[_end_of(plain, found.end() - 1) :]
    return any(
        re.search(r"\balt\s*:|\.\.", plain[found.end() : _end_of(plain, found.end() - 1)]) is None
        for found in _IMAGE.finditer(plain)
    )


_COMMENT_OR_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|(?<!:)//[^\n]*|/\*[\s\S]*?\*/')
_IMAGE = re.compile(r"(?<![\w.-])image\(")
_ARTIFACT = re.compile(r"\bpdf\.artifact[\[(]")
_PAIRS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def _end_of(source: str, start: int) -> int:
    """Return the place behind the bracket that closes the one at ``start``."""
    depth = 0
    for place in range(start, len(source)):
        depth += _PAIRS.get(source[place], 0)
        if depth == 0:
            return place + 1
    return len(source)


def typst_string(text: str) -> str:
    """
    Return ``text`` as a string literal of Typst, in ASCII.

    Inside a literal only the backslash and the quotation mark mean anything, and both are escaped, so
    no text can end it.
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not (escaped.isascii() and escaped.isprintable()):
        escaped = _OTHER.sub(_by_number, escaped)
    return f'"{escaped}"'


_OTHER = re.compile(r"[^ -~]")


def _by_number(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):x}}}"


class CannotBeSetError(Exception):
    """The compiler refuses a source or its data; its text says why."""


class Engine:
    """
    Compiles sources against one folder, from any number of threads.

    Data stand in the source as a string literal: the compiler then keeps what it laid out for unchanged
    parts of the letter before, which it forgets when ``sys.inputs`` change.
    """

    def __init__(self, root: Path, fonts: tuple[Path, ...] = ()) -> None:
        self._root = root
        self._font_folders = fonts
        self._idle: deque[typst.Compiler] = deque()

    def compile(self, source: str, timestamp: int = 0) -> bytes:
        """
        Return the PDF (PDF/A-3a and PDF/UA-1) of the source.

        Args:
            source: Typst markup; texts of people only through `typst_string`.
            timestamp: Creation time written into the file, in seconds since 1970.

        Raises:
            RenderingError: ``forked-renderer``: the process was forked after its parent had compiled.
            CannotBeSetError: the source or its data cannot be set.
            OfficePartMissingError: Typst is not installed.
        """
        _refuse_after_fork()
        main = source.encode()
        compiler = self._take(main)
        try:
            pdf = compiler.compile(input=main, format="pdf", pdf_standards=_STANDARDS, timestamp=timestamp)
        except office_part("typst").TypstError as error:
            raise CannotBeSetError("; ".join([error.message, *error.hints])) from error
        finally:
            self._idle.append(compiler)
        if not isinstance(pdf, bytes):
            raise TypeError("the Typst compiler gave no PDF")
        return pdf

    def _take(self, main: bytes) -> typst.Compiler:
        try:
            return self._idle.pop()
        except IndexError:
            compiler: typst.Compiler = office_part("typst").Compiler(
                main,
                root=self._root,
                font_paths=_fonts(self._font_folders),
                ignore_system_fonts=True,
                package_path=PACKAGE_FOLDER,
                # Nothing is ever cached: this path cannot be made a folder.
                package_cache_path=Path(__file__),
            )
            return compiler
