"""
Where ``perizinan verify`` gets the status of permits from.

In this order: the office's records (``--records``), the list that ``--status`` names, none at all with
``--no-status``, else the file ``status-list.cwt`` beside the authority document, when that document names a
status list. A list that is named but not there leaves the permits undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import attrs
import click

from perizinan_core.cli._numbers import FiniteRange
from perizinan_core.cli._once import Once
from perizinan_core.i18n import N_, translate
from perizinan_core.published import NO_STATUS, AuthorityDocument, StatusChoice
from perizinan_core.published._status_list import STATUS_LIST_FILE
from perizinan_core.verification._fetching import is_url
from perizinan_core.verification._status_source import StatusListSource

__all__ = ["StatusOptions", "status_options"]

F = TypeVar("F", bound=Callable[..., object])

_MAX_HOURS = 10 * 366 * 24

_OPTIONS = (
    click.option(
        "--records", cls=Once, metavar="URL", help="Basis data instansi, untuk memeriksa status izin."
    ),
    click.option(
        "--status",
        "status_list",
        cls=Once,
        metavar="FILE|URL",
        help="Daftar status dari instansi; bawaan: status-list.cwt di samping dokumen otoritas.",
    ),
    click.option(
        "--status-copy",
        cls=Once,
        type=click.Path(dir_okay=False, path_type=Path),
        help="Salinan daftar status yang diambil dari alamat, dipakai bila alamat tidak menjawab.",
    ),
    click.option(
        "--status-max-age",
        cls=Once,
        type=FiniteRange(min=0.0, max=_MAX_HOURS, min_open=True),
        help="Usia maksimal daftar status, dalam jam; bawaan: menurut dokumen otoritas.",
    ),
    click.option("--no-status", is_flag=True, help="Jangan periksa status; laporan menyebutkannya."),
)


def status_options(command: F) -> F:
    """Give a command the options that `StatusOptions` holds."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen(kw_only=True)
class StatusOptions:
    """What the user said about the status."""

    records: str | None = None
    """Address of the office's database."""

    status: str | None = None
    """Path or address of a status list."""

    copy: Path | None = None
    """Where a fetched list is kept."""

    max_age: float | None = None
    """How old the list may be, in hours."""

    no_status: bool = False

    @property
    def max_age_seconds(self) -> int | None:
        """How old the list may be, in seconds."""
        return None if self.max_age is None else round(self.max_age * 3600)

    def check(self, language: str) -> None:
        """
        Refuse options that contradict each other.

        Raises:
            click.UsageError: with a sentence.
        """
        named = [
            name
            for name, given in (
                ("--records", self.records is not None),
                ("--status", self.status is not None),
                ("--no-status", self.no_status),
            )
            if given
        ]
        if len(named) > 1:
            sentence = N_("{options} contradict each other: choose one of them.")
            raise click.UsageError(translate(sentence, language, options=", ".join(named)))
        if self.copy is not None and not is_url(self.status or ""):
            sentence = N_("--status-copy belongs to --status with an address (https://…).")
            raise click.UsageError(translate(sentence, language))

    def source(self, authority: AuthorityDocument, authority_path: Path, at: datetime) -> StatusChoice:
        """Return the status list to ask, what the user said instead, or None: the office publishes none."""
        max_age = self.max_age_seconds
        if self.status is not None and is_url(self.status):
            return StatusListSource.fetch(
                self.status, authority=authority, at=at, saved=self.copy, max_age=max_age
            )
        if self.status is not None:
            return StatusListSource.read(Path(self.status), authority=authority, at=at, max_age=max_age)
        if self.no_status:
            return NO_STATUS
        if authority.status_list is None:
            return None
        beside = authority_path.parent / STATUS_LIST_FILE
        return StatusListSource.read(beside, authority=authority, at=at, max_age=max_age)
