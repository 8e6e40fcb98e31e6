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
from perizinan_core.verification._permit_data import load_schema
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._reasons import REASONS
from perizinan_core.verification._report import (
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
from perizinan_core.verification._report_parsing import parse_report
from perizinan_core.verification._schema_faults import schema_faults

__all__ = ["read_report"]

_UNKNOWN = "?"
"""What stands for a day that nobody knows."""

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2}(:\d{2}(\.\d{6})?)?)\Z"
)
_DAYS = frozenset({"day", "last"})
"""Placeholders of sentences that stand for days."""

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
    content = parse_report(data)
    faults = schema_faults(_validator().iter_errors(content), load_schema("report"))
    if faults:
        raise ReportFormatError(faults)
    report = _report(content)
    if [item.name for item in report.checks] != list(CheckName):
        raise ReportFormatError((Clause("{path} does not hold every check once, in order", path="$.checks"),))
    written = report.to_json()
    wrong = [name for name in _DERIVED if not _says_the_same(written[name], content[name])]
    if wrong:
        raise ReportFormatError(
            tuple(Clause("{path} does not follow from the rest", path=f"$.{name}") for name in wrong)
        )
    return report


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # takes longer to load than all of the verification

    return Draft202012Validator(load_schema("report"))


def _report(item: Mapping[str, Any]) -> Report:
    authority, status, trust = item["authority"], item["status"], item["trust"]
    return Report(
        file=item["file"],
        sha256=item["sha256"],
        checked_at=_needed(item["checked_at"], "$.checked_at"),
        authority=AuthorityUsed(**{**_known(AuthorityUsed, authority), "keys": tuple(authority["keys"])})
        if authority
        else None,
        verdict=Verdict(item["verdict"]),
        checks=tuple(
            Check(CheckName(check["name"]), Outcome(check["outcome"]), _reason(check, f"$.checks[{place}]"))
            for place, check in enumerate(item["checks"])
        ),
        signatures=tuple(
            _signature(signature, f"$.signatures[{place}]")
            for place, signature in enumerate(item["signatures"])
        ),
        permit=_permit(item["permit"]),
        status=_status(status) if status else None,
        trust=TrustUsed(**{**_known(TrustUsed, trust), "roots": tuple(trust["roots"])}) if trust else None,
    )


def _permit(item: Mapping[str, Any] | None) -> PermitFacts | None:
    if item is None:
        return None
    for name in ("issued_on", "valid_from", "valid_until"):
        _check_day(item.get(name), f"$.permit.{name}")
    return PermitFacts.read(item)


def _status(item: Mapping[str, Any]) -> StatusReport:
    _check_day(item["since"], "$.status.since")
    return StatusReport(**{**_known(StatusReport, item), "as_of": _moment(item["as_of"], "$.status.as_of")})


def _signature(item: Mapping[str, Any], path: str) -> SignatureReport:
    aspects = item["aspects"]
    return SignatureReport(
        **{
            **_known(SignatureReport, item),
            "indication": Indication(item["indication"]),
            "signed_at": _moment(item["signed_at"], f"{path}.signed_at"),
            "trusted_time": _moment(item["trusted_time"], f"{path}.trusted_time"),
            "chain": tuple(item["chain"]),
            "aspects": Aspects(
                **{
                    name: _aspect(told, f"{path}.aspects.{name}")
                    for name, told in _known(Aspects, aspects).items()
                }
            )
            if aspects
            else None,
        }
    )


def _aspect(item: Mapping[str, Any], path: str) -> Aspect:
    return Aspect(Outcome(item["outcome"]), _reason(item, path))


def _reason(item: Mapping[str, Any], path: str) -> Reason:
    code = item["code"]
    if code not in REASONS:
        raise ReportFormatError(
            (Clause("{path} is not known here, so that a newer version wrote it", path=f"{path}.code"),)
        )
    needed = {name for _, name, _, _ in Formatter().parse(REASONS[code].sentence) if name}
    missing = sorted(needed - item["fields"].keys())
    if missing:
        raise ReportFormatError(
            tuple(Clause("{path} is missing", path=f"{path}.fields.{name}") for name in missing)
        )
    return Reason(
        code, {name: _value(name, value, f"{path}.fields") for name, value in item["fields"].items()}
    )


def _value(name: str, value: str | float, path: str) -> object:
    if name in _DAYS and value != _UNKNOWN:
        return _check_day(value, f"{path}.{name}")
    # JSON does not tell 3.0 from 3.
    return int(value) if isinstance(value, float) else value


def _check_day(value: Any, path: str) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError as error:
        raise ReportFormatError((Clause("{path} is no day", path=path),)) from error


def _needed(text: str, path: str) -> datetime:
    try:
        if _MOMENT.match(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise ReportFormatError((Clause("{path} is no time with its offset", path=path),))


def _moment(text: str | None, path: str) -> datetime | None:
    return None if text is None else _needed(text, path)


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
