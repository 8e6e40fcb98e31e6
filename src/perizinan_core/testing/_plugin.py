"""The pytest plugin of the kit: loaded by pytest itself, imports the library only when a fixture is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from perizinan_core.testing._fakes import SettableClock
    from perizinan_core.testing._offices import OfficeKit
    from perizinan_core.testing._pki_server import PkiServer

__all__ = ["perizinan_clock", "perizinan_office", "perizinan_pki"]


@pytest.fixture
def perizinan_clock() -> SettableClock:
    """A clock that stands at 09:00 of a working day until the test moves it."""
    from perizinan_core.testing._fakes import SettableClock
    from perizinan_core.testing._offices import MORNING

    return SettableClock(MORNING)


@pytest.fixture
def perizinan_office(perizinan_clock: SettableClock) -> OfficeKit:
    """A whole office in memory with a made-up local government; see `perizinan_core.testing._offices`."""
    from perizinan_core.testing._offices import sample_office

    return sample_office(clock=perizinan_clock)


@pytest.fixture
def perizinan_pki(perizinan_clock: SettableClock) -> Iterator[PkiServer]:
    """Timestamps, OCSP and revocation lists over HTTP on loopback; see `perizinan_core.testing._pki_server`."""
    from perizinan_core.testing._pki_server import PkiServer

    with PkiServer.running(perizinan_clock) as pki:
        yield pki
