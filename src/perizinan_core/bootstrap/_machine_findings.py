"""What the machine of an office gives it: clock, calendar, keys, certificates, files and public pages."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from cryptography import x509

from perizinan_core.bootstrap._backup import key_places
from perizinan_core.bootstrap._bare_office import BareOffice
from perizinan_core.bootstrap._findings import OfficeFinding
from perizinan_core.bootstrap._keys import open_roots
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.signing import DigestSigner
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.verification._fetching import fetch

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["calendar", "certificates", "clock", "files", "page", "status_list"]

_SOON = timedelta(days=60)
_SKEW = timedelta(minutes=2)
_PAGE_BYTES = 2_000_000


def clock(office: Office) -> Iterator[OfficeFinding]:
    """Compare the clocks of this machine, of the records and of the database."""
    found = office.clock_repair.found()
    if found:
        yield OfficeFinding(
            code="clock-was-ahead",
            sentence=N_("{count} records were written by a clock that was ahead."),
            remedy=N_("See that the clock is right, then run: perizinan clock repair"),
            fields={"count": len(found)},
        )
    if not isinstance(office.storage, SqlStorage):
        return
    with office.storage.unit_of_work(read_only=True) as work:
        if work.session.is_sqlite:
            return
        theirs: datetime = work.session.scalar(sa.select(sa.func.clock_timestamp()))
    apart = abs(theirs - datetime.now(UTC))
    if apart > _SKEW:
        yield OfficeFinding(
            code="clocks-apart",
            sentence=N_("The clocks of this machine and of the database are {seconds} seconds apart."),
            remedy=N_("Let both take the time from the same time server."),
            fields={"seconds": int(apart.total_seconds())},
        )


def calendar(office: Office) -> Iterator[OfficeFinding]:
    """Say when the calendar of working days ends."""
    days = office.authority.calendar
    today = days.time_zone.local(office.now()).date()
    if days.covers_to - today < _SOON:
        yield OfficeFinding(
            code="calendar-ends",
            sentence=N_("The calendar of working days ends on {day}; deadlines beyond it cannot be counted."),
            remedy=N_("Add the holidays of the next year to the calendar of the authority's plugin."),
            fields={"day": days.covers_to},
        )


def certificates(office: Office) -> Iterator[OfficeFinding]:
    """Say what no one could sign, which signers cannot be used, and which certificates end."""
    yield from _without_signer(office)
    for position in office.signers.positions():
        try:
            signer = office.signers.signer_for(position)
        except PerizinanError as error:
            yield OfficeFinding(
                code="signer-unusable",
                sentence=error.sentence,
                remedy=N_("Until then nothing is signed for this position: perizinan keys list"),
                error=error,
            )
            continue
        if isinstance(signer, DigestSigner):
            yield from _ending(office, signer.certificate)
    for root in open_roots(office.settings, office.now()):
        yield from _ending(office, root)


def _without_signer(office: Office) -> Iterator[OfficeFinding]:
    """Name the kinds of permits that are open and that no position with a signer may sign today."""
    able, today = set(office.signers.positions()), office.today()
    missing: dict[str, set[str]] = {}
    for permit_type in office.permit_types(only_open=True):
        entitled = {item.position for item in office.authority.delegations_for(permit_type.code, today)}
        if entitled and entitled.isdisjoint(able):
            missing[permit_type.code] = entitled
    if missing:
        yield OfficeFinding(
            code="signer-missing",
            sentence=N_(
                "Permits of these kinds are open, but no one could sign them: {permit_types}. None of the positions "
                "that may has a signer: {positions}."
            ),
            remedy=N_(
                "Name a signer in perizinan.toml, section [signing.signers]; to try it out: "
                "perizinan keys trial POSITION"
            ),
            fields={
                "permit_types": ", ".join(sorted(missing)),
                "positions": ", ".join(sorted(set().union(*missing.values()))),
            },
        )


def _ending(office: Office, certificate: x509.Certificate) -> Iterator[OfficeFinding]:
    until = certificate.not_valid_after_utc
    if until - office.now() < _SOON:
        yield OfficeFinding(
            code="certificate-ends",
            sentence=N_("The certificate {subject} ends on {day}."),
            remedy=N_("Ask the certificate authority for a new one in time."),
            fields={"subject": certificate.subject.rfc4514_string(), "day": until.date()},
        )


def files(office: Office | BareOffice) -> Iterator[OfficeFinding]:
    """Say which private files others may read."""
    for path in _private_files(office.settings):
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield OfficeFinding(
                code="file-readable",
                sentence=N_("Others than its owner may read or write {path}."),
                remedy=N_("Run: chmod {mode} {path}"),
                fields={"path": path, "mode": "700" if path.is_dir() else "600"},
            )


def _private_files(settings: Settings) -> Iterator[Path]:
    """Yield the key files, the database file and the folder of documents, as far as they are files here."""
    public = (*settings.signing.roots, "perizinan.toml")
    places = [place.where for place in key_places(settings) if place.where not in public]
    scheme, _, rest = settings.storage.database.partition(":///")
    if scheme == "sqlite":
        places.append(rest)
    places.append(settings.storage.documents.replace("folder:", "file:", 1))
    for place in places:
        kind, mark, name = place.partition(":")
        if mark and kind != "file":
            continue
        path = settings.path(name if mark else place)
        if path.is_dir():
            yield path
            if path.name == "development":
                yield from (item for item in sorted(path.rglob("*")) if item.is_file())
        elif path.exists():
            yield path


def status_list(office: Office) -> Iterator[OfficeFinding]:
    """Say when the published status list is old or missing."""
    path = office.status_lists.file
    if path is None:
        return
    limit = timedelta(hours=office.settings.publication.max_age_hours) / 2
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None
    if written is None or datetime.now(UTC) - written > limit:
        yield OfficeFinding(
            code="status-list-old",
            sentence=N_("The status list was not published, or not lately: {path}."),
            remedy=N_("See that the worker runs, or run: perizinan authority publish"),
            fields={"path": path},
        )


def page(office: Office) -> Iterator[OfficeFinding]:
    """Ask for the public verification page."""
    url = office.authority.verification_url
    try:
        fetch(url, max_bytes=_PAGE_BYTES, accept="text/html", seconds=10)
    except PerizinanError as error:
        yield OfficeFinding(
            code="page-unreachable",
            sentence=error.sentence,
            remedy=N_("People who scan a permit arrive there: check the web server and the name."),
            error=error,
        )
