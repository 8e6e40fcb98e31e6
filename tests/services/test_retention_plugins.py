"""Plugins that hold data about cases: asked before a draft goes, and made to forget it afterwards."""

from __future__ import annotations

import pytest

from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._events import EventKind
from perizinan_core.services._retention_asks import Forgetting
from perizinan_core.services._targets import OpenConsumer
from perizinan_core.testing import APPLICANT, sample_office
from perizinan_core.testing._refusals import raises_code


class Archive:
    """Keeps notes about cases, and may need one of them."""

    def __init__(self):
        self.held = set()
        self.reason = None
        self.fault = None
        self.forgotten = []

    def keeps(self, case):
        if self.fault is not None:
            raise self.fault
        return self.reason if case else None

    def forget(self, case):
        if self.fault is not None:
            raise self.fault
        self.held.discard(case)
        self.forgotten.append(case)


@pytest.fixture
def archive():
    return Archive()


@pytest.fixture
def kit(archive):
    kinds = frozenset({EventKind.DRAFT_DISCARDED})

    class Entry:
        name = "retention-archive"
        time_limit = 30.0

    Entry.kinds = kinds
    assert OpenConsumer(name="x", consumer=Forgetting(archive), kinds=kinds).kinds == kinds
    return sample_office(consumers=[(Entry, Forgetting(archive))], retention=(("archive", archive),))


def test_a_draft_that_goes_is_forgotten_by_all_who_hold_something(kit, archive):
    """After it is gone, by the worker."""
    draft = kit.draft().id
    archive.held.add(draft)
    kit.office.applications.discard(draft, actor=APPLICANT)
    before = set(archive.held)
    kit.office.worker.run_once()

    assert {draft} == before
    assert set() == archive.held


def test_what_could_not_be_forgotten_is_forgotten_later(kit, archive):
    """At least once: it is tried until it works."""
    draft = kit.draft().id
    archive.held.add(draft)
    kit.office.applications.discard(draft, actor=APPLICANT)
    archive.fault = OSError("the disk is gone")
    kit.office.worker.run_once()
    archive.fault = None
    kit.clock.forward(hours=1)
    kit.office.worker.run_once()

    assert [draft] == archive.forgotten


def test_a_draft_that_someone_needs_stays_with_the_reason(kit, archive):
    """The applicant reads it."""
    draft = kit.draft().id
    archive.reason = "sedang diperiksa Ombudsman"
    with raises_code("kept-by-plugin") as told:
        kit.office.applications.discard(draft, actor=APPLICANT)

    assert "Ombudsman" in told.value.message("id")
    assert draft == kit.office.applications.get(draft, actor=APPLICANT).id


def test_a_keeper_that_cannot_say_keeps_the_draft(kit, archive):
    """Its failure is never a permission."""
    draft = kit.draft().id
    archive.fault = ConnectionError("down")
    with raises_code("retention-unanswered"):
        kit.office.applications.discard(draft, actor=APPLICANT)

    assert draft == kit.office.applications.get(draft, actor=APPLICANT).id


def test_the_worker_removes_no_draft_that_someone_needs(kit, archive):
    """It is named among what could not be done, and goes when it is free."""
    draft = kit.draft().id
    archive.reason = "dipakai"
    for _ in range(30):
        kit.clock.forward(days=10)
        kit.office.worker.run_once()
    kept = [item.error for item in kit.office.worker.failures()]
    archive.reason = None
    kit.clock.forward(days=1)
    kit.office.worker.run_once()

    assert ["kept-by-plugin"] == kept
    with pytest.raises(NotFoundError):
        kit.office.applications.get(draft, actor=APPLICANT)


def test_no_one_is_asked_about_a_draft_of_someone_else(kit, archive):
    """The answer would tell that it exists."""
    draft = kit.draft().id
    archive.reason = "dipakai"
    import attrs

    with pytest.raises(NotFoundError):
        kit.office.applications.discard(draft, actor=attrs.evolve(APPLICANT, id="someone-else"))
