"""
Every finding of our own inspection: its code, what it means for the file, its sentence and its remedy.

The inspecting process sends only codes and numbers; the sentences are made here, in the process that asked.
A remedy is named only where it was tried on a refused file and its result was accepted: ``make test-remedies``.
"""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core.documents._report import Finding, Severity
from perizinan_core.i18n import N_

__all__ = ["FINDINGS", "REMEDIES", "finding", "for_signed"]

_REFUSE, _HOLD, _NOTE = Severity.REFUSE, Severity.HOLD, Severity.NOTE

FINDINGS: dict[str, tuple[Severity, str]] = {
    "empty": (_REFUSE, N_("The file is empty.")),
    "too-large": (_REFUSE, N_("The file is larger than {limit_bytes}.")),
    "changed-while-read": (_REFUSE, N_("The file changed while it was being checked.")),
    "type-not-accepted": (_REFUSE, N_("The file is of the kind “{type}”; accepted here: {types}.")),
    "dangerous-type": (
        _REFUSE,
        N_("The file is of the kind “{type}”, which can do harm when it is opened. Accepted here: {types}."),
    ),
    "name-differs": (
        _NOTE,
        N_(
            "The name of the file promises “{promised}”, but its content is “{actual}”; it is kept as what "
            "it is."
        ),
    ),
    "polyglot": (
        _REFUSE,
        N_("The file is two kinds of file at once (“{type}” and something else hidden in it)."),
    ),
    "leading-data": (_REFUSE, N_("There is foreign data in front of the document.")),
    "trailing-data": (_REFUSE, N_("There is foreign data after the end of the document ({extra_bytes}).")),
    "damaged": (
        _REFUSE,
        N_("The file is damaged or not complete, so that not everyone would see the same in it."),
    ),
    "bomb": (
        _REFUSE,
        N_("The file unpacks to far more data than a document needs and could stop a computer."),
    ),
    "too-many-pixels": (_REFUSE, N_("A picture has more than {limit} pixels.")),
    "time-limit": (
        _HOLD,
        N_(
            "The check of this file could not be finished in time, for example because the server is busy; "
            "that says nothing about your file."
        ),
    ),
    "memory-limit": (_REFUSE, N_("Checking this file needed too much memory.")),
    "inspection-failed": (
        _HOLD,
        N_(
            "This file could not be checked because of a fault in our program; that says nothing about your "
            "file."
        ),
    ),
    "scanner-refused": (_REFUSE, N_("The check for harmful content refused the file.")),
    "scanner-failed": (
        _HOLD,
        N_("The check for harmful content did not answer; that says nothing about your file."),
    ),
    "pdf-password": (_REFUSE, N_("The PDF is locked with a password.")),
    "pdf-restricted": (
        _REFUSE,
        N_("The PDF is encrypted to forbid printing or copying, so it cannot be archived."),
    ),
    "pdf-repaired": (
        _NOTE,
        N_(
            "The PDF is not built entirely by the rules; two programs read the same pages in it, so it is kept "
            "exactly as it is."
        ),
    ),
    "pdf-signed": (
        _NOTE,
        N_(
            "The PDF carries a digital signature (for example TTE or e-Meterai); it is kept exactly as it is."
        ),
    ),
    "pdf-restricted-accepted": (_NOTE, N_("The PDF is encrypted to forbid printing or copying.")),
    "pdf-javascript": (_REFUSE, N_("The PDF contains a program (JavaScript).")),
    "pdf-launch": (_REFUSE, N_("The PDF tries to start another program or file.")),
    "pdf-submit": (_REFUSE, N_("The PDF is a form that sends or fetches data by itself.")),
    "pdf-external": (_REFUSE, N_("The PDF draws on other files outside itself.")),
    "pdf-unsafe-link": (_REFUSE, N_("The PDF holds a link that runs a program.")),
    "pdf-unusual-link": (
        _NOTE,
        N_(
            "The PDF holds a link to a file or with an unusual address; nothing opens unless someone follows it."
        ),
    ),
    "pdf-opens-website": (_REFUSE, N_("The PDF opens a website by itself.")),
    "pdf-attachment": (_REFUSE, N_("Other files travel inside the PDF.")),
    "pdf-permit-data": (_NOTE, N_("The PDF carries permit data for machines (permit.json).")),
    "pdf-media": (_REFUSE, N_("The PDF contains video, sound or 3D content.")),
    "pdf-xfa": (_REFUSE, N_("The PDF is an XFA form, which most programs cannot show.")),
    "pdf-page-loop": (_REFUSE, N_("The list of pages in the PDF goes round in a circle.")),
    "pdf-no-pages": (_REFUSE, N_("The PDF has no pages.")),
    "pdf-too-many-pages": (_REFUSE, N_("The PDF has more than {limit} pages.")),
    "image-several": (_REFUSE, N_("The file holds several pictures or an animation.")),
    "image-camera-extras": (
        _NOTE,
        N_("The telephone stored extra data behind the picture ({extra_bytes}), such as a short film."),
    ),
    "office-macros": (_REFUSE, N_("The file contains macros (small programs).")),
    "office-external": (_REFUSE, N_("The file draws on other files or addresses.")),
    "office-embedded": (_REFUSE, N_("Other files or controls are embedded in the file.")),
    "office-encrypted": (_REFUSE, N_("The file is locked with a password.")),
}
"""Code → (meaning, English msgid of what is wrong)."""

_PAPER = N_(
    "Print it on paper and scan or photograph that; or print it with a PDF printer such as “Microsoft Print to PDF”. "
    "Upload the result. “Save as PDF” in a browser does not help here: it may keep what is refused."
)
_PRINT_OR_SCAN = N_(
    "Scan or photograph the document again; or open it, print it as a new PDF (choose “Save as PDF” in the print "
    "window), check that nothing is missing, and upload that. If the document is digitally signed, get it again from "
    "its issuer instead, because any change would destroy the signature."
)
_SMALLER = N_(
    "Scan the document at 200 to 300 dots per inch, or make the picture smaller, and upload that. If the document "
    "is digitally signed, ask its issuer for a smaller file instead, because any change would destroy the signature."
)
_CHOOSE = N_("Choose the right file, or scan the document again.")
_AGAIN = N_("Try again in a few minutes.")
_SAVE_AS_PDF = N_("Open it in the program that it was made with, export it as PDF, and upload that.")

REMEDIES: dict[str, str] = {
    "empty": _CHOOSE,
    "too-large": _SMALLER,
    "changed-while-read": N_("Wait until it is completely saved, then upload it again."),
    "type-not-accepted": N_("Scan or photograph the document, or save it, in one of these forms."),
    "dangerous-type": N_(
        "If you did not make such a file, check your computer or telephone for viruses. Scan or photograph the "
        "paper document, and upload that."
    ),
    "polyglot": _PAPER,
    "leading-data": _PRINT_OR_SCAN,
    "trailing-data": _PRINT_OR_SCAN,
    "damaged": N_(
        "Download, scan or photograph it again. If you can open it and nothing is missing, print it as a new PDF "
        "(choose “Save as PDF” in the print window) and upload that. If the document is digitally signed, get it "
        "again from its issuer instead, because any change would destroy the signature."
    ),
    "bomb": _PRINT_OR_SCAN,
    "too-many-pixels": _SMALLER,
    "time-limit": _AGAIN,
    "memory-limit": _SMALLER,
    "inspection-failed": N_("You can use another file, or bring the document to the counter."),
    "scanner-refused": N_(
        "Check your computer or telephone for viruses. Scan or photograph the paper document, and upload that."
    ),
    "scanner-failed": _AGAIN,
    "pdf-password": N_(
        "Open it with its password, print it as a new PDF (choose “Save as PDF” in the print window), and upload "
        "that. If the document is digitally signed, ask its issuer for a copy without a password instead, because "
        "any change would destroy the signature."
    ),
    "pdf-restricted": N_("Ask its issuer for a copy without this lock, or scan the paper document."),
    "pdf-javascript": _PAPER,
    "pdf-launch": _PAPER,
    "pdf-submit": N_(
        "Fill it in, print it on paper and scan or photograph that; or print it with a PDF printer such as “Microsoft "
        "Print to PDF”. Upload the result. “Save as PDF” in a browser does not help here: it may keep what is refused."
    ),
    "pdf-external": _PAPER,
    "pdf-unsafe-link": _PAPER,
    "pdf-opens-website": _PAPER,
    "pdf-attachment": N_(
        "Print it on paper and scan or photograph that; or print it with a PDF printer such as “Microsoft Print to "
        "PDF”. Upload the result, and by itself what is needed of the other files. “Save as PDF” in a browser does "
        "not help here: it may keep what is refused."
    ),
    "pdf-media": _PAPER,
    "pdf-xfa": N_(
        "Open it in a program that shows it, such as Adobe Acrobat Reader, fill it in, and print it on paper or with "
        "a PDF printer such as “Microsoft Print to PDF”. Upload that, or a scan of the paper."
    ),
    "pdf-page-loop": N_("Get it again from its issuer, or scan or photograph the paper document."),
    "pdf-no-pages": _CHOOSE,
    "pdf-too-many-pages": N_(
        "Open it, print only the pages that are asked for as a new PDF (choose “Save as PDF” in the print window), "
        "and upload that."
    ),
    "image-several": N_("Save the one picture that counts, or all of them as a PDF, and upload that."),
    "office-macros": _SAVE_AS_PDF,
    "office-external": _SAVE_AS_PDF,
    "office-embedded": _SAVE_AS_PDF,
    "office-encrypted": N_(
        "Open it with its password, export it as PDF without a password, and upload that."
    ),
}
"""Code → English msgid of what the applicant can do about it; notes have none."""

_SIGNED_FOR_COUNTER = N_(
    "It is digitally signed, so it has to stay exactly as it is: the counter can accept it so, or get it again "
    "from its issuer."
)
_SIGNED_FOR_ISSUER = N_(
    "It is digitally signed, so it has to stay exactly as it is: ask its issuer for another copy, without what is "
    "named here."
)


def finding(code: str, **fields: Any) -> Finding:
    """
    Make one of our own findings.

    Raises:
        KeyError: ``code`` is not one of `FINDINGS`; a plugin makes its own `Finding` with its own sentence.
    """
    severity, sentence = FINDINGS[code]
    return Finding(code, severity, sentence, fields, REMEDIES.get(code, ""))


def for_signed(found: Finding, *, office_may_accept: bool) -> Finding:
    """
    Return a finding about a digitally signed document with a remedy that leaves its signature alone.

    Args:
        found: What was found.
        office_may_accept: Whether an officer can accept the document as it is.
    """
    if found.severity is not Severity.REFUSE:
        return found
    return attrs.evolve(found, remedy=_SIGNED_FOR_COUNTER if office_may_accept else _SIGNED_FOR_ISSUER)
