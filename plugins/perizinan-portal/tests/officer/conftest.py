"""Queues are first in, first out: where more than one step is gone, no earlier case may wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from perizinan_portal.testing import PortalKit, sample_portal


@pytest.fixture
def empty_portal(tmp_path) -> Iterator[PortalKit]:
    """A portal over a sample office in memory without a case."""
    kit = sample_portal(tmp_path)
    yield kit
    kit.close()
