"""
The printable verification report: one page per file, or a summary of many, as PDF/A-3a and PDF/UA-1.

It says what the JSON report says, in the words of a clerk: the answer, the permit, the four statements
about the signature, every check, what was compared with what, and by which keys.
"""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import attrs

from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate
from perizinan_core.model._calendar._zone import IndonesianTimeZone, format_moment
from perizinan_core.model._numerals import format_date
from perizinan_core.rendering._engine import PACKAGE_FOLDER, CannotBeSetError, Engine, typst_string
from perizinan_core.rendering._glyphs import written_out
from perizinan_core.rendering._report_fit import LINE_BUDGETS, fitted, shortened
from perizinan_core.rendering._report_words import FRAME, STATEMENTS
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._report import CheckName, Outcome, Report, SignatureReport, Verdict
from perizinan_core.verification._words import VERDICTS, headline, office_line

__all__ = ["MAX_PAGES", "ReportSummary", "render_reports", "render_summary"]

MAX_PAGES = 200
"""Most pages of one PDF; more files make a summary."""

_MAX_ROWS = 45
_MAX_SIGNATURES = 4
"""Most signatures that a page names; the JSON report has them all."""

_ZONE = "WIB"
_PAGE = re.compile(rb"/Type\s*/Page\b")


def render_reports(reports: Sequence[Report], *, language: str = DEFAULT_LANGUAGE) -> bytes:
    """
    Return a PDF with one page per report.

    Args:
        reports: One to `MAX_PAGES` of them.
        language: ``"id"`` or ``"en"``.

    Raises:
        ValueError: when there are none or too many.
    """
    if not 1 <= len(reports) <= MAX_PAGES:
        raise ValueError(f"expected 1 to {MAX_PAGES} reports, got {len(reports)}")
    pages, pdf = [_page(item, language) for item in reports], b""
    for lines in LINE_BUDGETS:
        pdf = _compile([fitted(page, lines) for page in pages], None, reports[0].checked_at, language)
        if len(_PAGE.findall(pdf)) == len(reports):
            break
    return pdf


@attrs.define
class ReportSummary:
    """Counts reports as they come; holds no more than what its page prints."""

    counts: Counter[Verdict] = attrs.field(factory=Counter)
    refused: list[tuple[str, Verdict]] = attrs.field(factory=list)
    """The first files that were not valid."""

    last: Report | None = None

    def add(self, report: Report) -> None:
        """Count one report."""
        self.counts[report.verdict] += 1
        self.last = attrs.evolve(report, checks=(), signatures=(), permit=None)
        if report.verdict is not Verdict.VALID and len(self.refused) < _MAX_ROWS:
            self.refused.append((report.file, report.verdict))


def render_summary(summary: ReportSummary, *, language: str = DEFAULT_LANGUAGE) -> bytes:
    """
    Return a PDF with one page about many files.

    Raises:
        ValueError: when nothing was counted.
    """
    if summary.last is None:
        raise ValueError("expected at least one report")
    total = summary.counts.total()
    left = total - summary.counts[Verdict.VALID] - len(summary.refused)
    more = translate(N_("and {count} more, see the JSON lines"), language, count=left) if left else ""
    data = {
        "checked_at": _moment(summary.last.checked_at, summary.last, language),
        "counts": [
            {"tone": said.tone, "word": translate(said.word, language), "count": str(summary.counts[verdict])}
            for verdict, said in VERDICTS.items()
            if summary.counts[verdict]
        ],
        "rows": [
            [shortened(name, 90), translate(VERDICTS[verdict].word, language)]
            for name, verdict in summary.refused
        ],
        "more": more,
        "evidence": [
            [translate(N_("Files"), language), str(total)],
            *_by_what(summary.last, language),
        ],
    }
    return _compile([], data, summary.last.checked_at, language)


def _page(report: Report, language: str) -> dict[str, Any]:
    said = headline(report)
    about = "permit" if report.trust is None else "signatures"
    return {
        "title": translate(FRAME[f"{about}_title"], language),
        "subject": translate(FRAME["copy" if report.copy is not None else about], language),
        "tone": said.tone,
        "word": translate(said.word, language),
        "meaning": translate(said.meaning, language),
        "checked_at": _moment(report.checked_at, report, language),
        "authority_name": office_line(report.authority.name, report.authority.region)
        if report.authority is not None
        else "",
        "reasons": [item.message(language) for item in report.reasons[:4]],
        "permit": [[translate(label, language), value] for label, value in _permit(report, language)],
        "statements": [_statement(report, *item, language) for item in STATEMENTS],
        "checks": [
            {
                "outcome": item.outcome.value,
                "title": translate(item.name.label, language),
                "sentence": item.reason.message(language),
                "code": item.reason.code,
            }
            for item in report.checks
        ],
        "compared": _compared(report, language),
        "evidence": [
            [translate(N_("File"), language), report.file],
            ["SHA-256", report.sha256 or "-"],
            *_by_what(report, language),
        ],
    }


def _permit(report: Report, language: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    permit = report.permit or report.copy
    if permit is not None:
        rows = [
            (N_("Permit"), permit.title or permit.permit_type),  # a QR code has no title
            (N_("Number"), permit.number),
            (N_("Holder"), permit.holder),
            (N_("For"), permit.object),
            *([(N_("Place"), permit.place)] if report.copy is not None and permit.place else []),
            *([(N_("Issued"), format_date(permit.issued_on, language))] if permit.issued_on else []),
            (N_("Valid"), _span(permit, language)),
        ]
    signers = [item for item in report.signatures if item.kind == "signature"]
    rows += [(N_("Signed by"), _signer(item, report, language)) for item in signers[:_MAX_SIGNATURES]]
    if len(signers) > _MAX_SIGNATURES:
        more = translate(N_("and {count} more"), language, count=len(signers) - _MAX_SIGNATURES)
        rows.append((N_("Signed by"), more))
    return rows


def _span(permit: PermitFacts, language: str) -> str:
    start = format_date(permit.valid_from, language)
    if permit.valid_until is None:
        return permit.validity_text or translate(N_("from {start}"), language, start=start)
    end = format_date(permit.valid_until, language)
    return translate(N_("{start} to {end}"), language, start=start, end=end)


def _indications(report: Report) -> str:
    """Return the words of the standard, several signatures with the names of their fields."""
    told = [
        (item.field, " / ".join(filter(None, (item.indication.value, item.sub_indication))))
        for item in report.signatures
    ]
    if len(told) == 1:
        return told[0][1]
    listed = [f"{shortened(name, 30)}: {words}" for name, words in told[:_MAX_SIGNATURES]]
    return "; ".join((*listed, *(("…",) if len(told) > _MAX_SIGNATURES else ())))


def _signer(signature: SignatureReport, report: Report, language: str) -> str:
    name = signature.signer or translate(N_("unknown"), language)
    if signature.signed_at is None:
        return name
    return f"{name}, {_moment(signature.signed_at, report, language)}"


def _statement(
    report: Report, field: str, title: str, names: Sequence[CheckName], language: str
) -> dict[str, str]:
    """Return one of the four statements: that of the signature itself, else the worst of its checks."""
    outcome, sentence = Outcome.NOT_CHECKED, ""
    signature = report.signature
    aspects = signature.aspects if signature is not None else None
    if aspects is not None:
        aspect = getattr(aspects, field)
        outcome, sentence = aspect.outcome, aspect.reason.message(language)
    else:
        checks = [report.check(name) for name in names if any(item.name is name for item in report.checks)]
        worst = min(checks, key=lambda item: _BADNESS.index(item.outcome), default=None)
        if worst is not None:
            decided = [item for item in checks if item.outcome is worst.outcome]
            outcome, sentence = worst.outcome, decided[-1].reason.message(language)
    return {"outcome": outcome.value, "title": translate(title, language), "sentence": sentence}


_BADNESS = (Outcome.FAILED, Outcome.INDETERMINATE, Outcome.NOT_CHECKED, Outcome.PASSED)
_COMPARED = (
    (CheckName.INTEGRITY, N_("the content of the file with the signed checksum")),
    (CheckName.SIGNER_ENTITLED, N_("the signer with the office's register of signatories")),
    (CheckName.PERMIT_DATA, N_("the embedded data (permit.json) with its schema")),
    (CheckName.PRINTED_TEXT, N_("the printed text with the embedded data")),
    (CheckName.QR, N_("the QR code with the embedded data")),
    (CheckName.STATUS, N_("the permit with the office's list or records of status")),
)
_MADE = (Outcome.PASSED, Outcome.FAILED)


def _compared(report: Report, language: str) -> str:
    outcomes = {item.name: item.outcome for item in report.checks}
    made = [translate(words, language) for name, words in _COMPARED if outcomes.get(name) in _MADE]
    if not made:
        return translate(N_("Nothing: the file was given up before."), language)
    return translate(N_("Compared: {things}."), language, things="; ".join(made))


def _by_what(report: Report, language: str) -> list[list[str]]:
    rows: list[tuple[str, str]] = []
    used = report.authority
    if used is not None:
        trust = (
            N_("its key was named by you")
            if used.trust == "pinned"
            else N_("taken as given: compare its key with the office's publication")
        )
        document = N_("{name}, version {version} ({trust})")
        rows = [
            (
                N_("Authority document"),
                translate(
                    document, language, name=used.name, version=used.version, trust=translate(trust, language)
                ),
            ),
            (N_("Its key (RFC 7638)"), "\n".join(used.keys)),
        ]
        if used.contact is not None:
            rows.append((N_("How to ask the office"), used.contact.line))
    elif report.trust is not None:
        rows = [(N_("Roots"), f"{report.trust.name} ({len(report.trust.roots)})")]
    if report.signatures:
        rows.append(("EN 319 102-1", _indications(report)))
    rows += [
        (N_("Certificate (SHA-256)"), item.certificate_sha256)
        for item in report.signatures[:2]
        if item.certificate_sha256
    ]
    rows.append((N_("Judged for"), _moment(report.checked_at, report, language)))
    return [[translate(label, language), value] for label, value in rows]


def _moment(moment: datetime, report: Report, language: str) -> str:
    zone = report.authority.time_zone if report.authority is not None else _ZONE
    return format_moment(moment, IndonesianTimeZone(zone), language)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(PACKAGE_FOLDER)


def _compile(pages: list[dict[str, Any]], summary: Any, moment: datetime, language: str) -> bytes:
    words = {name: translate(text, language) for name, text in FRAME.items()}
    data = {"language": language, "words": words, "pages": pages, "summary": summary}
    try:
        timestamp = max(0, timegm(moment.utctimetuple()))
    except OverflowError:  # the first or the last hours that can be written
        timestamp = 0
    try:
        return _engine().compile(_source(data), timestamp)
    except CannotBeSetError:
        # A file name or a stranger's certificate holds signs that no font shows: they are written out.
        return _engine().compile(_source(written_out(data)), timestamp)


def _source(data: Any) -> str:
    text = typst_string(json.dumps(data))
    return f'#import "@perizinan/report:1.0.0": report\n#report(json(bytes({text})))\n'
