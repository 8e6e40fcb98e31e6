"""Shared by the tests of the catalogue: the example of the reference page, and the variations."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from perizinan_core.catalogue import Catalogue, CatalogueReport, check_catalogue, load_catalogue
from perizinan_core.model._permit_type import PermitType

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "docs" / "reference" / "catalogue-format.md"


@cache
def reference_files() -> dict[str, str]:
    """Return the YAML examples of the reference page, by the file name in their first line."""
    text = REFERENCE.read_text("utf-8")
    return dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL))


@cache
def loaded(name: str) -> Catalogue:
    return load_catalogue(HERE / "variations" / name)


@pytest.fixture
def variation() -> Callable[[str], PermitType]:
    """Return the one permit type of a variation file."""
    return lambda name: loaded(f"{name}.yaml").permit_types[0]


@pytest.fixture
def files() -> dict[str, str]:
    """Return the files of the reference example, to be changed by a test."""
    return dict(reference_files())


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files into a new catalogue folder and return it."""

    def run(texts: dict[str, str]) -> Path:
        for name, text in texts.items():
            path = tmp_path / "catalogue" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path / "catalogue"

    return run


@pytest.fixture
def check(files: dict[str, str], write: Callable[[dict[str, str]], Path]) -> Callable[..., CatalogueReport]:
    """Check the reference example after replacing a text in one of its files (which must occur)."""

    def run(name: str, *changes: tuple[str, str]) -> CatalogueReport:
        for old, new in changes:
            assert old in files[name], f"{old!r} is not in {name}"
            files[name] = files[name].replace(old, new, 1)
        return check_catalogue(write(files))

    return run


@pytest.fixture
def street(files: dict[str, str], write: Callable[[dict[str, str]], Path]) -> PermitType:
    """Return the permit type of the reference example."""
    return load_catalogue(write(files)).permit_types[0]
