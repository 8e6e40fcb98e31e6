"""
Every finding of our own inspection: its code, what it means for the file, and its sentence.

The inspecting process sends only codes and numbers; the sentences are made here, in the process that asked.
"""

from __future__ import annotations

from typing import Any

from perizinan_core.documents.report import Finding, Severity
from perizinan_core.i18n import N_

__all__ = ["FINDINGS", "finding"]

_REFUSE, _HOLD, _NOTE = Severity.REFUSE, Severity.HOLD, Severity.NOTE

FINDINGS: dict[str, tuple[Severity, str]] = {
    "empty": (_REFUSE, N_("The file is empty. Choose the file again, or scan the document again.")),
    "too-large": (
        _REFUSE,
        N_(
            "The file is larger than {limit_bytes}. Make it smaller, for example by scanning at 200 to "
            "300 dots per inch or by splitting it, and upload it again."
        ),
    ),
    "changed-while-read": (
        _REFUSE,
        N_(
            "The file changed while it was being checked. Wait until it is completely saved, then "
            "upload it again."
        ),
    ),
    "type-not-accepted": (
        _REFUSE,
        N_(
            "The file is of the kind “{type}”; accepted here: {types}. Save or scan the document in one"
            " of these forms."
        ),
    ),
    "dangerous-type": (
        _REFUSE,
        N_(
            "The file is of the kind “{type}”, which can do harm when it is opened. Accepted here: "
            "{types}. If you did not expect this, check your computer or telephone for viruses, and "
            "scan the paper document again."
        ),
    ),
    "name-differs": (
        _NOTE,
        N_(
            "The name of the file promises “{promised}”, but its content is “{actual}”; it is kept as "
            "what it is."
        ),
    ),
    "polyglot": (
        _REFUSE,
        N_(
            "The file is two kinds of file at once (“{type}” and something else hidden in it). Open it,"
            " save or print it as a new file, and upload the new one."
        ),
    ),
    "leading-data": (
        _REFUSE,
        N_(
            "There is foreign data in front of the document. Open it, save or print it as a new PDF, "
            "and upload that."
        ),
    ),
    "trailing-data": (
        _REFUSE,
        N_(
            "There is foreign data after the end of the document ({extra_bytes}). Open it, save it as a"
            " new file, and upload that."
        ),
    ),
    "damaged": (
        _REFUSE,
        N_(
            "The file is damaged or not complete, so that not everybody would see the same in it. "
            "Download or scan it again; if you can open it, save or print it as a new file and upload "
            "that."
        ),
    ),
    "bomb": (
        _REFUSE,
        N_(
            "The file unpacks to far more data than a document needs and could stop a computer. Scan "
            "the document again, or print it as a new PDF."
        ),
    ),
    "too-many-pixels": (
        _REFUSE,
        N_(
            "A picture has more than {limit} pixels. Scan it at 200 to 300 dots per inch, or make the "
            "picture smaller, and upload it again."
        ),
    ),
    "time-limit": (
        _HOLD,
        N_(
            "The check of this file could not be finished in time, for example because the server is busy; "
            "that says nothing about your file. Try again in a few minutes."
        ),
    ),
    "memory-limit": (
        _REFUSE,
        N_(
            "Checking this file needed too much memory. Make it smaller, for example by scanning at 200"
            " to 300 dots per inch, and upload it again."
        ),
    ),
    "inspection-failed": (
        _HOLD,
        N_(
            "This file could not be checked because of a fault in our program; that says nothing about your "
            "file. You can use another file, or bring the document to the counter."
        ),
    ),
    "scanner-refused": (_REFUSE, N_("The check for harmful content refused the file. Upload another copy.")),
    "scanner-failed": (
        _HOLD,
        N_(
            "The check for harmful content did not answer; that says nothing about your file. Try again "
            "in a few minutes."
        ),
    ),
    "pdf-password": (
        _REFUSE,
        N_(
            "The PDF is locked with a password. Remove the password (save or print it as a new PDF) and"
            " upload that."
        ),
    ),
    "pdf-restricted": (
        _REFUSE,
        N_(
            "The PDF is encrypted to forbid printing or copying, so it cannot be archived. Save or "
            "print it anew."
        ),
    ),
    "pdf-signed": (
        _NOTE,
        N_(
            "The PDF carries a digital signature (for example TTE or e-Meterai); it is kept exactly as it is."
        ),
    ),
    "pdf-restricted-accepted": (_NOTE, N_("The PDF is encrypted to forbid printing or copying.")),
    "pdf-javascript": (
        _REFUSE,
        N_("The PDF contains a program (JavaScript). Print it as a new PDF, which leaves the program out."),
    ),
    "pdf-launch": (
        _REFUSE,
        N_("The PDF tries to start another program or file. Print it as a new PDF and upload that."),
    ),
    "pdf-submit": (
        _REFUSE,
        N_(
            "The PDF is a form that sends or fetches data by itself. Fill it in, print it as a new PDF,"
            " upload that."
        ),
    ),
    "pdf-external": (
        _REFUSE,
        N_("The PDF draws on other files outside itself. Print it as a new PDF, which holds everything."),
    ),
    "pdf-unsafe-link": (
        _REFUSE,
        N_(
            "The PDF holds a link that opens a file or runs a program. Print it as a new PDF and upload that."
        ),
    ),
    "pdf-opens-website": (
        _REFUSE,
        N_("The PDF opens a website by itself. Print it as a new PDF and upload that."),
    ),
    "pdf-attachment": (
        _REFUSE,
        N_(
            "Other files travel inside the PDF. Upload each of them by itself, and the PDF without "
            "attachments."
        ),
    ),
    "pdf-permit-data": (_NOTE, N_("The PDF carries permit data for machines (permit.json).")),
    "pdf-media": (
        _REFUSE,
        N_("The PDF contains video, sound or 3D content. Print it as a new PDF and upload that."),
    ),
    "pdf-xfa": (
        _REFUSE,
        N_(
            "The PDF is an XFA form, which most programs cannot show. Fill it in, print it as a new "
            "PDF, upload that."
        ),
    ),
    "pdf-page-loop": (
        _REFUSE,
        N_("The list of pages in the PDF goes round in a circle. Print it as a new PDF or scan it again."),
    ),
    "pdf-no-pages": (_REFUSE, N_("The PDF has no pages. Choose the right file, or scan the document again.")),
    "pdf-too-many-pages": (
        _REFUSE,
        N_("The PDF has more than {limit} pages. Upload only the pages asked for, or split the document."),
    ),
    "image-several": (
        _REFUSE,
        N_(
            "The file holds several pictures or an animation. Save the one picture that counts, or put "
            "all into a PDF."
        ),
    ),
    "image-camera-extras": (
        _NOTE,
        N_("The telephone stored extra data behind the picture ({extra_bytes}), such as a short film."),
    ),
    "office-macros": (
        _REFUSE,
        N_(
            "The file contains macros (small programs). Save it without macros, or better as PDF, and "
            "upload that."
        ),
    ),
    "office-external": (
        _REFUSE,
        N_(
            "The file draws on other files or addresses. Save it as PDF, which holds everything, and "
            "upload that."
        ),
    ),
    "office-embedded": (
        _REFUSE,
        N_("Other files or controls are embedded in the file. Save it as PDF and upload that."),
    ),
    "office-encrypted": (
        _REFUSE,
        N_("The file is locked with a password. Remove the password, or save it as PDF, and upload that."),
    ),
}
"""Code → (meaning, English msgid)."""


def finding(code: str, **fields: Any) -> Finding:
    """
    Make one of our own findings.

    Raises:
        KeyError: ``code`` is none of `FINDINGS`; a plugin makes its own `Finding` with its own sentence.
    """
    severity, sentence = FINDINGS[code]
    return Finding(code, severity, sentence, fields)
