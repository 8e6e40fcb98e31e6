"""What the package offers, and what importing it costs."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import perizinan_core

ROOMS = (
    "perizinan_core",
    "perizinan_core.model",
    "perizinan_core.workflow",
    "perizinan_core.catalogue",
    "perizinan_core.published",
    "perizinan_core.verification",
    "perizinan_core.storage",
    "perizinan_core.documents",
    "perizinan_core.rendering",
    "perizinan_core.signing",
    "perizinan_core.hooks",
    "perizinan_core.services",
    "perizinan_core.bootstrap",
)


@pytest.mark.parametrize("name", ROOMS)
def test_every_public_name_is_there_and_sorted_names_are_unique(name):
    """`__all__` promises nothing that is missing."""
    module = importlib.import_module(name)

    assert [] == [item for item in module.__all__ if not hasattr(module, item)]
    assert len(set(module.__all__)) == len(module.__all__)


def test_an_unknown_name_of_the_root_is_an_attribute_error():
    """The lazy root behaves like any module."""
    with pytest.raises(AttributeError, match="nonsense"):
        _ = perizinan_core.nonsense
    assert set(perizinan_core.__all__) <= set(dir(perizinan_core))


def test_every_module_can_be_imported_alone():
    """No module needs another one to be imported first."""
    code = "import sys, importlib; importlib.import_module(sys.argv[1])"
    rooms = {name for name in ROOMS if name.count(".") == 1}
    names = [
        item.name
        for item in pkgutil.iter_modules(perizinan_core.__path__, "perizinan_core.")
        if item.name in rooms or not item.ispkg
    ]

    for name in sorted({*names, *rooms}):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code, name], capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, f"{name}: {done.stderr}"


def loaded_by(statement):
    code = f"import sys; {statement}; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import perizinan_core", {"sqlalchemy", "attr", "pluggy", "pypdf", "cryptography"}),
        (
            "import perizinan_core.verification",
            {"sqlalchemy", "alembic", "pluggy", "pyhanko", "pypdf", "PIL"},
        ),
        ("import perizinan_core.storage", {"sqlalchemy", "alembic"}),
        ("import perizinan_core.model", {"cattrs", "sqlalchemy", "cryptography", "pypdf"}),
        ("from perizinan_core import Office", {"alembic", "pyhanko", "PIL.Image", "pypdf", "httpx"}),
        ("import perizinan_core.cli", {"sqlalchemy", "rich", "pyhanko", "typst", "pluggy"}),
    ],
)
def test_importing_loads_nothing_heavy_that_was_not_asked_for(statement, absent):
    """Start-up stays short, and a bank that verifies needs no database library."""
    assert set() == loaded_by(statement) & absent
