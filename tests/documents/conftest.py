"""Fixtures for the tests of stores and uploads."""

import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace

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
