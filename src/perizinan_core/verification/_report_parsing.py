"""From the text of a report to its data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from perizinan_core.errors.verification import ReportFormatError
from perizinan_core.i18n import Clause
from perizinan_core.published._strict_json import load_json
from perizinan_core.verification._permit_data import load_schema
from perizinan_core.verification._schema_faults import path_of

__all__ = ["parse_report"]


def parse_report(data: object) -> Any:
    """
    Return the data of a report: plain JSON values, whatever came.

    Raises:
        ReportFormatError: when it is no JSON, or when a key comes twice.
    """
    if isinstance(data, str):
        text = data.encode("utf-8", "surrogatepass")
    elif isinstance(data, (bytes, bytearray, memoryview)):
        text = bytes(data)
    else:
        text = _written(data)
    try:
        return load_json(text)
    except ValueError as error:
        path = _doubled(text)
        problem = "it is no JSON" if path is None else Clause("{path} comes twice", path=path)
        raise ReportFormatError((problem,)) from error


def _written(data: object) -> bytes:
    """Write data as JSON, so that what JSON does not know cannot hide in it."""
    try:
        return json.dumps(dict(data) if isinstance(data, Mapping) else data, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ReportFormatError(("it is no JSON",)) from error


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys came twice."""

    doubled: str | None = None


def _doubled(text: bytes) -> str | None:
    """Return the path of a key that comes twice, or None when there is none or the text cannot be read."""

    def keep(pairs: list[tuple[str, Any]]) -> _Object:
        result = _Object()
        for name, value in pairs:
            if name in result:
                result.doubled = name
            else:
                result[name] = value
        return result

    try:
        pending: list[tuple[tuple[str | int, ...], Any]] = [((), json.loads(text, object_pairs_hook=keep))]
    except (ValueError, RecursionError):
        return None
    while pending:
        place, value = pending.pop()
        if isinstance(value, _Object):
            if value.doubled is not None:
                return path_of((*place, value.doubled), load_schema("report"))
            pending += [((*place, name), item) for name, item in value.items()]
        elif isinstance(value, list):
            pending += [((*place, number), item) for number, item in enumerate(value)]
    return None
