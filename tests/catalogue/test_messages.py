"""Every sentence of the room exists in Indonesian, with the same placeholders."""

from __future__ import annotations

import string
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

import perizinan_core.catalogue
from perizinan_core.errors.catalogue import CatalogueProblem, Phrase
from perizinan_core.i18n import N_

ROOT = Path(perizinan_core.catalogue.__file__).parents[1]
SOURCES = [ROOT / "errors" / "catalogue.py", ROOT / "cli" / "_catalogue.py"]


@pytest.fixture(scope="module")
def indonesian() -> Catalog:
    with (ROOT / "locale" / "id" / "LC_MESSAGES" / "catalogue.po").open("rb") as file:
        return read_po(file)


def _extracted(folder: Path) -> Iterable[tuple[object, ...]]:
    # Left to itself, Babel passes folders by whose names begin with an underscore.
    return extract_from_dir(str(folder), keywords={"N_": None}, directory_filter=lambda _folder: True)


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    found = {str(item[2]) for item in _extracted(ROOT / "catalogue")}
    for path in SOURCES:
        found |= {str(item[1]) for item in extract_from_file("python", str(path), keywords={"N_": None})}
    return found


def placeholders(text: str) -> set[tuple[str, str | None]]:
    return {(name, conversion) for _, name, _, conversion in string.Formatter().parse(text) if name}


def test_every_sentence_is_translated(sentences: set[str], indonesian: Catalog) -> None:
    """Nothing is shown in English to an Indonesian clerk, and no translation is left over."""
    translated = {str(message.id) for message in indonesian if message.id and message.string}

    assert len(sentences) > 200
    assert sentences == translated


def test_translations_keep_the_placeholders(indonesian: Catalog) -> None:
    """A value that the English sentence names is named in the Indonesian one."""
    broken = [
        message.id
        for message in indonesian
        if message.id and placeholders(str(message.id)) != placeholders(str(message.string))
    ]

    assert [] == broken


def test_problems_are_told_in_both_languages_with_their_place() -> None:
    """File, line and path as editors understand them, phrases inside phrases translated too."""
    inner = Phrase(N_("did you mean {name!r}?"), {"name": "luas"})
    phrase = Phrase(N_("the form has no field {name!r}; {suggestion}"), {"name": "luaz", "suggestion": inner})
    problem = CatalogueProblem("expression", "permits/x.yaml", "$.fee", 12, phrase)

    assert (
        "permits/x.yaml:12 $.fee: formulir tidak memiliki isian 'luaz'; apakah maksudnya 'luas'?"
        == problem.describe("id")
    )
    assert "the form has no field 'luaz'; did you mean 'luas'?" == problem.message("en")
    assert {"code", "file", "line", "path", "message"} == set(problem.to_dict())
