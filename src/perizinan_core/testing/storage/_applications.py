"""Applications: storing, locking, finding."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.errors.storage import AlreadyExistsError, RecordNotFoundError, StaleObjectError
from perizinan_core.model._actor import Account
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import Clock, ClockEntry, ClockEvent, DeadlineRecord
from perizinan_core.model._held import HeldOutcome, HeldReason
from perizinan_core.storage._ports import Storage
from perizinan_core.storage._records import ApplicationFilter, Lookup, LookupKind
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import SuiteBase, add_application
from perizinan_core.testing.storage._samples import (
    EMAIL,
    NIB,
    NIK,
    NOW,
    NPWP,
    PHONE,
    WIB,
    made_application,
    made_document,
    made_held_upload,
    made_organisation,
    made_payment,
    made_person,
    open_stage,
)

__all__ = ["ApplicationsSuite"]


class ApplicationsSuite(SuiteBase):
    """Rule 3 of the ports, and every query."""

    def test_an_application_comes_back_as_it_was_stored(self, storage: Storage) -> None:
        """All parts, with version 1."""
        application = made_application(
            applicant=made_organisation(), payments=(made_payment("STS-1"),), receipt_number="TT/1/2026"
        )
        stored = add_application(storage, application)

        assert stored == attrs.evolve(application, version=1)
        with storage.unit_of_work(read_only=True) as work:
            assert stored == work.applications.get(application.id)
            assert stored == work.applications.get_by_receipt("TT/1/2026")

    def test_text_of_any_script_comes_back_unchanged(self, storage: Storage) -> None:
        """Javanese, emoji, quotes, and what looks like SQL."""
        form = {"catatan": "ꦧꦭꦶꦠꦂ 🙂 \"' ; DROP TABLE x; --\n\t\u200e", "besar": 2**60, "pecahan": 0.1}
        stored = add_application(storage, made_application(form=form))

        with storage.unit_of_work(read_only=True) as work:
            assert form == work.applications.get(stored.id).form

    def test_a_stored_application_does_not_change_with_the_callers_mapping(self, storage: Storage) -> None:
        """The form is a mutable mapping; the record is not."""
        form = {"days": 2}
        stored = add_application(storage, made_application(form=form))
        form["days"] = 99

        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.get(stored.id).form["days"] == 2

    def test_the_id_of_an_application_is_no_receipt_number(self, storage: Storage) -> None:
        """What someone types in the wrong place finds nothing, and accuses no one of having removed a row."""
        stored = add_application(storage, made_application(receipt_number="TT/1/2026"))

        with storage.unit_of_work(read_only=True) as work, pytest.raises(RecordNotFoundError):
            work.applications.get_by_receipt(stored.id)
        with storage.unit_of_work(read_only=True) as work, pytest.raises(RecordNotFoundError):
            work.permits.get_by_number(stored.id)

    def test_an_unknown_application_is_not_found(self, storage: Storage) -> None:
        """By id, by receipt number, for saving and for the last change."""
        with storage.unit_of_work() as work:
            with pytest.raises(RecordNotFoundError):
                work.applications.get("nobody")
            with pytest.raises(RecordNotFoundError):
                work.applications.get_by_receipt("TT/0/2026")
            with pytest.raises(RecordNotFoundError):
                work.applications.last_change("nobody")
            with pytest.raises(RecordNotFoundError):
                work.applications.save(made_application(), by="a", at=NOW)

    @pytest.mark.parametrize("field", ["id", "receipt_number", "reference"])
    def test_what_must_be_unique_is_refused_twice(self, storage: Storage, field: str) -> None:
        """Ids, receipt numbers and payment references."""
        first = made_application(receipt_number="TT/1/2026", payments=(made_payment("STS-1"),))
        add_application(storage, first)
        second = {
            "id": made_application(id=first.id),
            "receipt_number": made_application(receipt_number="TT/1/2026"),
            "reference": made_application(payments=(made_payment("STS-1"),)),
        }[field]

        with storage.unit_of_work() as work, pytest.raises(AlreadyExistsError) as caught:
            work.applications.add(second, by="a", at=NOW)
        assert field == caught.value.field

    def test_a_payment_reference_of_another_application_cannot_be_saved(self, storage: Storage) -> None:
        """Money is counted once."""
        add_application(storage, made_application(payments=(made_payment("STS-1"),)))
        other = add_application(storage, made_application())

        with storage.unit_of_work() as work, pytest.raises(AlreadyExistsError) as caught:
            work.applications.save(attrs.evolve(other, payments=(made_payment("STS-1"),)), by="a", at=NOW)
        assert caught.value.kind == "payment"

    def test_saving_raises_the_version_and_remembers_who_and_when(self, storage: Storage) -> None:
        """Times come back in UTC."""
        stored = add_application(storage, made_application())
        later = NOW + timedelta(hours=1)
        with storage.unit_of_work() as work:
            saved = work.applications.save(
                attrs.evolve(stored, state=ApplicationState.IN_REVIEW), by="petugas-1", at=later
            )
            work.commit()

        assert saved.version == 2
        with storage.unit_of_work(read_only=True) as work:
            change = work.applications.last_change(stored.id)
            assert saved == work.applications.get(stored.id)
        assert (change.version, change.by, change.at) == (2, "petugas-1", later)
        assert change.at.tzinfo is UTC

    def test_saving_a_stale_copy_tells_who_was_first(self, storage: Storage) -> None:
        """And overwrites nothing; the unit of work can continue."""
        stored = add_application(storage, made_application())
        with storage.unit_of_work() as work:
            work.applications.save(
                attrs.evolve(stored, state=ApplicationState.REFUSED), by="petugas-1", at=NOW
            )
            work.commit()

        with storage.unit_of_work() as work:
            with pytest.raises(StaleObjectError) as caught:
                work.applications.save(
                    attrs.evolve(stored, state=ApplicationState.APPROVED), by="petugas-2", at=NOW
                )
            assert work.applications.get(stored.id).state is ApplicationState.REFUSED
        error = caught.value
        assert (error.expected_version, error.found_version) == (1, 2)
        assert (error.changed_by, error.changed_at) == ("petugas-1", NOW)

    def test_a_version_from_the_future_is_stale_too(self, storage: Storage) -> None:
        """An application that was restored from a backup does not accept newer copies."""
        stored = add_application(storage, made_application())

        with storage.unit_of_work() as work, pytest.raises(StaleObjectError):
            work.applications.save(attrs.evolve(stored, version=7), by="a", at=NOW)

    def test_naive_times_are_refused(self, storage: Storage) -> None:
        """A moment without time zone is a mistake, not a guess."""
        with storage.unit_of_work() as work, raises_code("naive-moment"):
            work.applications.add(made_application(), by="a", at=datetime(2026, 11, 25, 9, 30))  # noqa: DTZ001

    def test_filters_narrow_and_all_must_hold(self, storage: Storage) -> None:
        """Owner, state, permit type, previous permit, submission day."""
        mine = add_application(storage, made_application(owner=Account.public("x"), previous_permit="p1"))
        add_application(storage, made_application(owner=Account.public("x"), state=ApplicationState.DRAFT))
        add_application(storage, made_application(owner=Account.public("y"), permit_type="billboard"))
        found = {
            "owner": ApplicationFilter(
                owner=Account.public("x"), states=frozenset({ApplicationState.SUBMITTED})
            ),
            "type": ApplicationFilter(permit_types=frozenset({"street-use"}), previous_permit="p1"),
        }

        with storage.unit_of_work(read_only=True) as work:
            for wanted in found.values():
                assert (mine,) == work.applications.find(wanted).items
                assert work.applications.count(wanted) == 1
            assert work.applications.count() == 3
            assert work.applications.count(ApplicationFilter(owner=Account.public("z"))) == 0

    def test_cases_that_hold_an_upload_are_found_by_its_inspection(self, storage: Storage) -> None:
        """Those that another version looked at, or that are to be tried again; not those of closed cases."""
        old = add_application(storage, made_application(held_uploads=(made_held_upload(),)))
        new = add_application(
            storage, made_application(held_uploads=(made_held_upload(inspected_with="v2"),))
        )
        again = made_held_upload(inspected_with="v2", reason=HeldReason.TRY_AGAIN)
        busy = add_application(storage, made_application(held_uploads=(again,)))
        ended = made_held_upload(outcome=HeldOutcome.DISCARDED)
        add_application(storage, made_application(held_uploads=(ended,)))
        add_application(
            storage,
            made_application(state=ApplicationState.WITHDRAWN, held_uploads=(made_held_upload(),)),
        )
        add_application(storage, made_application())

        with storage.unit_of_work(read_only=True) as work:
            holding = work.applications.find(
                ApplicationFilter(holding_uploads=True), newest_first=False
            ).items
            due = work.applications.find(ApplicationFilter(not_inspected_with="v2"), newest_first=False).items
            by_hash = ApplicationFilter(lookup=Lookup(LookupKind.DOCUMENT, again.sha256))
            assert (old, new, busy) == holding
            assert (old, busy) == due
            assert work.applications.count(by_hash) == 5

    def test_submission_days_are_local_days(self, storage: Storage) -> None:
        """A quarter to midnight UTC on New Year's Eve is New Year's Day in Kota Contoh."""
        moment = datetime(2026, 12, 31, 23, 45, tzinfo=UTC)
        stored = add_application(storage, made_application(submitted_at=moment))
        new_year = moment.astimezone(WIB).date()
        in_2027 = ApplicationFilter(submitted_from=new_year, submitted_to=new_year)
        in_2026 = ApplicationFilter(submitted_to=new_year - timedelta(days=1))

        with storage.unit_of_work(read_only=True) as work:
            assert (stored,) == work.applications.find(in_2027).items
            assert work.applications.count(in_2026) == 0

    def test_running_deadlines_can_be_searched_and_paused_ones_are_not_found(self, storage: Storage) -> None:
        """A paused clock has no deadline."""
        due = NOW.date() + timedelta(days=7)
        entry = ClockEntry(event=ClockEvent.STARTED, at=NOW, by=Account.public("x"), reason="complete")
        pause = ClockEntry(event=ClockEvent.PAUSED, at=NOW, by=Account.public("x"), reason="correction")
        record = DeadlineRecord(due=due, calendar_version="1", computed_at=NOW, consumed=0)
        running = add_application(
            storage, made_application(clock=Clock(entries=(entry,), deadlines=(record,)))
        )
        add_application(storage, made_application(clock=Clock(entries=(entry, pause), deadlines=(record,))))

        with storage.unit_of_work(read_only=True) as work:
            late = work.applications.find(ApplicationFilter(due_before=due + timedelta(days=1)))
            assert (running,) == late.items
            assert work.applications.count(ApplicationFilter(due_before=due)) == 0

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            (LookupKind.NIK, f" {NIK[:6]} {NIK[6:12]} {NIK[12:]} "),
            (LookupKind.NIB, NIB),
            (LookupKind.NPWP, NPWP),
            (LookupKind.PHONE, "0812-3456-7890"),
            (LookupKind.PHONE, PHONE),
            (LookupKind.EMAIL, EMAIL.upper()),
            (LookupKind.DOCUMENT, "ab" * 32),
        ],
    )
    def test_encrypted_values_are_found_however_they_are_typed(
        self, storage: Storage, kind: LookupKind, typed: str
    ) -> None:
        """Through the blind index, among others that do not match."""
        stored = add_application(storage, made_application(applicant=made_organisation()))
        stranger = made_organisation(
            nib=None, npwp=None, responsible=made_person(nik=None, phone=None, email="lain@example.id")
        )
        add_application(storage, made_application(applicant=stranger, representative=None, documents=()))
        wanted = ApplicationFilter(lookup=Lookup.parse(kind, typed))

        with storage.unit_of_work(read_only=True) as work:
            assert (stored,) == work.applications.find(wanted).items

    def test_an_impossible_identifier_is_refused_before_searching(self, storage: Storage) -> None:
        """The sentence says what is wrong with it."""
        del storage
        with pytest.raises(InvalidIdentifierError):
            Lookup.parse(LookupKind.NIK, "123")

    def test_the_blind_index_follows_changes(self, storage: Storage) -> None:
        """A corrected file is found, the removed one is not."""
        stored = add_application(storage, made_application())
        with storage.unit_of_work() as work:
            fresh = made_document(sha256="ef" * 32)
            work.applications.save(attrs.evolve(stored, documents=(fresh,)), by="a", at=NOW)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            counts = [
                work.applications.count(ApplicationFilter(lookup=Lookup(LookupKind.DOCUMENT, digest)))
                for digest in ("ef" * 32, "ab" * 32)
            ]
        assert counts == [1, 0]

    def test_receipt_numbers_are_searched_by_part_and_taken_literally(self, storage: Storage) -> None:
        """In any case; wildcards of SQL are ordinary characters."""
        stored = add_application(storage, made_application(receipt_number="TT-100%/PTSP_A/2026"))
        add_application(storage, made_application(receipt_number="TT-1000/PTSPXA/2026"))

        with storage.unit_of_work(read_only=True) as work:
            for part in ("100%", "ptsp_a", "TT-100%/PTSP_A/2026"):
                assert (stored,) == work.applications.find(ApplicationFilter(receipt_part=part)).items

    def test_pages_give_everything_once_in_both_orders(self, storage: Storage) -> None:
        """Following ``next`` until it is None."""
        ids = [add_application(storage, made_application()).id for _ in range(7)]

        with storage.unit_of_work(read_only=True) as work:
            for newest_first in (True, False):
                seen: list[str] = []
                after: str | None = None
                while True:
                    page = work.applications.find(limit=3, after=after, newest_first=newest_first)
                    seen += [item.id for item in page.items]
                    after = page.next
                    if after is None:
                        break
                assert sorted(ids, reverse=newest_first) == seen

    def test_the_queue_is_first_in_first_out(self, storage: Storage) -> None:
        """By the moment the stage opened, page after page; closed stages are not in it."""
        late = add_application(storage, made_application(stages=(open_stage("verify", opened_at=NOW),)))
        early = add_application(
            storage,
            made_application(
                receipt_number="TT/2",
                stages=(
                    open_stage("verify", opened_at=NOW - timedelta(hours=2), assignee="petugas-1"),
                    open_stage("inspect", opened_at=NOW - timedelta(hours=1)),
                ),
            ),
        )

        with storage.unit_of_work(read_only=True) as work:
            entries = work.applications.queue(["verify"])
            assert [early.id, late.id] == [entry.application for entry in entries]
            assert (entries[0].receipt_number, entries[0].assignee) == ("TT/2", "petugas-1")
            assert entries[0].opened_at == NOW - timedelta(hours=2)
            assert entries[1:] == work.applications.queue(["verify"], after=entries[0])
            assert entries[:1] == work.applications.queue(["verify"], limit=1)
            assert entries[:1] == work.applications.queue(assignee="petugas-1")
            assert len(work.applications.queue()) == 3
            assert work.applications.queue(permit_type="billboard") == ()
            assert work.applications.queue([]) == ()

    def test_a_queue_is_counted_as_it_is_listed(self, storage: Storage) -> None:
        """All of it, of an officer, at some steps; what is held up, late, due soon and new."""
        late, today = _due(date(2026, 11, 24)), _due(date(2026, 11, 25))
        mine = open_stage("verify", assignee="petugas-1")
        for stages, clock in (
            ((mine,), late),
            ((mine, open_stage("inspect")), today),
            ((open_stage("inspect", assignee="petugas-2"),), late),
        ):
            add_application(storage, made_application(stages=stages, clock=clock))

        def counted(**wanted: Any) -> tuple[int, int, int]:
            with storage.unit_of_work(read_only=True) as work:
                found = work.applications.queue_counts(today=date(2026, 11, 25), **wanted)
                listed = work.applications.queue(**wanted)
            assert len(listed) == found.waiting
            return found.waiting, found.held_up, found.late

        assert counted() == (4, 0, 2)
        assert counted(assignee="petugas-1") == (2, 0, 1)
        assert counted(among=[("street-use", "inspect")]) == (2, 0, 1)
        assert counted(assignee="petugas-3") == (0, 0, 0)
        with storage.unit_of_work(read_only=True) as work:
            queue = work.applications.queue()
            since = max(entry.opened_at for entry in queue)
            found = work.applications.queue_counts(
                today=date(2026, 11, 24), soon=date(2026, 11, 24), since=since
            )
            assert (found.soon, found.late) == (2, 0)
            assert found.new == sum(entry.opened_at >= since for entry in queue)
            later = work.applications.queue_counts(
                today=date(2026, 11, 24), soon=date(2026, 11, 25), since=since + timedelta(seconds=1)
            )
            assert (later.soon, later.new) == (4, 0)

    def test_several_applications_are_read_in_one_question(self, storage: Storage) -> None:
        """Those that are there; receipt numbers of those that have one."""
        first = add_application(storage, made_application(receipt_number="TT/1/2026"))
        second = add_application(storage, made_application())
        ids = [second.id, "nobody", first.id]

        with storage.unit_of_work(read_only=True) as work:
            assert dict(work.applications.named(ids)) == {first.id: first, second.id: second}
            assert dict(work.applications.receipt_numbers(ids)) == {first.id: "TT/1/2026"}
            assert dict(work.applications.named(())) == {}
            assert dict(work.applications.receipt_numbers(())) == {}

    def test_the_queue_follows_changes(self, storage: Storage) -> None:
        """A stage that is done leaves it; filters by stage and assignee agree."""
        stage = open_stage("verify", assignee="petugas-1")
        stored = add_application(storage, made_application(stages=(stage,)))
        wanted = ApplicationFilter(assignee="petugas-1", open_stages=frozenset({"verify"}))
        with storage.unit_of_work() as work:
            assert (stored,) == work.applications.find(wanted).items
            assert work.applications.workloads(["petugas-1", "petugas-2"]) == {"petugas-1": 1, "petugas-2": 0}
            work.applications.save(attrs.evolve(stored, stages=()), by="a", at=NOW)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.queue() == ()
            assert work.applications.count(wanted) == 0
            assert work.applications.workloads(["petugas-1"]) == {"petugas-1": 0}


def _due(day: date) -> Clock:
    """Return a clock that runs until a day."""
    started = ClockEntry(event=ClockEvent.STARTED, at=NOW, by=Account.public("x"), reason="complete")
    deadline = DeadlineRecord(due=day, calendar_version="1", computed_at=NOW, consumed=0)
    return Clock(entries=(started,), deadlines=(deadline,))
