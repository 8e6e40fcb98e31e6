"""What a unit of work will probably write: encoded and encrypted before others have to wait for it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from perizinan_core.model._application import Application
from perizinan_core.model._events import Event
from perizinan_core.model._permit import Permit
from perizinan_core.storage._codec import encode
from perizinan_core.storage._records import Foreseen
from perizinan_core.storage._sealing import Place, Sealer
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.storage._sql._seals import row_name

__all__ = ["EVENT_JSON", "ForeseenRecords", "dump_event"]

EVENT_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
"""How the JSON of an event is written: searches look for parts of it."""


class ForeseenRecords:
    """
    Payloads of records, and texts of events, as a unit of work will write them.

    What is written in the end is compared with what was foreseen as a whole: a record that became another one is
    encoded and encrypted then.
    """

    def __init__(self, foreseen: Iterable[Foreseen], sealer: Sealer) -> None:
        self._sealer = sealer
        self._payloads: list[tuple[Application | Permit, bytes]] = []
        self._texts: list[tuple[Event, str]] = []
        for one in foreseen:
            if isinstance(one, Event):
                self._texts.append((one, dump_event(one)))
            else:
                stored = attrs.evolve(one, version=one.version + 1)
                self._payloads.append((stored, self._sealed(stored)))

    def payload(self, record: Application | Permit) -> bytes:
        """Return the sealed payload of a record, with the version under which it is written."""
        for known, payload in self._payloads:
            if known == record:
                return payload
        return self._sealed(record)

    def text(self, event: Event) -> str:
        """Return an event as it is stored."""
        return next((text for known, text in self._texts if known == event), None) or dump_event(event)

    def _sealed(self, record: Application | Permit) -> bytes:
        table = tables.applications if isinstance(record, Application) else tables.permits
        return self._sealer.seal(encode(record), Place(table.name, row_name(record.id), "payload"))


def dump_event(event: Event) -> str:
    """Return an event as it is stored."""
    return EVENT_JSON.encode(encode(event))
