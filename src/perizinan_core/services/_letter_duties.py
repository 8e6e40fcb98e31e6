"""
What a template owes to those who check its letters, and what is said of one that owes something.

Each sentence says which value is missing, in which template, and what to write there. The core's own templates print
everything: there it is a text of the letter that cannot be read again.
"""

from __future__ import annotations

import attrs

from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_, translate
from perizinan_core.model._letter import Letter
from perizinan_core.services._letter_check import LetterFault, Whereabouts

__all__ = ["CORE_TEMPLATE", "DISAGREES", "TOO_LARGE", "Label", "duty_problem"]

CORE_TEMPLATE = "letter"
DISAGREES = "letter-disagrees"
TOO_LARGE = "letter-too-large"


@attrs.frozen
class Label:
    """A word of ours in a sentence: said in the language of the reader."""

    sentence: str

    def to(self, language: str) -> str:
        """Return the word."""
        return translate(self.sentence, language)


_LABELS = {
    "number": (N_("the number"), "title-block(letter)", "#say(letter.number)"),
    "holder": (N_("the name of the holder"), "field-table(letter.rows)", "#say(letter.holder)"),
    "object": (N_("what the permit is for"), "field-table(letter.rows)", "#say(letter.object)"),
    "issued_on": (N_("the date of the letter"), "signature-block(letter)", "#letter.issued_on.text"),
    "valid_until": (N_("the last day of validity"), "", "#say(letter.validity)"),
}
"""By field of ``permit.json``: its name, the part of the core that prints it, and how to print it alone."""

_SENTENCES = {
    Whereabouts.LEFT_OUT: N_(
        "The template “{template}” does not print {label}, so that no one could check the letter. "
        "Add {remedy} to the template."
    ),
    Whereabouts.IN_PIECES: N_(
        "The template “{template}” takes {label} apart: other text stands between its words, so that no one could "
        "check the letter. Print it in one piece, with {remedy}."
    ),
    Whereabouts.ASIDE: N_(
        "The template “{template}” prints {label} only where programs do not read it (running head, foot, background "
        "or artifact). Print it in the text of the page, with {remedy}."
    ),
}
_DATA = N_(
    "The letter would not show {label} as its data say ({field}), so that no one could check it. "
    "Shorten this text or write it in plain letters."
)
_CODES = {
    "permit-data-missing": N_(
        "The template “{template}” embeds no permit.json. Begin it with: show: sheet.with(letter)"
    ),
    "text-unreadable": N_(
        "The template “{template}” prints text that cannot be read again, because a font does not say what its "
        "signs mean. Use the fonts of the core: serif and sans."
    ),
    "qr-not-drawn": N_(
        "The template “{template}” does not draw the QR code, or not so that it can be read. "
        "Add signature-block(letter) or qr-code(letter) to the template, and lay nothing over the code."
    ),
}
_OTHER = N_(
    "The template “{template}” changes what the core puts into the letter ({code} {reason}), so that no one could "
    "check it. Leave permit.json to sheet, and the QR code to signature-block or qr-code."
)


def duty_problem(letter: Letter, fault: LetterFault) -> Problem:
    """Return the sentence for one fault: which value, which template, what to do."""
    template = letter.template
    if fault.field is None:
        sentence = _CODES.get(fault.code, _OTHER)
        told = {"template": template, "code": fault.code, "reason": fault.reason}
        return Problem("letter", DISAGREES, sentence, told)
    label, remedy = _label_and_remedy(letter, fault)
    sentence = _DATA if template == CORE_TEMPLATE else _SENTENCES[fault.where]
    fields: dict[str, object] = {"template": template, "label": label, "remedy": remedy, "field": fault.field}
    return Problem(f"letter.{fault.field}", DISAGREES, sentence, fields)


def _label_and_remedy(letter: Letter, fault: LetterFault) -> tuple[object, str]:
    known = _LABELS.get(str(fault.field))
    if known is None:
        place = int(str(fault.field)[len("fields[") : -1])
        return f"“{letter.statement.fields[place][0]}”", "field-table(letter.rows)"
    label, part, alone = known
    return Label(label), alone if not part or fault.where is Whereabouts.IN_PIECES else f"{part} / {alone}"
