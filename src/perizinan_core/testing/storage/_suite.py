"""The suite as one class."""

from perizinan_core.testing.storage._agenda import AgendaSuite
from perizinan_core.testing.storage._applications import ApplicationsSuite
from perizinan_core.testing.storage._batches import BatchesSuite
from perizinan_core.testing.storage._concurrency import ConcurrencySuite
from perizinan_core.testing.storage._contacts import ContactsSuite
from perizinan_core.testing.storage._events import EventsSuite
from perizinan_core.testing.storage._figures import FiguresSuite
from perizinan_core.testing.storage._numbers import NumbersSuite
from perizinan_core.testing.storage._permits import PermitsSuite
from perizinan_core.testing.storage._requests import RequestsSuite
from perizinan_core.testing.storage._units import UnitsSuite

__all__ = ["StorageSuite"]


class StorageSuite(
    UnitsSuite,
    ApplicationsSuite,
    PermitsSuite,
    NumbersSuite,
    EventsSuite,
    AgendaSuite,
    FiguresSuite,
    ContactsSuite,
    BatchesSuite,
    RequestsSuite,
    ConcurrencySuite,
):
    """Every promise that the ports of `perizinan_core.storage` make."""
