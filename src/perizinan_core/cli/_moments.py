"""The moment of a check, as it is written after ``--at``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import click

from perizinan_core.cli._once import Once
from perizinan_core.i18n import N_, translate

__all__ = ["moment_option", "read_moment"]

_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9}
_DAY = len("2026-11-25")
_FIRST, _LAST = 1970, 9998
"""No certificate is older, and at the edge of the calendar no day can be counted on."""

moment_option = click.option(
    "--at",
    "moment",
    cls=Once,
    metavar="ISO",
    help="Hari (sampai akhirnya) atau saat yang diperiksa, mis. 2026-11-25T10:00+07:00; bawaan: sekarang.",
)
"""``--at``, as every command that checks permits has it."""


def read_moment(text: str | None, zone: str, language: str) -> datetime:
    """
    Return the moment of the check: now, unless ``text`` names another.

    A time without offset is one on the clocks of ``zone`` (``WIB``, ``WITA`` or ``WIT``). A day means its last
    moment, so that what was signed on that day counts; today means now.

    Raises:
        click.UsageError: when it is not a time, or one before 1970 or after 9998.
    """
    if text is None:
        return datetime.now(UTC)
    local = timezone(timedelta(hours=_HOURS[zone]), zone)
    try:
        return _bounded(_parsed(text, local))
    except ValueError as error:
        sentence = N_(
            "--at: expected a day such as 2026-11-25 or a time such as 2026-11-25T10:00+07:00, "
            'of the years 1970 to 9998, but got "{text}".'
        )
        raise click.UsageError(translate(sentence, language, text=text)) from error


def _bounded(moment: datetime) -> datetime:
    if _FIRST <= moment.year <= _LAST:
        return moment
    raise ValueError("nothing that is checked here is of that year")


def _parsed(text: str, local: timezone) -> datetime:
    if len(text) == _DAY:
        return _last_moment(date.fromisoformat(text), local)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=local)


def _last_moment(day: date, local: timezone) -> datetime:
    now = datetime.now(local)
    return now if day == now.date() else datetime.combine(day, time.max, local)
