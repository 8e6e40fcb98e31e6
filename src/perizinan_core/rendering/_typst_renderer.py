"""
The renderer of the core: a letter's data, a Typst template, a PDF/A-3a and PDF/UA-1 file.

In order: texts are judged by the rules of `texts`; the QR is drawn; the template is compiled with
the data and ``permit.json``. When Typst says that a font lacks something, every text is tried on
its own, so that the error names all fields and characters at once.
"""

from __future__ import annotations

import hashlib
import json
from calendar import timegm
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs

from perizinan_core._converters import canonical_json
from perizinan_core.errors.rendering import RenderingError, UnprintableText, UnprintableTextError
from perizinan_core.model._letter import Letter
from perizinan_core.rendering._contract import Paper, template_data
from perizinan_core.rendering._engine import (
    PACKAGE_FOLDER,
    PACKAGE_VERSION,
    CannotBeSetError,
    Engine,
    check_sources,
    shows_undescribed_picture,
    typst_string,
)
from perizinan_core.rendering._glyphs import find_missing_glyphs
from perizinan_core.rendering._qr import draw_qr
from perizinan_core.rendering._texts import find_unprintable, letter_texts

__all__ = ["PLACEHOLDER_NUMBER", "PLACEHOLDER_QR", "TypstRenderer"]

PLACEHOLDER_NUMBER = "000.0.0/0000/000.000/0000"
"""Stands for the number in a rehearsal."""

PLACEHOLDER_QR = "HTTPS://CONTOH.INVALID/P#" + "A" * 300
"""Stands for the QR text in a rehearsal: as long as signed claims are."""

_CORE_TEMPLATE = "letter"
_WITHOUT_ALT = "missing alt text"


class TypstRenderer:
    """
    Renders letters with Typst; one object serves all threads of a process.

    Args:
        templates: Further templates: name → folder that holds ``<name>.typ`` and all it needs (its
            logos too). A template named ``letter`` replaces the core's.
        assets: Folder with the logos that letters on the core's template name.
        fonts: Folders with further fonts, for scripts that the core's fonts lack.
        paper: Sheet size of letters; a card has its own.
    """

    def __init__(
        self,
        *,
        templates: Mapping[str, Path] | None = None,
        assets: Path | None = None,
        fonts: Sequence[Path] = (),
        paper: Paper = Paper.A4,
    ) -> None:
        self._paper = paper
        self._fonts = tuple(fonts)
        self._folders = {_CORE_TEMPLATE: assets or PACKAGE_FOLDER, **(templates or {})}
        self._own = frozenset(templates or ())
        self._engines: dict[str, Engine] = {}

    @property
    def template_names(self) -> tuple[str, ...]:
        """Names that a permit type's letter rule may use."""
        return tuple(sorted(self._folders))

    def render(self, letter: Letter) -> bytes:
        """
        Return the unsigned PDF; the same letter gives the same bytes.

        Raises:
            UnprintableTextError: a text cannot be shown as it is.
            RenderingError: ``qr-text-too-long``: the QR would be too fine for paper.
            RenderingError: ``template-not-found``: the letter names a template that is not there.
            RenderingError: ``template-fault``: the template does not compile.
            RenderingError: ``logo-not-found``: the letterhead's logo is not there.
        """
        return self._render(letter, draft=False)

    def rehearse(self, letter: Letter) -> bytes:
        """
        Return a draft, made exactly like the letter; call it before a number is taken.

        An empty number and QR text are replaced by placeholders of usual length.

        Raises:
            UnprintableTextError: a text cannot be shown as it is.
            RenderingError: ``qr-text-too-long``: the QR would be too fine for paper.
            RenderingError: ``template-not-found``: the letter names a template that is not there.
            RenderingError: ``template-fault``: the template does not compile.
            RenderingError: ``logo-not-found``: the letterhead's logo is not there.
        """
        number = letter.statement.number or PLACEHOLDER_NUMBER
        rehearsed = attrs.evolve(
            letter,
            statement=attrs.evolve(letter.statement, number=number),
            qr_text=letter.qr_text or PLACEHOLDER_QR,
        )
        return self._render(rehearsed, draft=True)

    def edition(self, template: str, logo: str | None = None) -> str:
        """Return a hash that changes with everything that letters are printed with; see `EditionedRenderer`."""
        root = self._folders.get(template)
        paths: Iterable[Path] = ()
        if root is not None and template in self._own:
            paths = (path for path in root.rglob("*") if path.is_file())
        elif root is not None and logo is not None:
            paths = (root / logo,)
        found = sorted((str(path), _file_hash(path)) for path in paths)
        known = [_printed_with(), self._paper.value, *map(str, self._fonts), *map(str, found)]
        return hashlib.sha256("\n".join(known).encode()).hexdigest()

    def check(self, template: str, logo: str | None = None) -> None:
        """
        Look through the sources of a template; see `EditionedRenderer`.

        Raises:
            RenderingError: ``template-not-found``: there is no such template.
            RenderingError: ``template-fault``: its file is missing, or it imports what letters may not.
            RenderingError: ``picture-without-alt``: it shows a picture without a description.
            RenderingError: ``logo-not-found``: the logo is not in its folder.
        """
        root = self._folder(template)
        if template in self._own:
            _check_folder(template, root)
            for path in sorted(root.rglob("*.typ")):
                if shows_undescribed_picture(path.read_text("utf-8")):
                    raise RenderingError("picture-without-alt", template=template)
        _check_logo(root, logo)

    def _render(self, letter: Letter, *, draft: bool) -> bytes:
        engine = self._engine(letter.template)
        _check_logo(self._folders[letter.template], letter.logo)
        refused = [problem for item in letter_texts(letter) for problem in find_unprintable(item)]
        if refused:
            raise UnprintableTextError(problems=(*refused, *self._missing_glyphs(letter, refused)))
        source = self._source(
            letter, template_data(letter, draw_qr(letter.qr_text), paper=self._paper, draft=draft)
        )
        try:
            return engine.compile(source, timegm(letter.statement.issued_on.timetuple()))
        except CannotBeSetError as error:
            problems = self._missing_glyphs(letter, [])
            if problems:
                raise UnprintableTextError(problems=problems) from error
            if _WITHOUT_ALT in str(error):
                raise RenderingError("picture-without-alt", template=letter.template) from error
            raise RenderingError("template-fault", template=letter.template, reason=str(error)) from error

    def _source(self, letter: Letter, data: dict[str, Any]) -> str:
        data["permit"] = canonical_json(letter.statement).decode()
        own = letter.template in self._own
        module = f"/{letter.template}.typ" if own else f"@perizinan/letter:{PACKAGE_VERSION}"
        logo = "none"
        if letter.logo is not None:
            alt = typst_string(data["labels"]["logo_alt"])
            logo = f"image({typst_string('/' + letter.logo)}, alt: {alt})"
        return (
            f"#import {typst_string(module)}: template\n"
            f"#template(json(bytes({typst_string(_json(data))})), logo: {logo})\n"
        )

    def _missing_glyphs(
        self, letter: Letter, refused: Sequence[UnprintableText]
    ) -> tuple[UnprintableText, ...]:
        known = {problem.field for problem in refused}
        return find_missing_glyphs(
            (item for item in letter_texts(letter) if item.field not in known), self._fonts
        )

    def _engine(self, name: str) -> Engine:
        engine = self._engines.get(name)
        if engine is None:
            engine = self._engines.setdefault(name, self._open(name))
        return engine

    def _folder(self, name: str) -> Path:
        if name not in self._folders:
            raise RenderingError("template-not-found", template=name, known=self.template_names)
        return self._folders[name]

    def _open(self, name: str) -> Engine:
        root = self._folder(name)
        if name in self._own:
            _check_folder(name, root)
        return Engine(root, self._fonts)


def _check_folder(name: str, root: Path) -> None:
    if not (root / f"{name}.typ").is_file():
        raise RenderingError("template-fault", template=name, reason=f"its folder holds no {name}.typ")
    check_sources(name, root)


def _check_logo(folder: Path, logo: str | None) -> None:
    if logo is None:
        return
    root = folder.resolve()
    path = (root / logo).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise RenderingError("logo-not-found", logo=logo)


@lru_cache(maxsize=1)
def _printed_with() -> str:
    return f"perizinan-core {version('perizinan-core')}, typst {version('typst')}"


def _file_hash(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return _content_hash(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _content_hash(path: Path, _changed: int, _size: int) -> str:
    """Return the hash of a file that did not change since it was read last."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))
