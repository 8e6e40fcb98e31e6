"""
Fixtures of all pages: one portal for a module, with an account for every officer of the sample office.

`portal` is shared by the tests of a module: begin a case of your own instead of counting on an empty list.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from perizinan_portal.testing import PortalKit, Visitor, sample_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[PortalKit]:
    """A portal over a sample office in memory."""
    kit = sample_portal(tmp_path_factory.mktemp("portal"))
    yield kit
    kit.close()


@pytest.fixture
def stranger(portal) -> Visitor:
    """Someone who is not logged in."""
    return portal.stranger()


@pytest.fixture
def applicant(portal) -> Visitor:
    """Someone with a confirmed account."""
    return portal.visitor("sekar")


@pytest.fixture
def clerk(portal) -> Visitor:
    """An officer at the counter."""
    return portal.visitor("loket-1")
