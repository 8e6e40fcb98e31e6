"""
Which remedy each finding names, and how it is tried: the table of ``make test-remedies``.

A test in ``tests/documents`` holds it against the findings and their sentences. ``WAYS`` says for every code by
which programs its remedy is tried; each must give a file that our inspection accepts. ``UNTRIED`` says of the
others why nothing is tried.
"""

PRINT = ("chromium", "ghostscript", "libreoffice")
"""Print as a new PDF: PDFs and pictures in a browser, PDFs by a PDF printer, office files in LibreOffice."""

PAPER = ("printer", "scan")
"""Print with a PDF printer, or on paper and scan: nothing but what is seen survives."""

WAYS = {
    "too-large": ("smaller",),
    "too-many-pixels": ("smaller",),
    "type-not-accepted": ("convert",),
    "polyglot": (*PAPER, "libreoffice"),
    "leading-data": (*PRINT, "scan"),
    "trailing-data": (*PRINT, "scan"),
    "damaged": PRINT,
    "bomb": (*PRINT, "scan"),
    "pdf-password": ("password",),
    "pdf-javascript": PAPER,
    "pdf-launch": PAPER,
    "pdf-submit": PAPER,
    "pdf-external": PAPER,
    "pdf-unsafe-link": PAPER,
    "pdf-opens-website": PAPER,
    "pdf-attachment": PAPER,
    "pdf-media": PAPER,
    "pdf-xfa": PAPER,
    "pdf-too-many-pages": ("some-pages",),
    "image-several": ("first-picture", "pictures-as-pdf"),
    "office-macros": ("libreoffice",),
    "office-external": ("libreoffice",),
    "office-embedded": ("libreoffice",),
}
"""Code → ways; a way passes over a file that it is not meant for."""

UNTRIED = {
    "empty": "Another file is needed: there is nothing in this one.",
    "changed-while-read": "The same file is uploaded again; it needs no program.",
    "dangerous-type": "The paper document is scanned, not the refused file.",
    "memory-limit": "Its remedy is that of too-large, which is tried; the limit depends on the machine.",
    "time-limit": "The same file is uploaded again; it needs no program.",
    "inspection-failed": "The fault is ours; another file or the counter needs no program.",
    "scanner-refused": "The paper document is scanned, not the refused file.",
    "scanner-failed": "The same file is uploaded again; it needs no program.",
    "office-encrypted": "The password is typed in a window; exporting as PDF is tried for the other office files.",
    "pdf-restricted": "Accepted with a note; the sentence sends the applicant to the issuer.",
    "pdf-page-loop": "No program opens it whole: another file is needed, or a scan of the paper.",
    "pdf-no-pages": "Another file is needed: there is nothing in this one.",
}
"""Code → why nothing is tried."""

MAY_NOT_OPEN = frozenset({"damaged", "polyglot", "bomb", "leading-data", "trailing-data", "too-many-pixels"})
"""Codes whose sentence says "open it" and offers another remedy for a file that no program opens."""
