from pathlib import Path

import pytest

from perizinan_core.confined import ChildPool, start_child


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    """Let children import the programs of these tests."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def start():
    """Return a function that starts a helpful child; all end with the test."""
    children = []

    def make(target="programs:helpful", *cargo, **options):
        children.append(start_child(target, cargo, **options))
        return children[-1]

    yield make
    for child in children:
        child.kill()


@pytest.fixture
def pool(start):
    """Return a pool with one place."""
    made = ChildPool(start, places=1, tasks_per_child=50)
    yield made
    made.close()
