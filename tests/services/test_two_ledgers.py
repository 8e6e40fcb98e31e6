"""A host and an office without a common transaction: a crash after any step leaves both sides right in the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import attrs
import pytest

from perizinan_core.errors.storage import StorageError
from perizinan_core.testing._offices import APPLICANT, OfficeKit, sample_office
from perizinan_core.testing._refusals import raises_code


class CrashError(Exception):
    """The process ends here."""


@attrs.define
class Portal:
    """A host that keeps the order of the page: its intention, the call, the answer."""

    kit: OfficeKit
    rows: dict[str, str | None] = attrs.field(factory=dict)
    """By key: the receipt number, or None while no answer is on record."""

    cases: dict[str, str] = attrs.field(factory=dict)
    crash_after: int | None = None
    _steps: Iterator[int] = attrs.field(factory=count)

    def hand_in(self, key: str, case: str) -> None:
        """Hand a case in, as a request does."""
        self.rows[key], self.cases[key] = None, case
        self._step(0)
        self._call(key)

    def catch_up(self) -> None:
        """Repeat what has no answer, as a host does when it starts."""
        self.crash_after = None
        for key in [key for key, answer in self.rows.items() if answer is None]:
            self._call(key)

    def _call(self, key: str) -> None:
        receipt = self.kit.office.applications.submit(self.cases[key], actor=APPLICANT, idempotency_key=key)
        self._step(1)
        self.rows[key] = receipt.receipt_number
        self._step(2)

    def _step(self, number: int) -> None:
        if self.crash_after == number:
            raise CrashError


@pytest.mark.parametrize("crash_after", [0, 1, 2])
def test_a_crash_after_any_step_ends_with_one_submission_and_its_receipt(crash_after):
    """Before the call, between the call and the note of its answer, and after it."""
    kit = sample_office()
    case = kit.draft()
    kit.fill(case.id)
    portal = Portal(kit, crash_after=crash_after)
    with pytest.raises(CrashError):
        portal.hand_in("k1", case.id)
    portal.catch_up()
    portal.catch_up()
    found = kit.office.applications.get(case.id, actor=APPLICANT)

    assert {"k1": found.receipt_number} == portal.rows
    assert 1 == found.submission


def test_a_key_of_another_request_is_refused():
    """A slip in the host does not hand in another case."""
    kit = sample_office()
    first, second = kit.draft(), kit.draft()
    for case in (first, second):
        kit.fill(case.id)
    kit.office.applications.submit(first.id, actor=APPLICANT, idempotency_key="k1")
    with raises_code("idempotency-conflict") as refused:
        kit.office.applications.submit(second.id, actor=APPLICANT, idempotency_key="k1")

    assert isinstance(refused.value, StorageError)
    assert 409 == refused.value.http_status
    assert kit.office.applications.get(second.id, actor=APPLICANT).receipt_number is None
