"""What a verdict and an office are called before people: in a terminal, on paper, on a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import attrs

from perizinan_core.i18n import N_
from perizinan_core.verification._report import CheckName, Outcome, Report, Verdict

ASK_THE_OFFICE = N_("To ask the office: {contact}")


@attrs.frozen
class Headline:
    """The answer at a glance."""

    tone: str
    """``good``, ``bad`` or ``open``: how it is to look."""

    word: str
    """English msgid, as `meaning` is."""

    meaning: str


_HEADLINES: Mapping[str, Mapping[str, Headline]] = {
    kind: {key: Headline(**row) for key, row in rows.items()}
    for kind, rows in json.loads(Path(__file__).with_name("headlines.json").read_text("utf-8")).items()
}
"""Of a permit, of signatures where only these were asked about, and of the code of a paper where it is another one."""

VERDICTS: Mapping[Verdict, Headline] = {verdict: _HEADLINES["permit"][verdict] for verdict in Verdict}


def headline(report: Report, *, of_code: bool = False) -> Headline:
    """
    Return what is said first; a development permit and a copy have headlines of their own.

    Args:
        report: What was found out about a permit, or about signatures alone.
        of_code: True when the code of a paper was judged.
    """
    if report.is_led_by_copy:
        ended = any(
            report.check(name).outcome is Outcome.FAILED
            for name in (CheckName.VALIDITY_DATES, CheckName.STATUS)
        )
        return _HEADLINES["permit"]["ended_copy" if ended else "copy"]
    kind = "signatures" if report.trust is not None else "code" if of_code else "permit"
    key = "test" if report.is_development and report.verdict is Verdict.VALID else report.verdict.value
    return _HEADLINES[kind].get(key) or _HEADLINES["permit"][key]


def office_line(name: str, region: str | None) -> str:
    """Return an office with its region: ``Pemerintah Kota Contoh (Jawa Timur, 35.72)``."""
    if region is None:
        return name
    from perizinan_core.model._identifiers import find_province  # the model package doubles the import time

    province = find_province(region[:2])
    return f"{name} ({region if province is None else f'{province.name}, {region}'})"
