"""YAML is read strictly, with places, and nothing but our own problems comes out of it."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from perizinan_core.catalogue._nodes import MAX_BYTES, YamlProblemError, parse_yaml, read_yaml
from perizinan_core.testing.strategies._catalogue import hostile_yaml


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ("1e3", "1e3"),
        ("2026-02-30", "2026-02-30"),
        ("True", "True"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("-3", -3),
        ("12.50", Decimal("12.50")),
        ("2026-01-31", date(2026, 1, 31)),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_only_few_plain_words_are_not_text(text: str, expected: object) -> None:
    """No surprise of YAML 1.1: what is not listed in the reference page is text."""
    found = parse_yaml(f"a: {text}", "f.yaml")["a"]

    assert (expected, type(expected)) == (found.value, type(found.value))


def test_every_value_knows_its_place() -> None:
    """File, path and line of a nested value."""
    node = parse_yaml("a:\n  - b: 1\n    x-y: 2\n", "permits/f.yaml")["a"].items[0]

    assert ("permits/f.yaml", "$.a[0].b", 2) == (node["b"].file, node["b"].path, node["b"].line)
    assert "$.a[0]['x-y']" == node["x-y"].path


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2", "duplicate-key"),
        ("a: !!str 1", "tag"),
        ("a: !x y", "tag"),
        ("!!python/object:os.system {}", "tag"),
        ("a: &x [*x]", "alias"),
        ("a: *nothing", "alias"),
        ("<<: {a: 1}", "key"),
        ("? [1]\n: 2", "key"),
        ("---\na: 1\n---\nb: 2", "several-documents"),
        ("", "empty-file"),
        ("# nothing", "empty-file"),
        ("a: [1", "not-yaml"),
        ("a: 'x", "not-yaml"),
        ("a:\n\t- x", "not-yaml"),
        ("a: \x07", "not-yaml"),
        ("[" * 60 + "]" * 60, "too-deep"),
        ("[" * 100_000, "not-yaml"),
    ],
)
def test_dangerous_or_ambiguous_yaml_is_refused(text: str, code: str) -> None:
    """Tags, duplicate keys, merge keys, endless aliases and deep nesting never reach the catalogue."""
    with pytest.raises(YamlProblemError) as caught:
        parse_yaml(text, "f.yaml")

    assert code == caught.value.code


def test_an_alias_bomb_is_refused() -> None:
    """Nine levels of ten aliases would be a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    with pytest.raises(YamlProblemError) as caught:
        parse_yaml("\n".join(lines), "f.yaml")

    assert "too-many-values" == caught.value.code


def test_an_alias_repeats_a_value_at_its_own_place() -> None:
    """A problem in a repeated value names the place of the repetition."""
    node = parse_yaml("a: &x {b: 1}\nc: *x", "f.yaml")

    assert "$.c.b" == node["c"]["b"].path


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"a: \xff", "not-utf-8"), (b"a: " + b"x" * MAX_BYTES, "file-too-large")],
    ids=["bytes", "size"],
)
def test_files_are_utf_8_and_not_too_large(tmp_path: Path, data: bytes, code: str) -> None:
    """Other bytes and huge files are told, not read."""
    path = tmp_path / "f.yaml"
    path.write_bytes(data)

    with pytest.raises(YamlProblemError) as caught:
        read_yaml(path, "f.yaml")

    assert code == caught.value.code


def test_a_missing_file_is_told_without_its_absolute_path(tmp_path: Path) -> None:
    """The sentence holds the reason of the system and no folder of the machine."""
    with pytest.raises(YamlProblemError) as caught:
        read_yaml(tmp_path / "missing.yaml", "f.yaml")

    assert "unreadable-file" == caught.value.code
    assert str(tmp_path) not in str(caught.value.fields)


@given(text=hostile_yaml())
@settings(max_examples=300, deadline=None)
def test_parsing_hostile_text_gives_a_tree_or_a_problem(text: str) -> None:
    """No other exception ever leaves the parser."""
    count = 1
    with contextlib.suppress(YamlProblemError):
        count = sum(1 for _ in parse_yaml(text, "f.yaml").walk())

    assert count >= 1
