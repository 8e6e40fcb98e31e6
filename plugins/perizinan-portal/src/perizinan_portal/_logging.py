"""What the portal writes to the standard error: one line for an event, with no address, name or id of a person."""

from __future__ import annotations

import json
import logging
import sys

__all__ = ["begin_log"]

_OURS = ("perizinan_portal", "perizinan_core", "perizinan_verify", "uvicorn")
_EXTRA = ("page", "method", "status", "ms")


def begin_log(kind: str, *, level: int = logging.INFO) -> None:
    """
    Write events as lines.

    Args:
        kind: ``json``: one object a line; ``text``: for people.
        level: Least level of the portal's own lines; those of others begin with warnings.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if kind == "json" else _TextLines())
    for name in _OURS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level if name == "perizinan_portal" else logging.WARNING)
        logger.propagate = False


class _JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception the kind alone: its text may hold what no log may hold."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage().strip(),
        }
        return json.dumps(line | _more(record), ensure_ascii=False)


class _TextLines(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{name}={value}" for name, value in _more(record).items())
        said = f"{self.formatTime(record)} {record.levelname.lower()} {record.getMessage().strip()}"
        return f"{said} {more}".rstrip()


def _more(record: logging.LogRecord) -> dict[str, object]:
    found = {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
    if record.exc_info and record.exc_info[0] is not None:
        found["exception"] = record.exc_info[0].__name__
    return found
