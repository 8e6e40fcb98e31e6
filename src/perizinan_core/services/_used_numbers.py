"""
Marks of numbers and status places that were used, kept with the documents and not with the records.

A database that is restored from an older backup does not know which numbers were given out since; the documents
do. Before a permit is signed, a small document signed by the office says which number and which place it uses,
and gets two write-once names: one for the number, one for the place. Before the next number is taken, its name
is looked up. A number that was used is put into the register as lost, with the permit that it belongs to, and the
next one is taken: none is given twice, and no gap is without an explanation.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Protocol

import attrs

from perizinan_core.documents import DocumentStore
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import DocumentStoreError, LinkConflictError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._actor import Actor
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit import Permit
from perizinan_core.published._envelope import sign_statement, signed_by
from perizinan_core.published._keys import PublicKey, key_from_jwk, signing_callback
from perizinan_core.published._strict_json import load_json
from perizinan_core.services._context_parts import OfficeKeys
from perizinan_core.services._published_keys import PUBLISHED_KEYS
from perizinan_core.storage import Storage, TakenNumber, UnitOfWork

__all__ = ["LostNumber", "UsedNumber", "UsedNumbers", "lost_numbers", "spans_of"]

_KIND = "perizinan-used-number"
_NUMBERS = "used-numbers"
_PLACES = "used-places"
_LOST = "lost-numbers"
"""Subject of the history in which lost numbers stand."""

_MAX_BYTES = 10_000

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class UsedNumber:
    """What a mark says."""

    register: str
    year: int
    """Local year of the authority."""

    sequence: int
    number: str = ""
    """As printed; empty where that is not known."""

    subject: str = ""
    """Id of the permit or application that it is for; empty where that is not known."""

    place: int | None = None
    """Place in the status list, for permits."""

    @property
    def name(self) -> str:
        """Write-once name of the number."""
        return f"{_NUMBERS}/{self.register}/{self.year}/{self.sequence:08}"


@attrs.frozen(kw_only=True)
class LostNumber:
    """A number or a place that was used by a record which the database does not have, and was passed over."""

    used: UsedNumber
    place: int | None
    """The place that was passed over; None: it was the number."""

    at: datetime
    """When it was passed over."""

    reason: str | None = None
    """Why, where a person passed it over."""


class _HasSlug(Protocol):
    @property
    def slug(self) -> str: ...


class KeepsMarks(Protocol):
    """What marks are made and read with: an office, or what of it opens without its plugins."""

    @property
    def storage(self) -> Storage:
        """The records."""
        ...

    @property
    def documents(self) -> DocumentStore:
        """Where the marks lie."""
        ...

    @property
    def keys(self) -> OfficeKeys:
        """The office's keys, which sign them."""
        ...

    @property
    def authority(self) -> _HasSlug:
        """Whose office it is."""
        ...


@attrs.frozen
class UsedNumbers:
    """Makes and reads the marks of an office."""

    _context: KeepsMarks

    def keep(self, permit: Permit) -> None:
        """
        Mark number and place of a permit as used; doing it again changes nothing.

        Raises:
            ServiceError: ``number-used-elsewhere``: another permit uses one of them.
            ServiceError: ``number-mark-broken``: a mark is not as the office wrote it.
            DocumentStoreError: the store refused.
        """
        used = UsedNumber(
            register=permit.register,
            year=permit.register_year,
            sequence=permit.sequence,
            number=permit.number,
            subject=permit.id,
            place=permit.status_index,
        )
        sha256 = self._keep(used)
        try:
            self._context.documents.link(_place(permit.status_index), sha256)
        except LinkConflictError as error:
            raise ServiceError("number-used-elsewhere", number=permit.number) from error

    def keep_of(self, subject: str) -> None:
        """
        Mark the numbers of a case: its receipts and official letters.

        What cannot be marked now is marked when the next number of the register is taken.
        """
        with self._context.storage.unit_of_work(read_only=True) as work:
            lines = work.numbers.of_subject(subject)
        for line in lines:
            try:
                self._keep_line(line)
            except PerizinanError as error:
                _log.warning(
                    "number %s of %s is not marked yet: %s", line.sequence, line.register, error.code
                )

    def keep_before(self, work: UnitOfWork, register: str, year: int, sequence: int, first: int) -> None:
        """
        Mark the line before a number that is being taken, where a crash kept it from being marked.

        A permit's is left to the one who has it signed: it is marked before the signature, with its place.
        """
        name = f"{_NUMBERS}/{register}/{year}/{sequence - 1:08}"
        if sequence <= first or self._context.documents.resolve(name) is not None:
            return
        before = work.numbers.get(register, year, sequence - 1)
        try:
            work.permits.get(before.subject or "")
        except RecordNotFoundError:
            self._keep_line(before)

    def of_number(self, register: str, year: int, sequence: int) -> UsedNumber | None:
        """
        Return who used a number, or None.

        Raises:
            ServiceError: ``number-mark-broken``: its mark is not as the office wrote it.
        """
        return self._found(f"{_NUMBERS}/{register}/{year}/{sequence:08}")

    def of_place(self, place: int) -> UsedNumber | None:
        """Return who used a place in the status list, or None; raises as `of_number`."""
        return self._found(_place(place))

    def note_lost(
        self,
        work: UnitOfWork,
        used: UsedNumber,
        *,
        actor: Actor,
        now: datetime,
        place: int | None = None,
        reason: str | None = None,
    ) -> None:
        """Put into the history that a number, or a place, was passed over because it was used."""
        _log.warning("%s was used by a record that is not here, and is passed over", used.name)
        passed = {"passed_place": place, "reason": reason}
        happened = Event(
            kind=EventKind.NUMBER_LOST,
            subject=_LOST,
            at=now,
            actor=str(actor.account),
            data={
                **_without_none(used),
                **{name: value for name, value in passed.items() if value is not None},
            },
        )
        work.history.add((happened,))

    def beyond_records(self) -> tuple[UsedNumber, ...]:
        """
        Return what was used and is not on record, in the order of registers, years and sequences.

        Walks through all names of the document store: for people who look after it, not for use cases.
        """
        found = {used.name: used for used in self._beyond()}
        return tuple(found[name] for name in sorted(found))

    def _beyond(self) -> Iterator[UsedNumber]:
        last: dict[tuple[str, int], int] = {}
        with self._context.storage.unit_of_work(read_only=True) as work:
            size = work.status_indexes.size()
            for name, _ in self._context.documents.links():
                kind, *rest = name.split("/")
                if kind == _PLACES and int(rest[0]) >= size:
                    used = self._found(name)
                elif kind == _NUMBERS:
                    of = rest[0], int(rest[1])
                    if of not in last:
                        last[of] = work.numbers.last(*of) or 0
                    used = self._found(name) if int(rest[2]) > last[of] else None
                else:
                    used = None
                if used is not None:
                    yield used

    def _keep_line(self, line: TakenNumber) -> None:
        if line.number is None or line.subject is None or line.is_lost:
            return
        self._keep(
            UsedNumber(
                register=line.register,
                year=line.year,
                sequence=line.sequence,
                number=line.number,
                subject=line.subject,
            )
        )

    def _keep(self, used: UsedNumber) -> str:
        """Give the number its name, and return which document it stands for."""
        documents = self._context.documents
        sha256 = documents.resolve(used.name)
        if sha256 is None:
            sha256 = documents.put(BytesIO(self._signed(used))).sha256
            try:
                documents.link(used.name, sha256)
            except LinkConflictError as error:
                sha256 = error.existing
            else:
                return sha256
        if self._read(used.name, sha256).subject != used.subject:
            raise ServiceError("number-used-elsewhere", number=used.number)
        return sha256

    def _found(self, name: str) -> UsedNumber | None:
        sha256 = self._context.documents.resolve(name)
        return None if sha256 is None else self._read(name, sha256)

    def _signed(self, used: UsedNumber) -> bytes:
        key = self._context.keys.document
        said = {"document_type": _KIND, "authority": self._context.authority.slug, **_without_none(used)}
        return sign_statement(said, key=key.public_key(), sign=signing_callback(key))

    def _read(self, name: str, sha256: str) -> UsedNumber:
        """Return what a mark says, when the office signed it for this very name."""
        try:
            data = self._context.documents.read(sha256, _MAX_BYTES)
            said = load_json(data)["signed"]
            if not signed_by(data, self._keys()):
                raise ServiceError("number-mark-broken", name=name)
            if (said.pop("document_type"), said.pop("authority")) != (_KIND, self._context.authority.slug):
                raise ServiceError("number-mark-broken", name=name)
            used = UsedNumber(**said)
        except (DocumentStoreError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ServiceError("number-mark-broken", name=name) from error
        if name not in (used.name, _place(used.place)):
            raise ServiceError("number-mark-broken", name=name)
        return used

    def _keys(self) -> tuple[PublicKey, ...]:
        own = self._context.keys
        with self._context.storage.unit_of_work(read_only=True) as work:
            known = work.settings.all(f"{PUBLISHED_KEYS}document:").values()
        held = (own.document, *own.former_documents)
        return (*(key.public_key() for key in held), *(key_from_jwk(entry["key"]) for entry in known))


def lost_numbers(work: UnitOfWork) -> tuple[LostNumber, ...]:
    """Return the numbers and places that were passed over, oldest first."""
    return tuple(_lost(event) for event in work.history.of(_LOST))


def spans_of(used: Iterable[UsedNumber]) -> tuple[tuple[str, int, int, int], ...]:
    """Return register, year, first and last sequence of each register in which numbers were used."""
    found: dict[tuple[str, int], list[int]] = {}
    for item in used:
        found.setdefault((item.register, item.year), []).append(item.sequence)
    return tuple((*of, min(numbers), max(numbers)) for of, numbers in sorted(found.items()))


def _lost(event: Event) -> LostNumber:
    data = dict(event.data)
    place, reason = data.pop("passed_place", None), data.pop("reason", None)
    return LostNumber(used=UsedNumber(**data), place=place, at=event.at, reason=reason)


def _place(place: int | None) -> str:
    return f"{_PLACES}/{place:010}" if place is not None else ""


def _without_none(used: UsedNumber) -> dict[str, Any]:
    return attrs.asdict(used, filter=lambda _field, value: value is not None)
