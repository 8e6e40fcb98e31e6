"""
The office's status list: made from the records, signed, and published as a static file.

A list says what the records said at its moment. It is made again when a permit is issued, suspended,
reinstated, revoked, annulled or replaced, when a change that was decided for a later day begins, and in
any case before a copy of it would have to be fetched again. Any number of processes may publish: one at a
time makes the list and replaces the file, and a list never replaces a newer one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Event as Flag

import attrs

from perizinan_core._saved_file import locked, replace_file
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.published import StatusListError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import RecordNotFoundError, SealBrokenError, StoredValueError
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.published._keys import algorithm_name, signing_callback
from perizinan_core.published._status_list import (
    STATUS_LIST_FILE,
    ListStatus,
    StatusList,
    StatusListTerms,
    pack_statuses,
    peek_status_list,
    sign_status_list,
)
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._published_keys import LEAD, OwnKeys, key_id
from perizinan_core.services._published_versions import published_versions
from perizinan_core.services._used_numbers import lost_numbers
from perizinan_core.storage import UnitOfWork

__all__ = ["STATUS_KINDS", "StatusListRules", "StatusLists", "note_later_change"]

_LATER = "status-later:"
_SKEW = timedelta(minutes=5)
"""How far the clocks of the office's machines may differ."""

STATUS_KINDS = frozenset(
    {
        EventKind.PERMIT_ISSUED,
        EventKind.PERMIT_SUSPENDED,
        EventKind.PERMIT_REINSTATED,
        EventKind.PERMIT_REVOKED,
        EventKind.PERMIT_ANNULLED,
        EventKind.PERMIT_SUPERSEDED,
        EventKind.PERMIT_RECOVERED,
        EventKind.NUMBER_CANCELLED,
    }
)
_FINAL = frozenset({PermitStatus.REVOKED, PermitStatus.ANNULLED, PermitStatus.SUPERSEDED})
"""Once stored they hold, and nothing follows: the permit itself need not be looked at."""

_OPEN = frozenset({PermitStatus.SUSPENDED, PermitStatus.AWAITING_SIGNATURE})
_MEANING = {
    PermitStatus.IN_FORCE: ListStatus.VALID,
    PermitStatus.EXPIRED: ListStatus.VALID,
    PermitStatus.SUSPENDED: ListStatus.SUSPENDED,
    PermitStatus.REVOKED: ListStatus.INVALID,
    PermitStatus.ANNULLED: ListStatus.INVALID,
    PermitStatus.SUPERSEDED: ListStatus.SUPERSEDED,
    PermitStatus.AWAITING_SIGNATURE: ListStatus.SUSPENDED,
}

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class StatusListRules:
    """Where the list is, and how long it serves."""

    uri: str
    """Address under which checkers fetch it."""

    folder: Path
    """Where the file is written; a web server serves it from there."""

    max_age: timedelta = timedelta(days=7)
    """How old a list may be; it ends then."""

    refresh: timedelta = timedelta(hours=1)
    """How often it is made again when nothing changed; what checkers read as ``ttl``."""


@checked
@attrs.frozen
class StatusLists:
    """Makes and publishes the status list of an office; switched off without rules or without a key."""

    _context: OfficeContext
    _rules: StatusListRules | None = None
    _changed: Flag = attrs.field(factory=Flag, init=False, repr=False, eq=False)
    _unreadable: set[int] = attrs.field(factory=set, init=False, repr=False, eq=False)

    @property
    def is_on(self) -> bool:
        """True when the office publishes a status list."""
        return self._rules is not None and self._context.keys.status is not None

    @property
    def file(self) -> Path | None:
        """The published file, or None when the office publishes none."""
        return self._rules.folder / STATUS_LIST_FILE if self._rules is not None and self.is_on else None

    @property
    def lead(self) -> timedelta:
        """How long before its first use a key of the office is announced."""
        return max(LEAD, self._rules.max_age) if self._rules is not None else LEAD

    def terms(self, work: UnitOfWork, now: datetime) -> StatusListTerms | None:
        """Return what ``authority.json`` says about the list, or None; puts the present key on record."""
        if self._rules is None or self._context.keys.status is None:
            return None
        keys = self._keys(work).published(self._context.keys.status.public_key(), now)
        seconds = int(self._rules.max_age.total_seconds())
        return StatusListTerms(uri=self._rules.uri, keys=keys, max_age=seconds)

    def build(self, *, now: datetime | None = None) -> bytes | None:
        """
        Return the list as of now, signed; None when the office publishes none.

        Args:
            now: Aware moment; None asks the clock.

        Raises:
            ServiceError: ``key-not-usable-yet``: the key in place was not announced long enough ago.
        """
        context, rules, key = self._context, self._rules, self._context.keys.status
        if rules is None or key is None:
            return None
        moment = context.moment(now).replace(microsecond=0)
        day = context.local_day(moment)
        with context.unit_of_work() as work:
            self.terms(work, moment)
            work.commit()
        with context.unit_of_work(read_only=True) as work:
            self._keys(work).require_usable(key.public_key(), moment)
            packed, following, unreadable = _packed(work, day)
            versions = published_versions(work)
        self._unreadable.clear()
        self._unreadable.update(unreadable)
        expires = moment + rules.max_age
        if following is not None:
            # A change that is decided already begins on that day: this list must not outlive the day before.
            expires = min(expires, context.calendar.time_zone.at(following, time()))
        made = StatusList(
            uri=rules.uri,
            issued=moment,
            expires=expires,
            ttl=int(rules.refresh.total_seconds()),
            versions=versions,
            packed=packed,
        )
        return sign_status_list(
            made,
            sign=signing_callback(key),
            kid=key_id(key.public_key()),
            algorithm=algorithm_name(key),
        )

    def _keys(self, work: UnitOfWork) -> OwnKeys:
        return OwnKeys(work, "status", self._context.local_day, self.lead)

    def publish(
        self, *, folder: Path | None = None, now: datetime | None = None, replace_newer: bool = False
    ) -> Path | None:
        """
        Make the list and put it in the place of the published one; None when the office publishes none.

        Args:
            folder: Another folder than that of the settings.
            now: Aware moment; None asks the clock.
            replace_newer: Also replace a list that is newer than the clock: an operator says that this one
            was
                made by a clock that was ahead.

        Raises:
            ServiceError: ``status-list-clock``: the published list is newer than the clock by more than five
                minutes.
            OSError: the folder cannot be written.
        """
        if self._rules is None or not self.is_on:
            return None
        path = (folder or self._rules.folder) / STATUS_LIST_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path):
            self._changed.clear()
            moment = self._context.moment(now).replace(microsecond=0)
            known = _read(path)
            if known is not None and known.issued > moment and not replace_newer:
                if known.issued > moment + _SKEW:
                    raise ServiceError("status-list-clock", published=known.issued, now=moment)
                moment = known.issued
            data = self.build(now=moment)
            if data is not None:
                replace_file(path, data)
        return path

    def publish_noted(self, *, now: datetime | None = None) -> None:
        """Publish; what was noted stays noted when that fails, with whatever `publish` raises."""
        try:
            self.publish(now=now)
        except BaseException as error:
            self._changed.set()
            name = error.code if isinstance(error, PerizinanError) else type(error).__name__
            _log.warning("the status list was not published: %s", name)
            raise

    def is_due(self, *, now: datetime | None = None) -> bool:
        """Return True when the list is to be made again: `keep_current` would."""
        path = self.file
        if path is None or self._rules is None:
            return False
        known = _read(path)
        with self._context.unit_of_work(read_only=True) as work:
            versions = published_versions(work)
        return (
            known is None
            or known.versions != versions
            or self.is_ahead(now=now)
            or self._changed.is_set()
            or known.uri != self._rules.uri
            or self._context.moment(now) >= min(known.issued + self._rules.refresh, known.expires)
        )

    def is_ahead(self, *, now: datetime | None = None) -> bool:
        """Return True when the published list was made by a clock that was ahead of the present one."""
        known = _read(self.file) if self.file is not None else None
        return known is not None and known.issued > self._context.moment(now) + _SKEW

    @property
    def unreadable(self) -> tuple[int, ...]:
        """Places of the permits that could not be read for the last list; it shows them as suspended."""
        return tuple(sorted(self._unreadable))

    def note(self, event: Event) -> None:
        """Take note of what happened; `keep_current` acts on it."""
        if event.kind in STATUS_KINDS:
            self._changed.set()

    def keep_current(self, *, now: datetime | None = None) -> bool:
        """
        Publish when something was noted, or when the published list is missing, old or about to end.

        What keeps it from publishing is logged, and tried again the next time.

        Returns:
            True when it published.
        """
        if not self.is_due(now=now):
            return False
        try:
            self.publish_noted(now=now)
        except (PerizinanError, OSError):
            return False
        return True


def note_later_change(work: UnitOfWork, permit: Permit, today: date) -> None:
    """
    Put a permit on record whose latest change begins on a later day.

    Its stored status is still the old one; the list looks at such permits by themselves.
    """
    if permit.changes and permit.changes[-1].effective > today:
        work.settings.put(f"{_LATER}{permit.id}", permit.changes[-1].effective.isoformat())


def _packed(work: UnitOfWork, day: date) -> tuple[bytes, date | None, tuple[int, ...]]:
    """
    Return the bit string for a local day, the day on which it changes by itself, and what was unreadable.

    A permit that cannot be read keeps no other from being shown. Whether it stands is not known, so it is
    shown as one not to rely on for now.
    """
    following: list[date] = []
    unreadable: list[int] = []
    undecided: list[int] = []

    lost = {item.place for item in lost_numbers(work)}

    def marks() -> Iterator[tuple[int, int]]:
        for index, status in work.permits.places(_FINAL | _OPEN):
            if status is None and index in lost:
                # Used by a permit of before a restore, whose record is gone: no one can say whether it stands.
                yield index, ListStatus.SUSPENDED
            elif status is None:
                # Whatever the record said: no one is to rely on a permit whose record does not pass its check.
                _log.error("the permit at place %s of the status list is not as it was written", index)
                unreadable.append(index)
                yield index, ListStatus.SUSPENDED
            elif status in _FINAL:
                yield index, _MEANING[status]
            else:
                undecided.append(index)
        for index in (*undecided, *_changing_later(work)):
            try:
                permit = work.permits.get_by_status_index(index)
                value = _value(work, permit, day)
            except (RecordNotFoundError, SealBrokenError, StoredValueError) as error:
                _log.error("the permit at place %s of the status list is unreadable: %s", index, error.code)
                unreadable.append(index)
                yield index, ListStatus.SUSPENDED
                continue
            following.extend(_later_days(permit, day))
            yield index, value

    packed = pack_statuses(work.status_indexes.size(), marks())
    return packed, min(following, default=None), tuple(unreadable)


def _changing_later(work: UnitOfWork) -> Iterator[int]:
    """Return the place of every permit whose latest change begins on a later day."""
    # A note that was changed or removed still names the permit that is to be looked at.
    for key in {*work.settings.all(_LATER), *work.settings.broken(_LATER)}:
        try:
            yield work.permits.place_of(key.removeprefix(_LATER))
        except (RecordNotFoundError, SealBrokenError):
            # Its place has no permit, which `places` tells.
            continue


def _value(work: UnitOfWork, permit: Permit, day: date) -> ListStatus:
    if (
        permit.signed_sha256 is None
        and work.numbers.get(permit.register, permit.register_year, permit.sequence).is_cancelled
    ):
        return ListStatus.INVALID
    return _MEANING[permit.status_on(day)]


def _later_days(permit: Permit, day: date) -> Iterator[date]:
    for change in permit.changes:
        if change.effective > day:
            yield change.effective
        if change.until is not None and change.until >= day:
            yield change.until + timedelta(days=1)


def _read(path: Path) -> StatusList | None:
    try:
        return peek_status_list(path.read_bytes())
    except (OSError, StatusListError):
        return None
