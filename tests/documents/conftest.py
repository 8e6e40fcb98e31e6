"""Fixtures for the tests of stores and uploads."""

import importlib.util
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from perizinan_core.documents import Sandbox


@pytest.fixture
def peak_memory() -> Callable[[], AbstractContextManager[SimpleNamespace]]:
    """Return a context manager whose value holds the peak of Python's memory in it, in bytes."""

    @contextmanager
    def measure() -> Iterator[SimpleNamespace]:
        result = SimpleNamespace(bytes=0)
        tracemalloc.start()
        try:
            yield result
            result.bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measure


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Return one warm pool for all tests."""
    pool = Sandbox(workers=2)
    yield pool
    pool.close()


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let temporary files go to a folder that the test can look into."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of sample files; its README says where they come from."""
    return Path(__file__).parent / "data"


def _load_samples() -> dict[str, ModuleType]:
    folder = Path(__file__).parent / "samples"
    names = ("sample_case", "sample_pdfs", "sample_loose", "sample_pictures", "sample_office")
    for name in names:  # the samples import each other by these names, also when run as a script
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
    return {name: sys.modules[name] for name in names}


@pytest.fixture(scope="session")
def samples() -> dict[str, ModuleType]:
    """Return the modules that make sample files, by name."""
    return _load_samples()


@cache
def _cases() -> list[Any]:
    """Return every sample; making them takes longer than a test."""
    return [
        case for name, module in _load_samples().items() if name != "sample_case" for case in module.cases()
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``case`` once for every sample."""
    if "case" in metafunc.fixturenames:
        cases = _cases()
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])
