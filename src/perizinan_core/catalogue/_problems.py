"""Collects everything that is wrong in the files, each with file, path and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import attrs

from perizinan_core.catalogue._nodes import Node
from perizinan_core.errors.catalogue import CatalogueProblem, Phrase
from perizinan_core.i18n import N_

__all__ = ["Problems", "nearest", "suggestion"]

MAX_PROBLEMS = 500
"""More than this help no one; the rest is counted in the last problem."""


@attrs.define
class Problems:
    """The problems found so far. Nothing raises while files are read: all of them are reported at once."""

    found: list[CatalogueProblem] = attrs.field(factory=list)
    warnings: list[CatalogueProblem] = attrs.field(factory=list)

    def add(self, node: Node, code: str, sentence: str, /, **fields: object) -> None:
        """Report an error at ``node``."""
        self._append(
            self.found, CatalogueProblem(code, node.file, node.path, node.line, Phrase(sentence, fields))
        )

    def warn(self, node: Node, code: str, sentence: str, /, **fields: object) -> None:
        """Report something that does not keep the catalogue from being used."""
        problem = CatalogueProblem(code, node.file, node.path, node.line, Phrase(sentence, fields))
        self._append(self.warnings, problem)

    def add_file(
        self, file: str, code: str, sentence: str, /, *, line: int | None = None, **fields: object
    ) -> None:
        """Report an error of a whole file or folder."""
        self._append(self.found, CatalogueProblem(code, file, "$", line, Phrase(sentence, fields)))

    def warn_no_authority(self, node: Node) -> None:
        """Say once that nothing could be checked against an authority."""
        self.warn(
            node,
            "no-authority",
            N_("there is no authority.yaml; units, registers, delegations and the calendar were not checked"),
        )

    @staticmethod
    def _append(target: list[CatalogueProblem], problem: CatalogueProblem) -> None:
        if len(target) < MAX_PROBLEMS and problem not in target:
            target.append(problem)


def nearest(word: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return the names most like ``word``."""
    return tuple(difflib.get_close_matches(word[:80], sorted(set(known)), n=count, cutoff=0.6))


def suggestion(word: str, known: Iterable[str]) -> Phrase:
    """Return "did you mean …?", or the list of what is known when nothing is near."""
    names = sorted(set(known))
    close = nearest(word, names, 1)
    if close:
        return Phrase(N_("did you mean {name!r}?"), {"name": close[0]})
    if not names:
        return Phrase(N_("nothing is known by name here"))
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return Phrase(N_("known here: {names}"), {"names": shown})
