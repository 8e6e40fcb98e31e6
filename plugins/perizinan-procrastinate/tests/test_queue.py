"""The queue keeps what queues promise."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from perizinan_procrastinate import ProcrastinateQueue

from perizinan_core.testing import WorkQueueSuite


class TestQueue(WorkQueueSuite):
    """On PostgreSQL."""

    @pytest.fixture
    def queue(self, queue):
        """A queue without hints."""
        return queue

    def another(self, queue):
        """Another process has connections of its own."""
        return ProcrastinateQueue(queue._database)

    @contextmanager
    def broken(self, queue):
        """Cut every connection; the next ones are made again."""
        del queue
        self.cut()
        yield

    @pytest.fixture(autouse=True)
    def _know_how(self, cut):
        self.cut = cut
