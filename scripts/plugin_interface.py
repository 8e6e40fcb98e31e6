"""
The shape of the plugin interface: hooks, records, what functions of records are called with, and ports.

    python scripts/plugin_interface.py    record additions to the interface; exit 1 and name what went

What plugins rely on is recorded in tests/hooks/interface/NUMBER.json, one file for each number of the interface. What
went, or got another name, is named and not recorded: raise `perizinan_core.hooks.API_VERSION`, and keep the old name.
Until there is a released version, a break can be decided: delete the file and run this again.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

import perizinan_core.hooks
from perizinan_core.hooks import API_VERSION
from perizinan_core.hooks._manager import RECORDS
from perizinan_core.hooks._specs import HookSpecs

__all__ = ["IS_RELEASED", "breaks", "interface", "record", "record_of"]

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT / "tests" / "hooks" / "interface"

PORTS = (
    "perizinan_core.documents.DocumentStore",
    "perizinan_core.documents.SpoolingStore",
    "perizinan_core.documents.UploadScanner",
    "perizinan_core.hooks.EventConsumer",
    "perizinan_core.hooks.NotificationChannel",
    "perizinan_core.hooks.WorkQueue",
    "perizinan_core.rendering.Renderer",
    "perizinan_core.signing.DigestSigner",
    "perizinan_core.signing.DocumentSigner",
    "perizinan_core.signing.TimestampSource",
    "perizinan_core.storage.HoldsTables",
    "perizinan_core.storage.Storage",
    "perizinan_core.storage.UnitOfWork",
)
"""What plugins implement: a method more would be one that they do not have."""

Shape = Mapping[str, Any]

IS_RELEASED = False
"""Whether a released version has this interface. Until then a port may get a method, and the record with it."""

_MORE = "a method more"


def record_of(number: int) -> Path:
    """Return the file in which an interface is recorded."""
    return RECORDED / f"{number}.json"


def interface() -> Shape:
    """Return what the code has."""
    hooks = {name: _hook(function) for name, function in vars(HookSpecs).items() if not name.startswith("_")}
    public = {name: getattr(perizinan_core.hooks, name) for name in perizinan_core.hooks.__all__}
    kinds = {name: item for name, item in public.items() if isinstance(item, type)}
    return {
        "hooks": dict(sorted(hooks.items())),
        "records": {name: _record(kind) for name, kind in sorted(kinds.items()) if attrs.has(kind)},
        "members": {
            name: sorted(str(member.value) for member in kind)
            for name, kind in sorted(kinds.items())
            if issubclass(kind, enum.Enum)
        },
        "ports": {path: _port(path) for path in PORTS},
    }


def breaks(recorded: Shape, found: Shape) -> Iterator[str]:
    """Yield what a plugin that was written for the recorded interface would miss in another one."""
    for name, hook in recorded["hooks"].items():
        now = found["hooks"].get(name)
        if now is None:
            yield f"hook {name}: gone"
            continue
        yield from (
            f"{name}: argument {item}: gone" for item in hook["arguments"] if item not in now["arguments"]
        )
        yield from (f"{name}: {key} changed" for key in ("first_answer", "returns") if hook[key] != now[key])
    for name, record in recorded["records"].items():
        yield from _missing(name, record, found["records"].get(name))
    for name, members in recorded["members"].items():
        yield from (f"{name}.{item}: gone" for item in members if item not in found["members"].get(name, ()))
    for name, methods in recorded["ports"].items():
        yield from _port_breaks(name, methods, found["ports"].get(name, {}))


def _port_breaks(name: str, methods: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for method in sorted({*methods, *now}):
        if method not in methods:
            yield f"port {name}.{method}: {_MORE}"
        elif methods[method] != now.get(method):
            yield f"port {name}.{method}: {'gone' if method not in now else 'arguments changed'}"


def _missing(name: str, record: Shape, now: Shape | None) -> Iterator[str]:
    if now is None:
        yield f"record {name}: gone"
        return
    yield from (f"{name}.{field}: gone" for field in record["fields"] if field not in now["fields"])
    yield from (
        f"{name}.{field}: has no default"
        for field, default in now["fields"].items()
        if not default and record["fields"].get(field, True)
    )
    yield from (f"{name}.{item}: gone" for item in record["reads"] if item not in now["reads"])
    for function, arguments in record["calls"].items():
        given = now["calls"].get(function, ())
        yield from (f"{name}.{function}: argument {item}: gone" for item in arguments if item not in given)


def _hook(function: Any) -> dict[str, Any]:
    options = function.perizinan_core_spec
    kind = RECORDS.get(function.__name__)
    return {
        "arguments": list(inspect.signature(function).parameters)[1:],
        "first_answer": bool(options["firstresult"]),
        "returns": kind.__name__ if kind else str(function.__annotations__.get("return", "")),
    }


def _record(kind: type[Any]) -> dict[str, Any]:
    fields = [field for field in attrs.fields(kind) if not field.name.startswith("_")]
    return {
        "fields": {field.name: field.default is not attrs.NOTHING for field in fields if field.init},
        "reads": sorted(name for name in vars(kind) if _is_read(kind, name)),
        "calls": dict(_calls(kind)),
    }


def _is_read(kind: type[Any], name: str) -> bool:
    found = vars(kind)[name]
    return not name.startswith("_") and (isinstance(found, property) or inspect.isfunction(found))


def _calls(kind: type[Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the functions of a record and what they are called with, as their texts promise: ``open(*, a, b)``."""
    source = inspect.getsource(kind)
    for name, arguments in re.findall(r"``(\w+)\(\*, ([a-z_, ]+)\)``", source):
        yield name, arguments.split(", ")


def _port(path: str) -> dict[str, list[str]]:
    home, _, name = path.rpartition(".")
    kind = getattr(importlib.import_module(home), name)
    return {
        method: [] if isinstance(found, property) else list(inspect.signature(found).parameters)[1:]
        for cls in reversed(kind.__mro__)
        for method, found in vars(cls).items()
        if not method.startswith("_") and (isinstance(found, property) or inspect.isfunction(found))
    }


def record() -> tuple[str, ...]:
    """Record additions to the interface; return what went, and then record nothing."""
    place, found = record_of(API_VERSION), interface()
    recorded = json.loads(place.read_text(encoding="utf-8")) if place.exists() else found
    problems = tuple(item for item in breaks(recorded, found) if IS_RELEASED or not item.endswith(_MORE))
    if not problems:
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return problems


def main() -> int:
    """Record the interface, or say what keeps it from being recorded."""
    problems = record()
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
