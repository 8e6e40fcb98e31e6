"""What tests of several folders share."""

import importlib.util
import sys
from pathlib import Path

import pytest

# One PostgreSQL server for all folders: a fixture that several conftest files import is started once for each.
from perizinan_core.testing._postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

_BUILDER = Path(__file__).parent / "vectors" / "builder.py"


@pytest.fixture(scope="session")
def build():
    """Return ``builder.py`` of the vectors, which makes permits in every state; the vectors load it too."""
    name = "perizinan_vector_builder"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _BUILDER)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def world(build):
    """Return an office of the builder, with keys of this run."""
    return build.World.create()
