"""Programs written for the release before still find every name, or can read what became of it."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path

import pytest

RECORDED = Path(__file__).parent / "public_names_before.txt"
LINES = [
    line for line in RECORDED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
]
KEPT = [line for line in LINES if "#" not in line]
GONE = [line.partition("#") for line in LINES if "#" in line]


def found(path: str) -> object:
    """Import a name as a program does: from the module before its last dot."""
    home, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(home), name)
    except AttributeError:
        return importlib.import_module(path)


def test_every_name_of_the_release_before_can_be_imported():
    """Without a warning; a name that has another one since warns, and says which."""
    broken = []
    for line in KEPT:
        old, arrow, new = (part.strip() for part in line.partition("->"))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", DeprecationWarning)
            try:
                found(old)
            except ImportError:
                broken.append(old)
                continue
        if bool(arrow) is not any(new in str(item.message) and old in str(item.message) for item in told):
            broken.append(line)

    assert [] == broken


@pytest.mark.parametrize("line", GONE, ids=lambda line: line[0].strip())
def test_a_name_that_went_says_what_to_use(line):
    """Not only that it went, and it did."""
    path, _, reason = line
    with pytest.raises(ImportError):
        found(path.strip())
    assert " use " in reason


def test_the_record_is_whole():
    """It was taken from the list of public names, and no line was lost since."""
    assert 524 == len(LINES)
