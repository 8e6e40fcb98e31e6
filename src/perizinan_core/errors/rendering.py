"""Letters that cannot be printed, and templates that do not work."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = ["RenderingError", "UnprintableReason", "UnprintableText", "UnprintableTextError"]

SHOWN_CHARACTERS = 12
"""So many different characters are named for one text; more would hide what to do."""


class UnprintableReason(StrEnum):
    """Why a text cannot stand in a letter."""

    NO_GLYPH = "no-glyph"
    """No font of the letter shows the character."""
    CONTROL = "control"
    """Control characters and halves of characters: a program put them there, not a person."""
    INVISIBLE = "invisible"
    """Characters that no one sees: two texts that look alike would differ."""
    DIRECTION = "direction"
    """Characters that turn the reading direction: print and data would say different things."""
    STRAY_MARK = "stray-mark"
    """Accents or vowel signs without a letter of their script, or piled up."""


_SENTENCES: dict[UnprintableReason, str] = {
    UnprintableReason.NO_GLYPH: N_(
        "“{label}” holds {characters} ({script}), which no font of the letter can show. "
        "Write it in Latin letters or in a script that the letter has."
    ),
    UnprintableReason.CONTROL: N_(
        "“{label}” holds control characters ({characters}). Type the text again instead of copying "
        "it from another program."
    ),
    UnprintableReason.INVISIBLE: N_(
        "“{label}” holds invisible characters ({characters}). Type the text again instead of copying "
        "it from another program."
    ),
    UnprintableReason.DIRECTION: N_(
        "“{label}” holds characters that turn the reading direction ({characters}). "
        "Remove them; Arabic text needs none of them."
    ),
    UnprintableReason.STRAY_MARK: N_(
        "“{label}” holds accents or vowel signs that belong to no letter ({characters}). Type the word again."
    ),
}


@attrs.frozen(kw_only=True)
class UnprintableText:
    """One text of a letter that cannot be printed, and why."""

    field: str
    """Path in the letter, e.g. ``"statement.holder"`` or ``"terms[2]"``."""

    label: str
    """What a clerk calls it: the printed label, or an English msgid."""

    reason: UnprintableReason
    characters: tuple[str, ...] = attrs.field(repr=False)
    """The characters in question, each once, in code point order."""

    scripts: tuple[str, ...] = ()
    """English names of their scripts (msgids)."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence for the clerk, the remedy included."""
        return translate(
            _SENTENCES[self.reason],
            language,
            label=translate(self.label, language),
            characters=self._shown(),
            script=", ".join(translate(name, language) for name in self.scripts),
        )

    def _shown(self) -> str:
        visible = self.reason is UnprintableReason.NO_GLYPH
        names = [
            f"{char} U+{ord(char):04X}" if visible and char.isprintable() else f"U+{ord(char):04X}"
            for char in self.characters
        ]
        rest = ["…"] if len(names) > SHOWN_CHARACTERS else []
        return ", ".join(names[:SHOWN_CHARACTERS] + rest)


class RenderingError(CodedError):
    """
    Anything that keeps a letter from becoming a PDF.

    Values of its codes:

    - ``known``: names of the templates there are
    - ``length``: characters of the text
    - ``limit``: largest QR version used on letters
    - ``reason``: what Typst or the check of the template's sources said
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: "qr-text-too-long unprintable-text",
            Category.OFFICE: (
                "forked-renderer logo-not-found picture-without-alt template-fault template-not-found"
            ),
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "qr-text-too-long": Code(
            N_(
                "The text of the QR code has {length} characters and needs a code larger than version "
                "{limit}, which a phone does not read from paper. Shorten the object, the holder or the "
                "verification address."
            )
        ),
        "template-not-found": Code(
            N_(
                "There is no letter template “{template}”; there are: {known}. Name one of them in the "
                "catalogue, or install the plugin that brings it."
            )
        ),
        "template-fault": Code(
            N_(
                "The letter template “{template}” does not work: {reason}. Correct the template; the "
                "permit's data need no change."
            )
        ),
        "picture-without-alt": Code(
            N_(
                "The letter template “{template}” shows a picture without a description, which people who cannot see "
                'it need and PDF/UA demands. Write it beside the picture: image("arms.svg", alt: "Arms of the city"); '
                "a picture that says nothing goes into pdf.artifact(…)."
            )
        ),
        "logo-not-found": Code(
            N_(
                "The letterhead names the logo “{logo}”, but the folder of the letter's pictures holds no "
                "such file. Put an SVG or PNG of that name there, or take the logo out of the letterhead."
            )
        ),
        "forked-renderer": Code(
            N_(
                "This process was forked from one that had already printed letters, and cannot print any "
                "itself. Start workers before the first letter, or with the start method “spawn” or "
                "“forkserver”."
            )
        ),
    }


@attrs.define(slots=False, eq=False)
class UnprintableTextError(RenderingError):
    """
    Texts of the letter cannot be shown faithfully; nothing was printed.

    ``message`` shows the characters to the clerk; ``str(error)`` and ``repr(error)``, which may end
    in logs, name fields and scripts only.
    """

    problems: tuple[UnprintableText, ...]
    """Every text that cannot be printed."""

    code: ClassVar[str] = "unprintable-text"
    sentence: ClassVar[str] = N_(
        "The letter cannot be printed as it is. {problems} Correct the data, then try again."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Return every problem as a sentence of its own."""
        return {"problems": " ".join(problem.message(language) for problem in self.problems)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return every text that cannot be printed."""
        return tuple(
            FieldProblem(
                f"letter.{item.field}",
                translate(item.label, language),
                item.reason.value,
                item.message(language),
            )
            for item in self.problems
        )

    def __str__(self) -> str:
        places = "; ".join(
            f"{problem.field}: {problem.reason.value}"
            + (f" ({', '.join(problem.scripts)})" if problem.scripts else "")
            for problem in self.problems
        )
        return f"the letter cannot be printed: {places}"
