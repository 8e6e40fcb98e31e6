"""The three time zones of Indonesia, and moments written for people."""

from __future__ import annotations

from datetime import MAXYEAR, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from perizinan_core.errors.model import ModelError
from perizinan_core.i18n import DEFAULT_LANGUAGE
from perizinan_core.model._numerals import format_date

__all__ = ["IndonesianTimeZone", "format_moment"]

_KEYS = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}


class IndonesianTimeZone(StrEnum):
    """The zones of Keppres 41/1987: UTC+7, UTC+8 and UTC+9, without summer time."""

    WIB = "WIB"
    """Western: Sumatra, Java, West and Central Kalimantan."""
    WITA = "WITA"
    """Central: Bali, Nusa Tenggara, South, East and North Kalimantan, Sulawesi."""
    WIT = "WIT"
    """Eastern: Maluku and Papua."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the tz database, e.g. ``Asia/Jakarta``."""
        return ZoneInfo(_KEYS[self.value])

    def local(self, moment: datetime) -> datetime:
        """
        Return ``moment`` on the clocks of this zone.

        Moments in the last or first hours that can be written stay within them: a stranger's file may
        state any time, and saying it must not fail.

        Raises:
            ModelError: ``naive-moment``: when the moment does not say its time zone.
        """
        if moment.utcoffset() is None:
            raise ModelError("naive-moment", received=moment.isoformat())
        try:
            return moment.astimezone(self.zone)
        except OverflowError:
            if moment.year == MAXYEAR:
                return datetime.max.replace(tzinfo=self.zone)
            return datetime.min.replace(tzinfo=self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """Return the moment when local clocks show ``clock`` on ``day``."""
        return datetime.combine(day, clock, tzinfo=self.zone)


def format_moment(moment: datetime, zone: IndonesianTimeZone, language: str = DEFAULT_LANGUAGE) -> str:
    """
    Write a moment for people: ``25 November 2026 pukul 14.30 WIB``.

    Raises:
        ModelError: ``naive-moment``: when the moment does not say its time zone.
    """
    local = zone.local(moment)
    clock = f"pukul {local:%H.%M}" if language == "id" else f"at {local:%H:%M}"
    return f"{format_date(local.date(), language)} {clock} {zone.value}"
