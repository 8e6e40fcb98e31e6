"""What a store promises about figures."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.errors.storage import AlreadyExistsError, RecordNotFoundError, StaleObjectError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._complaint import ComplaintState
from perizinan_core.model._figures import RefusalGround
from perizinan_core.model._survey import SurveyElement
from perizinan_core.storage._ports import Storage
from perizinan_core.testing.storage._base import SuiteBase, add_application
from perizinan_core.testing.storage._samples import (
    NOW,
    made_application,
    made_complaint,
    made_figure,
    made_survey_answer,
)

__all__ = ["FiguresSuite"]

_DAY = date(2026, 11, 25)


class FiguresSuite(SuiteBase):
    """Numbers that are counted by the store."""

    def test_figures_that_are_alike_are_counted_together(self, storage: Storage) -> None:
        """By type, step, outcome, ground, time and whether it was kept; each difference is a line of its own."""
        refused = made_figure(outcome=ApplicationState.REFUSED, ground=RefusalGround.SITE, on_time=False)
        step = made_figure(step="periksa", on_time=None, days=None)
        for figures in ([made_figure(), step], [made_figure(), step], [refused]):
            case = add_application(storage, made_application())
            with storage.unit_of_work() as work:
                work.figures.put(case.id, figures)
                work.commit()
        with storage.unit_of_work(read_only=True) as work:
            counted = work.figures.counts(_DAY, _DAY)
            none = work.figures.counts(_DAY + timedelta(days=1), date(2030, 1, 1))
            first = work.figures.first_day()

        found = {(one.step, one.outcome, one.ground, one.on_time, one.days): one.number for one in counted}
        assert found == {
            ("", ApplicationState.ISSUED, None, True, 3): 2,
            ("", ApplicationState.REFUSED, RefusalGround.SITE, False, 3): 1,
            ("periksa", ApplicationState.ISSUED, None, None, None): 2,
        }
        assert none == ()
        assert first == _DAY

    def test_figures_that_are_written_again_are_counted_once(self, storage: Storage) -> None:
        """The last ones count."""
        case = add_application(storage, made_application())
        for days in (3, 4):
            with storage.unit_of_work() as work:
                work.figures.put(case.id, [made_figure(days=days)])
                work.commit()
        with storage.unit_of_work(read_only=True) as work:
            (found,) = work.figures.counts(_DAY, _DAY)

        assert (found.number, found.days) == (1, 4)

    def test_what_waited_at_the_end_of_a_day_is_counted(self, storage: Storage) -> None:
        """Handed in by then, and not closed by then; a draft is neither."""
        later, begun = NOW + timedelta(days=5), NOW - timedelta(days=2)
        for changes in (
            {"submitted_at": begun},
            {"submitted_at": begun, "closed_at": later, "state": ApplicationState.REFUSED},
            {"submitted_at": begun, "closed_at": NOW, "state": ApplicationState.REFUSED},
            {"submitted_at": later},
            {"submitted_at": None, "state": ApplicationState.DRAFT},
            {"submitted_at": NOW, "permit_type": "billboard"},
        ):
            add_application(storage, attrs.evolve(made_application(), **changes))
        with storage.unit_of_work(read_only=True) as work:
            waiting = work.figures.backlog(_DAY)
            nothing = work.figures.backlog(date(2020, 1, 1))

        assert {("street-use", date(2026, 11, 23)): 2, ("billboard", _DAY): 1} == waiting
        assert nothing == {}

    def test_an_empty_store_has_no_figures(self, storage: Storage) -> None:
        """And no first day."""
        with storage.unit_of_work(read_only=True) as work:
            assert work.figures.counts(_DAY, _DAY) == ()
            assert work.figures.first_day() is None

    def test_answers_are_added_by_permit_type(self, storage: Storage) -> None:
        """Of the days asked for; remarks stand apart from when they were given."""
        other = made_survey_answer(
            permit_type="billboard", values={**dict.fromkeys(SurveyElement, 4), SurveyElement.TIME: 1}
        )
        with storage.unit_of_work() as work:
            for answer in (
                made_survey_answer(remark="Antrean panjang"),
                made_survey_answer(),
                other,
                made_survey_answer(day=_DAY - timedelta(days=1)),
            ):
                work.surveys.add(answer)
            work.commit()
        with storage.unit_of_work(read_only=True) as work:
            billboard, street = work.surveys.sums(_DAY, _DAY)
            remarks = work.surveys.remarks(_DAY, _DAY)

        assert (billboard.respondents, billboard.sums) == (1, (4, 4, 1, 4, 4, 4, 4, 4, 4))
        assert (street.respondents, street.sums) == (2, (6,) * 9)
        assert remarks == (("street-use", "Antrean panjang"),)

    def test_a_complaint_is_kept_found_and_saved_once_for_each_version(self, storage: Storage) -> None:
        """By id and by number; who saves what was saved since is refused."""
        with storage.unit_of_work() as work:
            stored = work.complaints.add(made_complaint(), by="a", at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            saved = work.complaints.save(attrs.evolve(stored, holder="o1"), by="b", at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            found = work.complaints.get_by_number(stored.number)
            with pytest.raises(StaleObjectError):
                work.complaints.save(stored, by="c", at=NOW)
        with storage.unit_of_work() as work:
            with pytest.raises(RecordNotFoundError):
                work.complaints.get("nobody")
            with pytest.raises(AlreadyExistsError):
                work.complaints.add(attrs.evolve(stored, id="other"), by="a", at=NOW)

        assert saved == found
        assert found.version == 2

    def test_complaints_are_listed_by_their_day_and_counted_by_their_kind(self, storage: Storage) -> None:
        """Page by page; those of a holder, in a state, past their day."""
        with storage.unit_of_work() as work:
            for day in (3, 1, 2):
                work.complaints.add(made_complaint(due=date(2026, 12, day), holder=f"o{day}"), by="a", at=NOW)
            done = made_complaint(state=ComplaintState.ANSWERED, answered_day=_DAY, on_time=True)
            work.complaints.add(done, by="a", at=NOW)
            work.commit()
        with storage.unit_of_work(read_only=True) as work:
            first = work.complaints.find(states=(ComplaintState.RECEIVED,), limit=2)
            rest = work.complaints.find(states=(ComplaintState.RECEIVED,), limit=2, after=first.next)
            mine = work.complaints.find(holder="o2")
            late = work.complaints.find(due_before=date(2026, 12, 2))
            (counted,) = work.complaints.counts(_DAY, _DAY)

        assert [one.due.day for one in (*first.items, *rest.items)] == [1, 2, 3]
        assert rest.next is None
        assert [one.holder for one in mine.items] == ["o2"]
        assert [one.holder for one in late.items] == ["o1"]
        assert (counted.number, counted.on_time) == (1, True)
