"""What the parts of the suite share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from perizinan_core.model._application import Application
from perizinan_core.model._permit import Permit
from perizinan_core.storage._ports import Storage
from perizinan_core.testing.storage._samples import NOW

__all__ = ["SuiteBase", "add_application", "add_permit", "together"]

T = TypeVar("T")


class SuiteBase:
    """Declares the fixture that subclasses give."""

    @pytest.fixture
    def storage(self) -> Iterator[Storage]:
        """Give an empty store."""
        raise NotImplementedError("give a fixture named storage")


def add_application(storage: Storage, application: Application) -> Application:
    """Add an application in a unit of work of its own."""
    with storage.unit_of_work() as work:
        stored = work.applications.add(application, by="pemohon-1", at=NOW)
        work.commit()
    return stored


def add_permit(storage: Storage, permit: Permit) -> Permit:
    """Add a permit in a unit of work of its own."""
    with storage.unit_of_work() as work:
        stored = work.permits.add(permit, by="kepala-1", at=NOW)
        work.commit()
    return stored


def together(jobs: Sequence[Callable[[], T]], *, seconds: float = 60.0) -> list[T | Exception]:
    """Run jobs in threads that start at the same moment; return what each returned or raised, in order."""
    results: list[T | Exception] = [TimeoutError("the job did not end")] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(index: int, job: Callable[[], T]) -> None:
        barrier.wait()
        try:
            results[index] = job()
        except Exception as error:  # noqa: BLE001 - the caller judges what was raised
            results[index] = error

    threads = [threading.Thread(target=run, args=item, daemon=True) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return results
