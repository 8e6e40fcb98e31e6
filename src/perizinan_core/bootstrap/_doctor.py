"""
Looking an office over.

Each check looks at one thing and names findings. A check that fails itself is a finding too, and stops no other.
Findings hold ids, codes and numbers only; no personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import attrs

from perizinan_core.bootstrap._bare_office import BareOffice
from perizinan_core.bootstrap._binding_findings import bindings
from perizinan_core.bootstrap._catalogue_findings import catalogue
from perizinan_core.bootstrap._document_findings import documents, missing_documents, seals
from perizinan_core.bootstrap._findings import MOST_NAMED, FindingLevel, OfficeFinding
from perizinan_core.bootstrap._machine_findings import (
    calendar,
    certificates,
    clock,
    files,
    page,
    status_list,
)
from perizinan_core.bootstrap._number_findings import (
    lost_numbers,
    reserved_numbers,
    unknown_numbers,
    unknown_numbers_of,
)
from perizinan_core.bootstrap._plugin_findings import not_loaded
from perizinan_core.bootstrap._queue_findings import queue
from perizinan_core.bootstrap._tables import left_tables
from perizinan_core.documents import CheckedScanner
from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._notification import CheckedChannel
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._complaint import ComplaintState
from perizinan_core.services import Confirmed, UnnotifiedCase
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.storage._checking import check_records
from perizinan_core.storage._records import TargetCounts, channel_target, consumer_target, digest_target
from perizinan_core.storage._sql._store import SqlStorage

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["examine", "examine_bare", "unopened"]

Opened = TypeVar("Opened")

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan doctor")
_LATE = timedelta(hours=1)


def unopened(error: PerizinanError) -> OfficeFinding:
    """Return the finding that the office does not open at all."""
    return OfficeFinding(
        code=error.code,
        sentence=error.sentence,
        remedy=N_("Put this right first; nothing else could be looked at."),
        error=error,
    )


def examine(office: Office, *, network: bool = False, quick: bool = False) -> tuple[OfficeFinding, ...]:
    """
    Look an office over.

    Args:
        office: It works on meanwhile.
        network: Ask for the public page too.
        quick: Leave out what reads every record and every document.
    """
    checks: list[Callable[[Office], Iterator[OfficeFinding]]] = [
        _messages,
        _channels,
        _scanners,
        _unnotified,
        _drafts,
        _complaints,
        _jobs,
        queue,
        _signatures,
        _uploads,
        _staff,
        clock,
        calendar,
        _assumed,
        catalogue,
        certificates,
        bindings,
        lost_numbers,
        reserved_numbers,
        files,
        status_list,
        left_tables,
        _plugins,
    ]
    if not quick:
        checks += [_records, documents, seals, unknown_numbers]
    if network:
        checks.append(page)
    return tuple(finding for check in checks for finding in _each(check, office))


def examine_bare(office: BareOffice, *, quick: bool = False) -> tuple[OfficeFinding, ...]:
    """
    Look over what there is of an office without its plugins.

    Args:
        office: Opened without plugins.
        quick: Leave out what reads every record and every document.
    """
    notice = OfficeFinding(
        code="without-plugins",
        level=FindingLevel.NOTICE,
        sentence=N_("Without plugins only records, documents, numbers and key files were looked at."),
        remedy=N_("Run perizinan doctor without --no-plugins for the rest, and perizinan plugins doctor."),
    )
    checks: list[Callable[[BareOffice], Iterator[OfficeFinding]]] = [files]
    if not quick:
        checks += [_records, missing_documents, seals, unknown_numbers_of]
    return (*(finding for check in checks for finding in _each(check, office)), notice)


def _each(check: Callable[[Opened], Iterator[OfficeFinding]], office: Opened) -> Iterator[OfficeFinding]:
    try:
        yield from check(office)
    except Exception as error:  # noqa: BLE001 - what one check cannot do must not hide what the others find
        name = error.code if isinstance(error, PerizinanError) else type(error).__name__
        yield OfficeFinding(
            code="check-failed",
            sentence=N_("The check {check} could not be made ({error})."),
            remedy=N_("Look at the other findings first, then run perizinan doctor again."),
            fields={"check": check.__name__.strip("_"), "error": name},
        )


def _messages(office: Office) -> Iterator[OfficeFinding]:
    with office.storage.unit_of_work(read_only=True) as work:
        given_up = work.outbox.given_up(limit=MOST_NAMED)
        targets = work.outbox.by_target()
    for entry in given_up:
        fields = {"entry": entry.id, "attempts": entry.attempts, "error": entry.last_error or "-"}
        if entry.consumer is not None:
            yield OfficeFinding(
                code="event-given-up",
                sentence=N_("Event {entry} for {consumer} was given up after {attempts} attempts: {error}."),
                remedy=N_(
                    "Put {consumer} right, then run: perizinan outbox retry {entry}. Later events of the same "
                    "case wait for it; perizinan outbox drop {entry} lets them pass."
                ),
                fields={**fields, "consumer": entry.consumer},
            )
            continue
        yield OfficeFinding(
            code="message-given-up",
            sentence=N_(
                "Message {entry} on channel {channel} was given up after {attempts} attempts: {error}."
            ),
            remedy=N_("Put the channel right, then run: perizinan outbox retry {entry}"),
            fields={**fields, "channel": entry.channel or "-"},
        )
    yield from _gone(office, targets)
    # What waits to be collected has an hour of its own.
    ready = [one for one in targets if not one.target.startswith(digest_target(""))]
    oldest = min((one.oldest_waiting for one in ready if one.oldest_waiting is not None), default=None)
    if oldest is not None and office.now() - oldest > _LATE:
        since = office.authority.calendar.time_zone.local(oldest)
        yield OfficeFinding(
            code="messages-wait",
            sentence=N_("{count} deliveries wait, the oldest since {since}."),
            remedy=N_("See that the worker runs (perizinan worker), and look at: perizinan outbox list"),
            fields={
                "count": sum(one.waiting for one in ready),
                "since": since.isoformat(timespec="minutes"),
            },
        )


def _channels(office: Office) -> Iterator[OfficeFinding]:
    """Ask the services behind the channels whether they would take a message, as far as a channel can tell."""
    for name, channel in office.channels.items():
        if not isinstance(channel, CheckedChannel):
            continue
        try:
            channel.check()
        except PerizinanError as error:
            yield OfficeFinding(
                code="channel-unusable",
                sentence=error.sentence,
                remedy=N_("Until then no message goes out on channel {channel}; what waits is tried again."),
                fields={"channel": name},
                error=error,
            )


def _scanners(office: Office) -> Iterator[OfficeFinding]:
    """Ask the services behind the scanners whether they look at files, as far as a scanner can tell."""
    for scanner in office.scanners:
        if not isinstance(scanner, CheckedScanner):
            continue
        try:
            scanner.check()
        except PerizinanError as error:
            yield OfficeFinding(
                code="scanner-unusable",
                sentence=error.sentence,
                remedy=N_(
                    "Until then uploads are held; the worker has them looked at again once {scanner} answers."
                ),
                fields={"scanner": scanner.name},
                error=error,
            )


def _drafts(office: Office) -> Iterator[OfficeFinding]:
    today = office.authority.calendar.time_zone.local(office.now()).date()
    with office.storage.unit_of_work(read_only=True) as work:
        overdue = [subject for subject in work.agenda.unnotified() if _draft_is_over(work, subject, today)]
    if overdue:
        yield OfficeFinding(
            code="draft-kept",
            level=FindingLevel.NOTICE,
            sentence=N_(
                "{count} drafts are past their time and stay, because their applicants cannot be notified."
            ),
            remedy=N_("Put the channel right; the portal can discard them too. The first: {case}"),
            fields={"count": len(overdue), "case": overdue[0]},
        )


def _complaints(office: Office) -> Iterator[OfficeFinding]:
    with office.storage.unit_of_work(read_only=True) as work:
        found = work.complaints.find(
            states=(ComplaintState.RECEIVED, ComplaintState.IN_WORK),
            due_before=office.today(),
            limit=MOST_NAMED,
        )
    for complaint in found.items:
        yield OfficeFinding(
            code="complaint-overdue",
            sentence=N_("Complaint {number} should have been answered by {day}."),
            remedy=N_("Its holder answers it; a supervisor can name another one."),
            fields={"number": complaint.number, "day": complaint.due},
        )


def _draft_is_over(work: UnitOfWork, subject: str, today: date) -> bool:
    try:
        end = work.applications.get(subject).draft_end
    except PerizinanError:
        return False
    return end is not None and end.ends_on < today


def _gone(office: Office, targets: Iterable[TargetCounts]) -> Iterator[OfficeFinding]:
    """Name the targets that something waits for, and that the settings no longer name."""
    plugins = office.settings.plugins
    used = {make(name) for name in plugins.channels for make in (channel_target, digest_target)} | {
        consumer_target(name) for name in plugins.consumers
    }
    for counts in targets:
        if ":" in counts.target and counts.target not in used and counts.waiting + counts.given_up:
            yield OfficeFinding(
                code="target-gone",
                sentence=N_("{count} deliveries wait for {target}, which the settings no longer name."),
                remedy=N_("Name it in the settings again, or drop them: perizinan outbox list, outbox drop"),
                fields={"count": counts.waiting + counts.given_up, "target": counts.target},
            )


def _unnotified(office: Office) -> Iterator[OfficeFinding]:
    for case in islice(_asked_about(office), MOST_NAMED):
        yield OfficeFinding(
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


def _asked_about(office: Office) -> Iterator[UnnotifiedCase]:
    """Yield the cases whose applicant no message reached, once a person was asked about them."""
    after: str | None = None
    while True:
        page = office.reviews.unnotified(actor=_OPERATOR, after=after)
        yield from (item for item in page.items if item.asked)
        if page.next is None:
            return
        after = page.next


def _jobs(office: Office) -> Iterator[OfficeFinding]:
    for failure in office.worker.failures(limit=MOST_NAMED):
        if failure.job != "deliver":
            yield OfficeFinding(
                code="job-failed",
                sentence=N_("The worker could not do {job} for {subject}: {error} ({attempts} attempts)."),
                remedy=N_("Look at the case; the worker keeps trying."),
                fields=attrs.asdict(failure),
            )


def _signatures(office: Office) -> Iterator[OfficeFinding]:
    now = office.now()
    with office.storage.unit_of_work(read_only=True) as work:
        stuck = [
            subject
            for subject in work.agenda.to_sign()
            if now - work.applications.last_change(subject).at > _LATE
        ]
        interrupted = len(work.signing_attempts.interrupted(now=now))
    for subject in stuck[:MOST_NAMED]:
        yield OfficeFinding(
            code="signature-stuck",
            sentence=N_("The letter of case {case} has waited for its signature for more than an hour."),
            remedy=N_("See that the signer can be opened (perizinan keys list) and that the worker runs."),
            fields={"case": subject},
        )
    if interrupted:
        yield OfficeFinding(
            code="signature-interrupted",
            sentence=N_("{count} signatures were interrupted and have not been resumed."),
            remedy=N_("Run: perizinan worker --once"),
            fields={"count": interrupted},
        )


def _uploads(office: Office) -> Iterator[OfficeFinding]:
    with office.storage.unit_of_work(read_only=True) as work:
        count = work.applications.count(ApplicationFilter(holding_uploads=True))
    if count:
        yield OfficeFinding(
            code="upload-held",
            level=FindingLevel.NOTICE,
            sentence=N_("{count} cases hold a file that no one has judged yet."),
            remedy=N_("The counter accepts or discards it in the case."),
            fields={"count": count},
        )


def _staff(office: Office) -> Iterator[OfficeFinding]:
    staff = office.reviews.officers(actor=_OPERATOR)
    if not any(one.active and Role.ADMINISTRATOR in one.roles for one in staff):
        yield OfficeFinding(
            code="no-administrator",
            sentence=N_("The office has no active administrator."),
            remedy=N_("Add one: perizinan officers add ID --name NAME --role administrator --unit UNIT"),
        )
    for officer in staff:
        if officer.proposed is not None:
            yield OfficeFinding(
                code="officer-unconfirmed",
                level=FindingLevel.NOTICE,
                sentence=N_("The post of officer {officer} waits for a second person."),
                remedy=N_("An administrator who did not propose it confirms it."),
                fields={"officer": officer.id},
            )
    for appointment in office.reviews.operator_appointments(actor=_OPERATOR):
        yield OfficeFinding(
            code="officer-by-operator",
            level=FindingLevel.NOTICE,
            sentence=N_("Officer {officer} was made the first {role} by the operator alone, on {day}."),
            remedy=N_("Nothing, when it was meant so; else ask who did it."),
            fields={
                "officer": appointment.officer,
                "role": appointment.role,
                "day": appointment.at.date(),
            },
        )


def _assumed(office: Office) -> Iterator[OfficeFinding]:
    states = office.confirmations.assumed(actor=_OPERATOR)
    found = sum(one.state is not Confirmed.YES for one in states)
    if found:
        yield OfficeFinding(
            code="value-unconfirmed",
            level=FindingLevel.NOTICE if office.settings.signing.development else FindingLevel.PROBLEM,
            sentence=N_(
                "{count} of {all} values that the catalogue assumes are not confirmed: the kinds of permits that "
                "rest on them are closed."
            ),
            remedy=N_("Name the paper for each, two persons the same: perizinan catalogue assumed --open"),
            fields={"count": found, "all": len(states)},
        )


def _plugins(office: Office) -> Iterator[OfficeFinding]:
    yield from not_loaded(office.plugins)


def _records(office: Office | BareOffice) -> Iterator[OfficeFinding]:
    if not isinstance(office.storage, SqlStorage):
        return
    for fault in check_records(office.storage).faults[:MOST_NAMED]:
        yield OfficeFinding(
            code="record-not-as-written",
            sentence=N_("The row {row} of {table} is not as the library wrote it ({problem})."),
            remedy=N_("Find out who can write to the database; see: perizinan records check"),
            fields={"table": fault.table, "row": fault.row, "problem": fault.problem.value},
        )
