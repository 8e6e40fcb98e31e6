"""Whether an office can serve people now: its database, its tables, its worker."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from perizinan_core.services._readiness import RoundNotes


def test_an_office_whose_worker_is_silent_is_not_ready(any_kit):
    """Ten minutes after its last round, or after the portal began where there never was one."""
    kit = any_kit
    begun = kit.clock()
    ready = [kit.office.readiness(since=begun)]
    kit.clock.forward(minutes=11)
    ready.append(kit.office.readiness(since=begun))
    kit.office.worker.run_once()
    ready.append(kit.office.readiness(since=begun))
    kit.clock.forward(minutes=11)
    ready.append(kit.office.readiness(since=begun))

    assert [(), ("worker-silent",), (), ("worker-silent",)] == ready


def test_rounds_are_noted_once_a_minute(kit):
    """Not each of them has to write."""
    notes = RoundNotes(kit._context)
    begun = kit.clock()
    kit.office.worker.run_once()
    kit.clock.forward(minutes=0.5)
    kit.office.worker.run_once()
    first = notes.last()
    kit.clock.forward(minutes=1)
    kit.office.worker.run_once()

    assert begun == first
    assert timedelta(minutes=1.5) == notes.last() - begun


def test_tables_that_were_upgraded_meanwhile_make_an_office_unready(database_kit):
    """An older program must not write into newer tables."""
    kit = database_kit
    with kit.office.storage.engine.begin() as connection:
        connection.execute(text("UPDATE perizinan_revision SET version_num = '9999'"))

    assert ("schema-too-new",) == kit.office.readiness(since=kit.clock())
