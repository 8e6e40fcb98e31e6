"""What a change of a row names and leaves alone, and that what was read for it is never older than the row."""

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.model._application import ApplicationState
from perizinan_core.storage import Course, PermitFilter
from perizinan_core.testing.storage._samples import NOW, made_application, made_permit, open_stage


@pytest.fixture
def statements(storage):
    """The changes of rows that a store is asked for."""
    asked = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("UPDATE"):
            asked.append(statement)

    sa.event.listen(storage.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(storage.engine, "before_cursor_execute", note)


def stored_case(storage, **changes):
    """Return an application that is on record."""
    with storage.unit_of_work() as work:
        case = work.applications.add(made_application(**changes), by="x", at=NOW)
        work.commit()
    return case


def test_a_change_names_only_the_columns_that_differ(storage, statements):
    """An index is written for each column that is named, and others wait meanwhile."""
    case = stored_case(storage)
    with storage.unit_of_work() as work:
        found = work.applications.get(case.id, lock=True)
        work.applications.save(attrs.evolve(found, state=ApplicationState.WITHDRAWN), by="x", at=NOW)
        work.commit()

    named = next(text for text in statements if "perizinan_applications" in text)
    assert "state=" in named.replace("%(", "=").replace(" ", "")
    assert "owner" not in named


def test_a_row_that_was_read_without_a_lock_is_written_whole(storage, statements):
    """Somebody else may have changed it since, in what is the same before and after."""
    case = stored_case(storage)
    with storage.unit_of_work() as work:
        found = work.applications.get(case.id)
        work.applications.save(attrs.evolve(found, state=ApplicationState.WITHDRAWN), by="x", at=NOW)
        work.commit()

    assert "owner" in next(text for text in statements if "perizinan_applications" in text)


def test_a_permit_that_moved_with_its_case_is_changed_from_where_it_is(storage):
    """What its row was when it was read is not what it is after the case took another course."""
    case = stored_case(storage, state=ApplicationState.SUBMITTED)
    with storage.unit_of_work() as work:
        permit = work.permits.add(made_permit(case), by="x", at=NOW)
        work.commit()
    with storage.unit_of_work() as work:
        found = work.applications.get(case.id, lock=True)
        permit = work.permits.get(permit.id, lock=True)
        moved = attrs.evolve(found, stages=(open_stage("lain"),))
        work.applications.save(moved, by="x", at=NOW)
        work.permits.save(attrs.evolve(permit, signed_sha256="a" * 64), by="x", at=NOW)
        work.commit()

    expected, there = "a" * 64, frozenset({str(Course.of(moved))})
    with storage.unit_of_work(read_only=True) as work:
        assert expected == work.permits.get(permit.id).signed_sha256
        assert (permit.id,) == tuple(item.id for item in work.permits.find(PermitFilter(courses=there)).items)
