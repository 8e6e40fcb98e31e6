"""Reading back a report that was kept as JSON, by the published schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from string import Formatter
from typing import Any

import attrs

from perizinan_core.errors.verification import ReportFormatError
from perizinan_core.i18n import Clause
from perizinan_core.verification.permit_data import broken_rule, load_schema
from perizinan_core.verification.reasons import REASONS
from perizinan_core.verification.report import (
    Aspect,
    Aspects,
    AuthorityUsed,
    Check,
    CheckName,
    Indication,
    Outcome,
    Reason,
    Report,
    SignatureReport,
    StatusReport,
    TrustUsed,
    Verdict,
)
from perizinan_core.verification.strict_json import load_json

__all__ = ["read_report"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MAX_PROBLEMS = 10
_DERIVED = ("exit_code", "reasons", "signature")
"""What follows from the rest; a report that says otherwise was changed."""


def read_report(data: str | bytes | Mapping[str, Any]) -> Report:
    """
    Return the report that `Report.to_json` wrote, in whichever language.

    Args:
        data: A line of ``perizinan verify --json``, or its data.

    Raises:
        ReportFormatError: when it is no JSON, breaks ``schemas/report.schema.json``, uses a reason code that
            is not known here, or contradicts itself; the problems name fields and never repeat a value.
    """
    content = _parsed(data)
    errors = sorted(_validator().iter_errors(content), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        # The message of the library repeats the value; path and rule say enough without it.
        raise ReportFormatError(tuple(map(broken_rule, errors[:_MAX_PROBLEMS])))
    try:
        report = _report(content)
    except ValueError as error:
        raise ReportFormatError(("a day or a time is none",)) from error
    written = report.to_json()
    wrong = [name for name in _DERIVED if not _says_the_same(written[name], content[name])]
    if wrong:
        raise ReportFormatError(
            tuple(Clause("{path} does not follow from the rest", path=f"$.{name}") for name in wrong)
        )
    return report


def _parsed(data: str | bytes | Mapping[str, Any]) -> Any:
    if isinstance(data, Mapping):
        return data
    try:
        return load_json(data.encode("utf-8") if isinstance(data, str) else data)
    except ValueError as error:
        raise ReportFormatError(("it is no JSON, or a key comes twice",)) from error


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # takes longer to load than all of the verification

    return Draft202012Validator(load_schema("report"))


def _report(item: Mapping[str, Any]) -> Report:
    authority, status, trust = item["authority"], item["status"], item["trust"]
    return Report(
        file=item["file"],
        sha256=item["sha256"],
        checked_at=_needed(item["checked_at"]),
        authority=AuthorityUsed(**{**_known(AuthorityUsed, authority), "keys": tuple(authority["keys"])})
        if authority
        else None,
        verdict=Verdict(item["verdict"]),
        checks=tuple(
            Check(CheckName(check["name"]), Outcome(check["outcome"]), _reason(check))
            for check in item["checks"]
        ),
        signatures=tuple(_signature(signature) for signature in item["signatures"]),
        permit=item["permit"],
        status=StatusReport(**{**_known(StatusReport, status), "as_of": _moment(status["as_of"])})
        if status
        else None,
        trust=TrustUsed(**{**_known(TrustUsed, trust), "roots": tuple(trust["roots"])}) if trust else None,
    )


def _signature(item: Mapping[str, Any]) -> SignatureReport:
    aspects = item["aspects"]
    return SignatureReport(
        **{
            **_known(SignatureReport, item),
            "indication": Indication(item["indication"]),
            "signed_at": _moment(item["signed_at"]),
            "trusted_time": _moment(item["trusted_time"]),
            "chain": tuple(item["chain"]),
            "aspects": Aspects(**{name: _aspect(told) for name, told in _known(Aspects, aspects).items()})
            if aspects
            else None,
        }
    )


def _aspect(item: Mapping[str, Any]) -> Aspect:
    return Aspect(Outcome(item["outcome"]), _reason(item))


def _reason(item: Mapping[str, Any]) -> Reason:
    code = item["code"]
    if code not in REASONS:
        raise ReportFormatError(
            (Clause("the reason code {code} is not known here, so that a newer version wrote it", code=code),)
        )
    needed = {name for _, name, _, _ in Formatter().parse(REASONS[code].sentence) if name}
    if not needed <= item["fields"].keys():
        raise ReportFormatError((Clause("the values of the sentence {code} are not all there", code=code),))
    fields = {
        name: date.fromisoformat(value) if name == "day" and _DAY.match(value) else value
        for name, value in item["fields"].items()
    }
    return Reason(code, fields)


def _needed(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without time zone")
    return moment


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _needed(text)


def _says_the_same(ours: Any, theirs: Any) -> bool:
    """Compare, but for sentences, which differ from language to language, and names that are not known here."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return all(
            name in theirs and _says_the_same(ours[name], theirs[name]) for name in ours if name != "message"
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_says_the_same, ours, theirs))
    return bool(ours == theirs)


def _known(kind: type[Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a class has a place for: a newer version may say more (docs/decisions/0021)."""
    return {field.name: item[field.name] for field in attrs.fields(kind)}
