"""Writes what an office does into a CSV file, for a spreadsheet: an event consumer in a few lines."""

import csv
from pathlib import Path
from threading import Lock

import attrs

from perizinan_core.hooks import DeliveredEvent, EventConsumerEntry, PluginContext, hookimpl
from perizinan_core.model import EventKind

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

COLUMNS = ("id", "at", "kind", "case")


@attrs.frozen
class StatisticsSettings:
    """The consumer's own table of perizinan.toml, ``[plugin.statistics-csv]``."""

    file: Path = Path("statistik.csv")


@attrs.define
class Statistics:
    """One line for each event; the event's id in it shows what was written before a crash or a replay."""

    context: PluginContext[StatisticsSettings]
    _written: set[str] | None = attrs.field(default=None, init=False)
    _one_at_a_time: Lock = attrs.field(factory=Lock, init=False)

    def consume(self, delivered: DeliveredEvent) -> None:
        """Write the event once; raising would bring it again later."""
        with self._one_at_a_time:
            if delivered.id not in self._known():
                self._write(delivered)

    def _known(self) -> set[str]:
        if self._written is None:
            file = self.context.settings.file
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            self._written = {row["id"] for row in csv.DictReader(lines)}
        return self._written

    def _write(self, delivered: DeliveredEvent) -> None:
        with self.context.settings.file.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            if not stream.tell():
                writer.writerow(COLUMNS)
            writer.writerow(
                (delivered.id, delivered.event.at.isoformat(), delivered.event.kind, delivered.case)
            )
        self._known().add(delivered.id)


@hookimpl
def register_event_consumers() -> list[EventConsumerEntry]:
    """Offer the consumer; ``consumers = ["statistics-csv"]`` chooses it."""
    kinds = frozenset(
        {
            EventKind.APPLICATION_SUBMITTED,
            EventKind.APPLICATION_REFUSED,
            EventKind.DEEMED_GRANTED,
            EventKind.PERMIT_ISSUED,
        }
    )
    return [
        EventConsumerEntry(name="statistics-csv", open=Statistics, kinds=kinds, settings=StatisticsSettings)
    ]
