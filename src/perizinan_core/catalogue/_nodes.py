"""
YAML text as a tree of plain values that know their place.

Stricter than YAML 1.1 on purpose: no tags, no duplicate keys, bounded size, depth and aliases, and
only these words are not text: ``true``, ``false``, ``null`` (or nothing, or ``~``), numbers in
decimal digits, and dates as ``YYYY-MM-DD``. So ``no``, ``on``, ``12:30`` and ``0123`` are text.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import attrs

from perizinan_core._parts import office_part
from perizinan_core.i18n import N_

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Node", "YamlProblemError", "parse_yaml", "read_yaml"]

MAX_BYTES = 2_000_000
"""Largest YAML file, in bytes."""
MAX_DEPTH = 40
"""Deepest nesting."""
MAX_NODES = 100_000
"""Most values in one file, with those that aliases repeat."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,29})\Z")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,29})\.[0-9]{1,30}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Scalar = str | int | Decimal | bool | date | None


@attrs.frozen(eq=False)
class Node:
    """A value with its place."""

    value: Scalar | dict[str, Node] | list[Node]
    file: str
    path: str
    line: int | None
    raw: str | None = None
    """Text of a scalar as it stands in the file."""

    def __getitem__(self, key: str) -> Node:
        return self.mapping[key]

    @property
    def mapping(self) -> dict[str, Node]:
        """The entries of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> Node | None:
        """Return the entry of a mapping, or None."""
        return self.mapping.get(key)

    def at(self, key: str | int) -> Node:
        """Return the nearest node for a place below this one: the entry, or this node when there is none."""
        if isinstance(key, int):
            return self.items[key] if 0 <= key < len(self.items) else self
        return self.mapping.get(key, self)

    def plain(self) -> Any:
        """Return the value as JSON-able data: dates as text, decimals as floats."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, date):
            return self.value.isoformat()
        return float(self.value) if isinstance(self.value, Decimal) else self.value

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        yield self
        for item in self.items or self.mapping.values():
            yield from item.walk()


class YamlProblemError(Exception):
    """Text that is not acceptable YAML; caught by the loader and reported with the other problems."""

    def __init__(self, line: int | None, code: str, sentence: str, path: str = "$", **fields: object) -> None:
        super().__init__(sentence)
        self.line = line
        self.code = code
        self.sentence = sentence
        self.path = path
        self.fields = fields


def read_yaml(path: Path, name: str, *, note: Callable[[str, bytes], None] | None = None) -> Node:
    """
    Read a YAML file.

    Args:
        path: The file.
        name: What problems call it.
        note: Told what was read.

    Raises:
        YamlProblemError: for anything that is not acceptable YAML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if note is not None:
            note(name, data)
    except OSError as error:
        raise YamlProblemError(
            None,
            "unreadable-file",
            N_("expected a readable file, but the system says: {reason}; check its name and permissions"),
            reason=error.strerror or type(error).__name__,
        ) from error
    if len(data) > MAX_BYTES:
        raise YamlProblemError(
            None,
            "file-too-large",
            N_("expected at most {maximum} bytes, but the file is larger; split it"),
            maximum=MAX_BYTES,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise YamlProblemError(
            line, "not-utf-8", N_("expected UTF-8 text, but found other bytes; save the file as UTF-8")
        ) from error
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Node:
    """
    Return the tree of one YAML document.

    Raises:
        YamlProblemError: for anything that is not acceptable YAML.
    """
    yaml: Any = office_part("yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(name, yaml).build(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        raise YamlProblemError(
            mark.line + 1 if mark else None,
            "not-yaml",
            N_("expected YAML, but: {reason}; check indentation, colons and quotes near this line"),
            reason=str(getattr(error, "problem", None) or "the text holds characters that YAML forbids"),
        ) from error
    except (ValueError, OverflowError) as error:  # e.g. an escape for a character that does not exist
        raise YamlProblemError(
            None,
            "not-yaml",
            N_("expected YAML, but: {reason}; check indentation, colons and quotes near this line"),
            reason="an escape sequence stands for no character",
        ) from error


@attrs.define
class _Builder:
    """Builds nodes from parser events without recursion over foreign input deeper than `MAX_DEPTH`."""

    file: str
    yaml: Any
    """The library: it belongs to the extra ``office``."""

    anchors: dict[str, Node] = attrs.field(factory=dict)
    count: int = 0

    def build(self, events: Iterator[Any]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, self.yaml.DocumentStartEvent):
                if root is not None:
                    self._refuse(
                        event,
                        "several-documents",
                        "$",
                        N_(
                            "expected one document in a file, but a second begins here; make it a file of its own"
                        ),
                    )
                root = self._node(next(events), events, "$", 0)
        if root is None:
            raise YamlProblemError(
                None, "empty-file", N_("expected data, but the file is empty; fill it or remove it")
            )
        return root

    def _node(self, event: Any, events: Iterator[Any], path: str, depth: int) -> Node:
        self._count(event, path, 1)
        if depth > MAX_DEPTH:
            self._refuse(
                event,
                "too-deep",
                path,
                N_("expected at most {maximum} levels, but the nesting goes deeper; make it flatter"),
                maximum=MAX_DEPTH,
            )
        if isinstance(event, self.yaml.AliasEvent):
            return self._alias(event, path)
        if event.tag not in (None, "!") or (
            event.tag == "!" and not isinstance(event, self.yaml.ScalarEvent)
        ):
            self._refuse(
                event,
                "tag",
                path,
                N_("expected plain values, but found the tag {tag}; remove it"),
                tag=str(event.tag),
            )
        line = event.start_mark.line + 1
        if isinstance(event, self.yaml.ScalarEvent):
            value = _resolve(event.value) if not event.style and event.tag is None else event.value
            node = Node(value, self.file, path, line, event.value)
        elif isinstance(event, self.yaml.SequenceStartEvent):
            node = Node(self._sequence(events, path, depth), self.file, path, line)
        else:
            node = Node(self._mapping(events, path, depth), self.file, path, line)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _sequence(self, events: Iterator[Any], path: str, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(events), self.yaml.SequenceEndEvent):
            items.append(self._node(event, events, f"{path}[{len(items)}]", depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], path: str, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(events), self.yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in entries:
                self._refuse(
                    event,
                    "duplicate-key",
                    path,
                    N_(
                        "expected each key once, but {key!r} already stands in line {first_line}; remove one of them"
                    ),
                    key=key,
                    first_line=entries[key].line,
                )
            entries[key] = self._node(next(events), events, _join(path, key), depth + 1)
        return entries

    def _key(self, event: Any, path: str) -> str:
        if isinstance(event, self.yaml.ScalarEvent) and event.tag in (None, "!") and event.value != "<<":
            return str(event.value)
        return self._refuse(
            event, "key", path, N_("expected a simple word as key, but found another value; write it as text")
        )

    def _alias(self, event: Any, path: str) -> Node:
        target = self.anchors.get(event.anchor)
        if target is None:  # also an alias inside its own anchor
            self._refuse(
                event,
                "alias",
                path,
                N_("expected an anchor &{name} before this alias, but there is none; write the value out"),
                name=event.anchor,
            )
        self._count(event, path, sum(1 for _ in target.walk()))
        return _moved(target, path)

    def _count(self, event: Any, path: str, more: int) -> None:
        self.count += more
        if self.count > MAX_NODES:
            self._refuse(
                event,
                "too-many-values",
                path,
                N_(
                    "expected at most {maximum} values, but there are more; split the file or use fewer aliases"
                ),
                maximum=MAX_NODES,
            )

    def _refuse(self, event: Any, code: str, path: str, sentence: str, **fields: object) -> NoReturn:
        raise YamlProblemError(event.start_mark.line + 1, code, sentence, path, **fields)


def _moved(node: Node, path: str) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved(item, _join(path, key)) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_moved(item, f"{path}[{index}]") for index, item in enumerate(value)]
    return attrs.evolve(node, value=value, path=path)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN_KEY.match(key) else f"{path}[{key!r}]"


_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


def _resolve(text: str) -> Scalar:
    result: Scalar = text
    if text in _WORDS:
        result = _WORDS[text]
    elif _INTEGER.match(text):
        result = int(text)
    elif _DECIMAL.match(text):
        result = Decimal(text)
    elif _DATE.match(text):
        # An impossible date stays text, and is reported where a date is expected.
        with contextlib.suppress(ValueError):
            result = date.fromisoformat(text)
    return result
