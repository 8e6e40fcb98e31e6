"""What is public is listed, what is listed is there, and everything else has an underscore in its path."""

from __future__ import annotations

import ast
import importlib
import importlib.machinery
import inspect
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import perizinan_core

ROOT = Path(__file__).parents[2]
LIST = ROOT / "docs" / "reference" / "python-api.txt"
ERRORS = "perizinan_core.errors"
PACKAGES = (
    "perizinan_core",
    "perizinan_kota_blitar",
    "perizinan_kota_bontang",
    "perizinan_portal",
    "perizinan_verify",
)
SHORTCUTS = set(perizinan_core.__all__)


def is_public(path):
    return not any(part.startswith("_") for part in path.split("."))


def public_modules():
    """Import every module that a path without an underscore reaches; errors are counted apart."""
    found = {}
    for package in PACKAGES:
        found[package] = importlib.import_module(package)
        for item in pkgutil.walk_packages(found[package].__path__, f"{package}."):
            if is_public(item.name) and not item.name.startswith(ERRORS):
                found[item.name] = importlib.import_module(item.name)
    return found


def names_of(module):
    """Return every name that can be imported from a module without an underscore, submodules left out."""
    names = {*vars(module), *dir(module)}
    return {
        name
        for name in names
        if not name.startswith("_") and not isinstance(getattr(module, name), ModuleType)
    }


@pytest.fixture(scope="module")
def listed():
    return LIST.read_text(encoding="utf-8").split()


def test_what_can_be_imported_without_an_underscore_is_what_is_listed(listed):
    """A new export becomes public when somebody lists it, and a listed one cannot vanish."""
    importable = {f"{path}.{name}" for path, module in public_modules().items() for name in names_of(module)}

    assert sorted(importable) == listed


def test_every_package_says_its_public_names(listed):
    """`from package import *` and type checkers see what the list says."""
    for path, module in public_modules().items():
        names = {entry.removeprefix(f"{path}.") for entry in listed if entry.rpartition(".")[0] == path}

        assert sorted(names) == sorted(getattr(module, "__all__", ())), path


def test_a_public_name_has_one_home(listed):
    """Two packages never use one name; the root's shortcuts are the very objects of their packages."""
    homes = {}
    for entry in listed:
        path, _, name = entry.rpartition(".")
        if path.partition(".")[0] == "perizinan_core" and path != "perizinan_core":
            homes.setdefault(name, []).append(path)

    assert {} == {name: paths for name, paths in homes.items() if len(paths) > 1}
    for name in SHORTCUTS - {"PerizinanError"}:
        assert getattr(perizinan_core, name) is getattr(importlib.import_module(homes[name][0]), name)


def test_every_listed_name_has_a_line_on_the_page(listed):
    """Whoever reads the page learns what each name is for."""
    page = (ROOT / "docs" / "reference" / "python-api.md").read_text(encoding="utf-8")
    section, found = "", set()
    for line in page.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif row := re.fullmatch(r"\| `(\w+)` \| (.+) \|", line):
            found.add(f"{section}.{row[1]}")

    assert listed == sorted(found)


def test_errors_are_on_their_own_page():
    """Every error class that can be imported is on the page of errors."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    errors = importlib.import_module(ERRORS)
    missing = [
        f"{item.name}.{name}"
        for item in pkgutil.walk_packages(errors.__path__, f"{ERRORS}.")
        for name, value in vars(importlib.import_module(item.name)).items()
        if inspect.isclass(value) and issubclass(value, errors.PerizinanError) and not name.startswith("_")
        if not re.search(rf"\b{name}\b", page)
    ]

    assert [] == missing


def code_of_others():
    """Return (place, source) of everything that shows how the library is used."""
    found = []
    for path in sorted(
        [
            *(ROOT / "examples").rglob("*.py"),
            *(ROOT / "plugins").rglob("*.py"),
            *(ROOT / "docs").rglob("*.md"),
            *(ROOT / "examples").rglob("*.md"),
            *(ROOT / "plugins").rglob("*.md"),
            *ROOT.glob("*.md"),
        ]
    ):
        if "decisions" in path.parts or path.name == "CHANGELOG.md":
            continue
        text = path.read_text(encoding="utf-8")
        blocks = [text] if path.suffix == ".py" else re.findall(r"(?s)```python\n(.*?)```", text)
        blocks += (
            [] if path.suffix == ".py" else re.findall(r"(?s)<!-- invisible-code: python\n(.*?)-->", text)
        )
        found += [pytest.param(block, id=str(path.relative_to(ROOT))) for block in blocks]
    return found


@pytest.mark.parametrize("source", code_of_others())
def test_pages_examples_and_plugins_import_public_names_only(source, listed):
    """What we show and what we build on the library uses nothing that others could not use."""
    own = {"perizinan_kota_blitar", "perizinan_kota_bontang", "perizinan_portal", "perizinan_verify"}
    for node in ast.walk(ast.parse(source)):
        modules = []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [f"{node.module}.{item.name}" for item in node.names]
        elif isinstance(node, ast.Import):
            modules = [item.name for item in node.names]
        for path in modules:
            if path.partition(".")[0] != "perizinan_core" or path.partition(".")[0] in own:
                continue
            known = path in listed or path.startswith(ERRORS) or path in sys.modules

            assert is_public(path), path
            assert known or importlib.util.find_spec(path), path


@pytest.mark.parametrize(
    "page", [path for path in sorted((ROOT / "docs").rglob("*.md")) if "decisions" not in path.parts], ids=str
)
def test_pages_name_no_private_module(page):
    """A reader who follows a page never meets a path that may change without notice."""
    text = page.read_text(encoding="utf-8")

    assert [] == re.findall(r"perizinan_core(?:\.\w+)*?\._\w+", text)
