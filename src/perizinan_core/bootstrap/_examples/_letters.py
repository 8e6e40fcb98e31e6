"""Printing the letters of a catalogue with invented data (`catalogue.LetterCheck`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from perizinan_core.bootstrap._examples._made_up import first_day, local_moment
from perizinan_core.bootstrap._examples._throw_away import ExampleClock, open_throw_away
from perizinan_core.catalogue import Catalogue
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.rendering import RenderingError
from perizinan_core.model._permit_type import PermitType
from perizinan_core.rendering import TypstRenderer
from perizinan_core.services._letter_duties import DISAGREES

__all__ = ["check_letters"]


def check_letters(catalogue: Catalogue, folders: Iterable[Path]) -> Iterator[tuple[PermitType, str, str]]:
    """
    Yield what keeps letters from being issued because of their templates: permit type, sentence, code.

    Each template is printed for the first permit type that names it.

    Args:
        catalogue: With its authority; without one nothing can be printed.
        folders: Where the templates are, each as ``<name>.typ``.
    """
    authority = catalogue.authority
    if authority is None:
        return
    templates = {path.stem: folder for folder in folders for path in sorted(folder.glob("*.typ"))}
    renderer = TypstRenderer(templates=templates)
    plain = attrs.evolve(authority, letterhead=attrs.evolve(authority.letterhead, logo=None))
    known = set()
    for item in catalogue.permit_types:
        if item.letter is None or item.letter.template in known:
            continue
        known.add(item.letter.template)
        try:
            renderer.check(item.letter.template)
            moment = local_moment(plain, first_day(item, plain))
            office, _context = open_throw_away(
                attrs.evolve(catalogue, authority=plain), plain, ExampleClock(moment), renderer
            )
            shown = office.letters.preview(item.code, now=moment)
        except RenderingError as error:
            yield item, error.message(), error.code
            continue
        except PerizinanError:
            # Invented data may break rules that real ones keep; the examples of the catalogue judge these.
            continue
        for problem in shown.problems:
            if problem.code in RenderingError.codes or problem.code == DISAGREES:
                yield item, problem.message(), problem.code
