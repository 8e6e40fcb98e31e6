"""Indonesian as people write it: words that read stiff or wrong, and what is wanted in their place."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import click
import pytest
import yaml
from babel.messages.pofile import read_po

from perizinan_core.cli import cli
from perizinan_core.rendering._labels import LABELS

ROOT = Path(__file__).parents[2]
_GUIDES = ("back-up-and-restore", "hari-petugas", "install-an-office", "tugas-pimpinan")
PAGES = (ROOT / "README.id.md", *(ROOT / "docs" / "how-to" / f"{name}.md" for name in _GUIDES))
"""Pages in Indonesian."""


def words():
    """Return pattern, and what is wanted."""
    with (Path(__file__).parent / "plain_indonesian.csv").open(encoding="utf-8", newline="") as file:
        return [
            (re.compile(row["wrong"], re.IGNORECASE), row["wanted"])
            for row in csv.DictReader(file, delimiter=";", quoting=csv.QUOTE_NONE, restval="", restkey="more")
        ]


def translations():
    """Yield every Indonesian sentence of the library and of our plugins, with its catalogue."""
    for folder in (ROOT / "src", *sorted((ROOT / "plugins").glob("*/src"))):
        for path in sorted(folder.rglob("locale/id/LC_MESSAGES/*.po")):
            with path.open("rb") as file:
                for item in read_po(file):
                    texts = item.string if isinstance(item.string, tuple) else (item.string,)
                    if item.id:
                        yield from ((path.stem, text) for text in texts)


def helps(command=cli, path=()):
    """Yield the help of every command and option, which is written in Indonesian."""
    if command.help:
        yield " ".join(path), command.help
    for item in command.params:
        if getattr(item, "help", None):
            yield " ".join((*path, item.name)), item.help
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from helps(inner, (*path, name))


def printed():
    """Yield the words that letters print."""
    yield from ((name, text.id) for name, text in LABELS.items())


def templates():
    """Yield the lines of pages, scripts and letters of our plugins: some words stand in them."""
    for path in sorted((ROOT / "plugins").rglob("*")):
        if path.suffix in {".html", ".typ", ".js"} and "src" in path.parts and "vendor" not in path.parts:
            yield from ((path.name, line) for line in path.read_text(encoding="utf-8").splitlines())


def catalogues():
    """Yield what catalogues say to people; names of offices are as the law made them."""
    for path in sorted((ROOT / "plugins").glob("*/src/*/data/**/*.yaml")):
        yield from ((path.name, text) for text in _said(yaml.safe_load(path.read_text(encoding="utf-8"))))


def _said(value):
    if isinstance(value, list):
        for item in value:
            yield from _said(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "id" and isinstance(item, str):
                yield item
            elif key not in {"source", "note", "names"}:
                yield from _said(item)


def pages():
    """Yield the prose of pages in Indonesian; what is shown as code is data."""
    for path in PAGES:
        text = re.sub(
            r"```.*?```|`[^`\n]*`|<!--.*?-->", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        yield from ((path.name, line) for line in text.splitlines())


@pytest.mark.parametrize("source", [translations, helps, printed, templates, catalogues, pages])
def test_no_sentence_reads_stiff_or_wrong(source):
    """Each wrong word has a better one in the list beside this test."""
    found = [
        f"{place}: “{match[0]}” → {wanted}: {text[:90]}"
        for place, text in source()
        for pattern, wanted in words()
        if (match := pattern.search(text))
    ]

    assert [] == found


def test_the_list_is_read_and_finds_what_it_names():
    """An empty list would hold nothing."""
    patterns = [pattern for pattern, _ in words()]

    assert len(patterns) > 40
    for sentence in (
        "Tanyakan kepada kantor.",
        "pada bita 7",
        "Diharapkan teks, tetapi angka",
        "ia terpotong",
    ):
        assert any(pattern.search(sentence) for pattern in patterns), sentence
    assert not any(pattern.search("Tanyakan kepada instansi; siapa pun dapat.") for pattern in patterns)


def test_all_sources_hold_sentences():
    """A source that moved away would be held to nothing."""
    for source in (translations, helps, printed, templates, catalogues, pages):
        assert len(list(source())) > 20, source.__name__
