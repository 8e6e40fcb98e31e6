"""The description of the API: ``openapi.json``, completed with the published schema of the report."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from perizinan_core.verification import load_schema

__all__ = ["openapi_document"]


@lru_cache(maxsize=1)
def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, without the servers."""
    text = (files("perizinan_verify") / "openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    report = _moved(dict(load_schema("report")))
    schemas = document["components"]["schemas"]
    for name, schema in report.pop("$defs").items():
        schemas[f"report_{name}"] = schema
    for word in ("$schema", "$id"):
        report.pop(word, None)
    schemas["Report"] = report
    return document


def _moved(value: Any) -> Any:
    """Let references inside the report's schema point to where its parts are now."""
    if isinstance(value, dict):
        return {
            key: item.replace("#/$defs/", "#/components/schemas/report_")
            if key == "$ref" and isinstance(item, str)
            else _moved(item)
            for key, item in value.items()
        }
    return [_moved(item) for item in value] if isinstance(value, list) else value
