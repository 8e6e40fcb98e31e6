"""The test server of the plugin, and a letter to sign."""

from __future__ import annotations

import pytest
from perizinan_bsre.testing import EsignServer

from perizinan_core.testing import MORNING, PkiServer, SettableClock


@pytest.fixture(scope="session")
def running():
    with PkiServer.running(SettableClock(MORNING)) as pki, EsignServer.running(pki) as server:
        yield server


@pytest.fixture
def service(running):
    running.reset()
    running.clock.moment = MORNING
    return running


@pytest.fixture(scope="session")
def letter():
    """Return an unsigned letter."""
    from perizinan_core.rendering import TypstRenderer
    from perizinan_core.testing import sample_letter

    return TypstRenderer().render(sample_letter())
