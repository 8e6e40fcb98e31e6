"""
Looking an office over.

Each check looks at one thing and names findings. A check that fails itself is a finding too, and stops no other.
Findings hold ids, codes and numbers only; no personal data.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import attrs
import sqlalchemy as sa
from cryptography import x509

from perizinan_core.bootstrap._backup import key_places
from perizinan_core.bootstrap._bare_office import BareOffice
from perizinan_core.bootstrap._binding_findings import bindings
from perizinan_core.bootstrap._document_findings import documents, missing_documents
from perizinan_core.bootstrap._findings import MOST_NAMED, Finding, Level
from perizinan_core.bootstrap._keys import open_roots
from perizinan_core.bootstrap._number_findings import lost_numbers, unknown_numbers, unknown_numbers_of
from perizinan_core.bootstrap._office import Office
from perizinan_core.bootstrap._plugin_findings import not_loaded
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.bootstrap._tables import left_tables
from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._notification import CheckedChannel
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._complaint import ComplaintState
from perizinan_core.services import Confirmed
from perizinan_core.signing import DigestSigner
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.storage._checking import check_records
from perizinan_core.storage._records import TargetCounts, channel_target, consumer_target
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.verification._fetching import fetch

__all__ = ["examine", "examine_bare", "unopened"]

Opened = TypeVar("Opened")

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan doctor")
_LATE = timedelta(hours=1)
_SOON = timedelta(days=60)
_SKEW = timedelta(minutes=2)
_PAGE_BYTES = 2_000_000


def unopened(error: PerizinanError) -> Finding:
    """Return the finding that the office does not open at all."""
    return Finding(
        code=error.code,
        sentence=error.sentence,
        remedy=N_("Put this right first; nothing else could be looked at."),
        error=error,
    )


def examine(office: Office, *, network: bool = False, quick: bool = False) -> tuple[Finding, ...]:
    """
    Look an office over.

    Args:
        office: It works on meanwhile.
        network: Ask for the public page too.
        quick: Leave out what reads every record and every document.
    """
    checks: list[Callable[[Office], Iterator[Finding]]] = [
        _messages,
        _channels,
        _unnotified,
        _drafts,
        _complaints,
        _jobs,
        _signatures,
        _uploads,
        _staff,
        _clock,
        _calendar,
        _assumed,
        _certificates,
        bindings,
        lost_numbers,
        _files,
        _status_list,
        left_tables,
        _plugins,
    ]
    if not quick:
        checks += [_records, documents, unknown_numbers]
    if network:
        checks.append(_page)
    return tuple(finding for check in checks for finding in _each(check, office))


def examine_bare(office: BareOffice, *, quick: bool = False) -> tuple[Finding, ...]:
    """
    Look over what there is of an office without its plugins.

    Args:
        office: Opened without plugins.
        quick: Leave out what reads every record and every document.
    """
    notice = Finding(
        code="without-plugins",
        level=Level.NOTICE,
        sentence=N_("Without plugins only records, documents, numbers and key files were looked at."),
        remedy=N_("Run perizinan doctor without --no-plugins for the rest, and perizinan plugins doctor."),
    )
    checks: list[Callable[[BareOffice], Iterator[Finding]]] = [_files]
    if not quick:
        checks += [_records, missing_documents, unknown_numbers_of]
    return (*(finding for check in checks for finding in _each(check, office)), notice)


def _each(check: Callable[[Opened], Iterator[Finding]], office: Opened) -> Iterator[Finding]:
    try:
        yield from check(office)
    except Exception as error:  # noqa: BLE001 - what one check cannot do must not hide what the others find
        name = error.code if isinstance(error, PerizinanError) else type(error).__name__
        yield Finding(
            code="check-failed",
            sentence=N_("The check {check} could not be made ({error})."),
            remedy=N_("Look at the other findings first, then run perizinan doctor again."),
            fields={"check": check.__name__.strip("_"), "error": name},
        )


def _messages(office: Office) -> Iterator[Finding]:
    with office.storage.unit_of_work(read_only=True) as work:
        given_up = work.outbox.given_up(limit=MOST_NAMED)
        counts = work.outbox.counts()
        targets = work.outbox.by_target()
    for entry in given_up:
        fields = {"entry": entry.id, "attempts": entry.attempts, "error": entry.last_error or "-"}
        if entry.consumer is not None:
            yield Finding(
                code="event-given-up",
                sentence=N_("Event {entry} for {consumer} was given up after {attempts} attempts: {error}."),
                remedy=N_(
                    "Put {consumer} right, then run: perizinan outbox retry {entry}. Later events of the same "
                    "case wait for it; perizinan outbox drop {entry} lets them pass."
                ),
                fields={**fields, "consumer": entry.consumer},
            )
            continue
        yield Finding(
            code="message-given-up",
            sentence=N_(
                "Message {entry} on channel {channel} was given up after {attempts} attempts: {error}."
            ),
            remedy=N_("Put the channel right, then run: perizinan outbox retry {entry}"),
            fields={**fields, "channel": entry.channel or "-"},
        )
    yield from _gone(office, targets)
    oldest = counts.oldest_waiting
    if oldest is not None and office.now() - oldest > _LATE:
        since = office.authority.calendar.time_zone.local(oldest)
        yield Finding(
            code="messages-wait",
            sentence=N_("{count} deliveries wait, the oldest since {since}."),
            remedy=N_("See that the worker runs (perizinan worker), and look at: perizinan outbox list"),
            fields={
                "count": counts.waiting,
                "since": since.isoformat(timespec="minutes"),
            },
        )


def _channels(office: Office) -> Iterator[Finding]:
    """Ask the services behind the channels whether they would take a message, as far as a channel can tell."""
    for name, channel in office.channels.items():
        if not isinstance(channel, CheckedChannel):
            continue
        try:
            channel.check()
        except PerizinanError as error:
            yield Finding(
                code="channel-unusable",
                sentence=error.sentence,
                remedy=N_("Until then no message goes out on channel {channel}; what waits is tried again."),
                fields={"channel": name},
                error=error,
            )


def _drafts(office: Office) -> Iterator[Finding]:
    today = office.authority.calendar.time_zone.local(office.now()).date()
    with office.storage.unit_of_work(read_only=True) as work:
        overdue = [subject for subject in work.agenda.unnotified() if _draft_is_over(work, subject, today)]
    if overdue:
        yield Finding(
            code="draft-kept",
            level=Level.NOTICE,
            sentence=N_(
                "{count} drafts are past their time and stay, because their applicants cannot be notified."
            ),
            remedy=N_("Put the channel right; the portal can discard them too. The first: {case}"),
            fields={"count": len(overdue), "case": overdue[0]},
        )


def _complaints(office: Office) -> Iterator[Finding]:
    with office.storage.unit_of_work(read_only=True) as work:
        found = work.complaints.find(
            states=(ComplaintState.RECEIVED, ComplaintState.IN_WORK),
            due_before=office.today(),
            limit=MOST_NAMED,
        )
    for complaint in found.items:
        yield Finding(
            code="complaint-overdue",
            sentence=N_("Complaint {number} should have been answered by {day}."),
            remedy=N_("Its holder answers it; a supervisor can name another one."),
            fields={"number": complaint.number, "day": complaint.due.isoformat()},
        )


def _draft_is_over(work: UnitOfWork, subject: str, today: date) -> bool:
    try:
        end = work.applications.get(subject).draft_end
    except PerizinanError:
        return False
    return end is not None and end.ends_on < today


def _gone(office: Office, targets: Iterable[TargetCounts]) -> Iterator[Finding]:
    """Name the targets that something waits for, and that the settings no longer name."""
    plugins = office.settings.plugins
    used = {channel_target(name) for name in plugins.channels} | {
        consumer_target(name) for name in plugins.consumers
    }
    for counts in targets:
        if ":" in counts.target and counts.target not in used and counts.waiting + counts.given_up:
            yield Finding(
                code="target-gone",
                sentence=N_("{count} deliveries wait for {target}, which the settings no longer name."),
                remedy=N_("Name it in the settings again, or drop them: perizinan outbox list, outbox drop"),
                fields={"count": counts.waiting + counts.given_up, "target": counts.target},
            )


def _unnotified(office: Office) -> Iterator[Finding]:
    for case in [item for item in office.reviews.unnotified(actor=_OPERATOR) if item.asked][:MOST_NAMED]:
        yield Finding(
            code="applicant-not-notified",
            sentence=N_(
                "The applicant of case {case} could not be notified since {since} ({of}); no time runs meanwhile."
            ),
            remedy=N_(
                "Put the channel right, or let the front office inform the applicant and record it: "
                "perizinan cases notified {case} --remark …"
            ),
            fields={
                "case": case.receipt_number or case.application,
                "of": ", ".join(item.of for item in case.notices),
                "since": case.since.isoformat(timespec="minutes"),
            },
        )


def _jobs(office: Office) -> Iterator[Finding]:
    for failure in office.worker.failures(limit=MOST_NAMED):
        if failure.job != "deliver":
            yield Finding(
                code="job-failed",
                sentence=N_("The worker could not do {job} for {subject}: {error} ({attempts} attempts)."),
                remedy=N_("Look at the case; the worker keeps trying."),
                fields=attrs.asdict(failure),
            )


def _signatures(office: Office) -> Iterator[Finding]:
    now = office.now()
    with office.storage.unit_of_work(read_only=True) as work:
        stuck = [
            subject
            for subject in work.agenda.to_sign()
            if now - work.applications.last_change(subject).at > _LATE
        ]
        interrupted = len(work.signing_attempts.interrupted(now=now))
    for subject in stuck[:MOST_NAMED]:
        yield Finding(
            code="signature-stuck",
            sentence=N_("The letter of case {case} has waited for its signature for more than an hour."),
            remedy=N_("See that the signer can be opened (perizinan keys list) and that the worker runs."),
            fields={"case": subject},
        )
    if interrupted:
        yield Finding(
            code="signature-interrupted",
            sentence=N_("{count} signatures were interrupted and have not been resumed."),
            remedy=N_("Run: perizinan worker --once"),
            fields={"count": interrupted},
        )


def _uploads(office: Office) -> Iterator[Finding]:
    with office.storage.unit_of_work(read_only=True) as work:
        count = work.applications.count(ApplicationFilter(holding_uploads=True))
    if count:
        yield Finding(
            code="upload-held",
            level=Level.NOTICE,
            sentence=N_("{count} cases hold a file that no one has judged yet."),
            remedy=N_("The counter accepts or discards it in the case."),
            fields={"count": count},
        )


def _staff(office: Office) -> Iterator[Finding]:
    staff = office.reviews.officers(actor=_OPERATOR)
    if not any(one.active and Role.ADMINISTRATOR in one.roles for one in staff):
        yield Finding(
            code="no-administrator",
            sentence=N_("The office has no active administrator."),
            remedy=N_("Add one: perizinan officers add ID --name NAME --role administrator --unit UNIT"),
        )
    for officer in staff:
        if officer.proposed is not None:
            yield Finding(
                code="officer-unconfirmed",
                level=Level.NOTICE,
                sentence=N_("The post of officer {officer} waits for a second person."),
                remedy=N_("An administrator who did not propose it confirms it."),
                fields={"officer": officer.id},
            )
    for appointment in office.reviews.operator_appointments(actor=_OPERATOR):
        yield Finding(
            code="officer-by-operator",
            level=Level.NOTICE,
            sentence=N_("Officer {officer} was made the first {role} by the operator alone, on {day}."),
            remedy=N_("Nothing, when it was meant so; else ask who did it."),
            fields={
                "officer": appointment.officer,
                "role": appointment.role.value,
                "day": appointment.at.date().isoformat(),
            },
        )


def _clock(office: Office) -> Iterator[Finding]:
    found = office.clock_repair.found()
    if found:
        yield Finding(
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
        yield Finding(
            code="clocks-apart",
            sentence=N_("The clocks of this machine and of the database are {seconds} seconds apart."),
            remedy=N_("Let both take the time from the same time server."),
            fields={"seconds": int(apart.total_seconds())},
        )


def _calendar(office: Office) -> Iterator[Finding]:
    calendar = office.authority.calendar
    today = calendar.time_zone.local(office.now()).date()
    if calendar.covers_to - today < _SOON:
        yield Finding(
            code="calendar-ends",
            sentence=N_("The calendar of working days ends on {day}; deadlines beyond it cannot be counted."),
            remedy=N_("Add the holidays of the next year to the calendar of the authority's plugin."),
            fields={"day": calendar.covers_to.isoformat()},
        )


def _assumed(office: Office) -> Iterator[Finding]:
    states = office.confirmations.assumed(actor=_OPERATOR)
    found = sum(one.state is not Confirmed.YES for one in states)
    if found:
        yield Finding(
            code="value-unconfirmed",
            level=Level.NOTICE if office.settings.signing.development else Level.PROBLEM,
            sentence=N_(
                "{count} of {all} values that the catalogue assumes are not confirmed: the kinds of permits that "
                "rest on them are closed."
            ),
            remedy=N_("Name the paper for each, two persons the same: perizinan catalogue assumed --open"),
            fields={"count": found, "all": len(states)},
        )


def _certificates(office: Office) -> Iterator[Finding]:
    for position in office.signers.positions():
        try:
            signer = office.signers.signer_for(position)
        except PerizinanError as error:
            yield Finding(
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


def _ending(office: Office, certificate: x509.Certificate) -> Iterator[Finding]:
    until = certificate.not_valid_after_utc
    if until - office.now() < _SOON:
        yield Finding(
            code="certificate-ends",
            sentence=N_("The certificate {subject} ends on {day}."),
            remedy=N_("Ask the certificate authority for a new one in time."),
            fields={"subject": certificate.subject.rfc4514_string(), "day": until.date().isoformat()},
        )


def _plugins(office: Office) -> Iterator[Finding]:
    yield from not_loaded(office.plugins)


def _files(office: Office | BareOffice) -> Iterator[Finding]:
    for path in _private_files(office.settings):
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding(
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


def _status_list(office: Office) -> Iterator[Finding]:
    path = office.status_lists.file
    if path is None:
        return
    limit = timedelta(hours=office.settings.publication.max_age_hours) / 2
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None
    if written is None or datetime.now(UTC) - written > limit:
        yield Finding(
            code="status-list-old",
            sentence=N_("The status list was not published, or not lately: {path}."),
            remedy=N_("See that the worker runs, or run: perizinan authority publish"),
            fields={"path": path},
        )


def _records(office: Office | BareOffice) -> Iterator[Finding]:
    if not isinstance(office.storage, SqlStorage):
        return
    for fault in check_records(office.storage).faults[:MOST_NAMED]:
        yield Finding(
            code="record-not-as-written",
            sentence=N_("The row {row} of {table} is not as the library wrote it ({problem})."),
            remedy=N_("Find out who can write to the database; see: perizinan records check"),
            fields={"table": fault.table, "row": fault.row, "problem": fault.problem.value},
        )


def _page(office: Office) -> Iterator[Finding]:
    url = office.authority.verification_url
    try:
        fetch(url, max_bytes=_PAGE_BYTES, accept="text/html", seconds=10)
    except PerizinanError as error:
        yield Finding(
            code="page-unreachable",
            sentence=error.sentence,
            remedy=N_("People who scan a permit arrive there: check the web server and the name."),
            error=error,
        )
