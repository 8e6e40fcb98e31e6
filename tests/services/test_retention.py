"""B8: drafts and files without a record do not stay for ever. On both databases."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap._doctor import examine
from perizinan_core.errors.documents import DocumentNotFoundError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.hooks import SendOutcome
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._events import EventKind
from perizinan_core.storage._checking import check_records
from perizinan_core.storage._sql._tables import applications, lookups, outbox
from perizinan_core.testing._fakes import CollectingChannel, small_png
from perizinan_core.testing._offices import APPLICANT, HOST
from perizinan_core.testing._refusals import raises_code


@pytest.fixture
def kit(url, open_kit):
    return open_kit(url)


def draft_with_file(kit, seed=1):
    """Begin a draft with one file, and return it with the file's hash."""
    case = kit.draft()
    kit.upload(case.id, "ktp", content=small_png(seed))
    case = kit.office.applications.get(case.id, actor=APPLICANT)
    return case, case.documents[0].sha256


def history(kit, case):
    with kit._context.storage.unit_of_work(read_only=True) as work:
        return [event.kind for event in work.history.of(case)]


def test_an_applicant_discards_a_draft_with_everything_in_it(kit):
    """Row, search indexes and file go; the history says who did it, and the records still pass their check."""
    case, sha256 = draft_with_file(kit)
    kit.office.applications.discard(case.id, actor=APPLICANT)
    with kit._context.storage._engine.begin() as connection:
        left = [connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in (applications, lookups)]
    with kit._context.storage.unit_of_work(read_only=True) as work:
        last = work.history.of(case.id)[-1]

    assert [0, 0] == left
    assert not kit._context.documents.exists(sha256)
    assert (EventKind.DRAFT_DISCARDED, str(APPLICANT.account), 1) == (
        last.kind,
        last.actor,
        last.data["documents"],
    )
    assert () == check_records(kit._context.storage).faults
    with pytest.raises(NotFoundError):
        kit.office.applications.get(case.id, actor=APPLICANT)


def test_a_file_that_another_case_names_stays(kit):
    """Content is kept once for all who handed it in."""
    first, sha256 = draft_with_file(kit)
    second, same = draft_with_file(kit)
    kit.office.applications.discard(first.id, actor=APPLICANT)
    kept = kit._context.documents.exists(sha256)
    kit.office.applications.discard(second.id, actor=APPLICANT)

    assert (sha256, True, False) == (same, kept, kit._context.documents.exists(sha256))


def test_what_was_handed_in_is_not_discarded(kit):
    """It is withdrawn instead; and a stranger finds nothing."""
    case = kit.submit()
    with raises_code("transition-not-allowed"):
        kit.office.applications.discard(case.id, actor=APPLICANT)
    draft = kit.draft()
    with pytest.raises(NotFoundError):
        kit.office.applications.discard(draft.id, actor=Actor(id="x", kind=ActorKind.APPLICANT))


def test_discarding_is_repeatable_by_its_key(kit):
    """The same answer, although the draft is gone."""
    case = kit.draft()
    for _ in range(2):
        kit.office.applications.discard(case.id, actor=APPLICANT, idempotency_key="k")

    assert 1 == history(kit, case.id).count(EventKind.DRAFT_DISCARDED)


def test_a_crash_between_record_and_file_leaves_a_file_that_is_removed_later(kit, monkeypatch):
    """The record goes first: nothing ever names a file that is gone."""
    from perizinan_core.services import _applications

    case, sha256 = draft_with_file(kit)
    with monkeypatch.context() as patched:
        patched.setattr(_applications, "remove_if_unused", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        with pytest.raises(SystemExit):
            kit.office.applications.discard(case.id, actor=APPLICANT)
    assert kit._context.documents.exists(sha256)
    kit.office.worker.run_once()
    kit.clock.forward(days=29)
    kit.office.worker.run_once()
    kept = kit._context.documents.exists(sha256)
    kit.clock.forward(days=1)
    done = kit.office.worker.run_once()

    assert (True, False, 1) == (kept, kit._context.documents.exists(sha256), done.removed)


def test_files_of_permits_and_cases_are_never_unused(kit):
    """A year of daily looks removes nothing that a record names."""
    kit.permit()
    known = {item.sha256 for item in kit._context.documents.documents()}
    for _ in range(3):
        kit.clock.forward(days=100)
        assert 0 == kit.office.worker.run_once().removed

    assert known == {item.sha256 for item in kit._context.documents.documents()}


def test_a_file_that_vanished_between_upload_and_record_is_asked_for_again(kit, monkeypatch):
    """As when a discarded draft had the same content: no case names a file that is not there."""
    case = kit.draft()
    store = kit._context.documents
    monkeypatch.setattr(type(store), "exists", lambda *_: False)

    with pytest.raises(DocumentNotFoundError):
        kit.office.applications.upload(
            case.id, "ktp", BytesIO(small_png(3)), file_name="k.png", actor=APPLICANT
        )
    assert () == kit.office.applications.get(case.id, actor=APPLICANT).documents


def test_an_old_draft_is_announced_and_then_removed(kit):
    """After 166 days the applicant is notified, and fourteen days later it is gone with its file."""
    case, sha256 = draft_with_file(kit)
    kit.clock.forward(days=165)
    early = kit.office.worker.run_once()
    kit.clock.forward(days=2)
    kit.office.worker.run_once()
    (message,) = kit.mail.of_kind("draft_ending")
    announced = kit.office.applications.get(case.id, actor=HOST)
    kit.clock.forward(days=14)
    on_the_last_day = kit.office.worker.run_once()
    kit.clock.forward(days=1)
    done = kit.office.worker.run_once()

    assert (0, 0, 1) == (early.removed, on_the_last_day.removed, done.removed)
    assert "30 Agustus 2026" in message.body
    assert ["30", "Agustus", "2026"][0] == str(announced.draft_end.ends_on.day)
    assert not kit._context.documents.exists(sha256)
    assert [EventKind.DRAFT_ENDING, EventKind.NOTICE_GIVEN, EventKind.DRAFT_DISCARDED] == history(
        kit, case.id
    )[-3:]


def test_an_applicant_who_works_on_a_draft_keeps_it(kit):
    """Any change takes the announcement back."""
    case, _ = draft_with_file(kit)
    kit.clock.forward(days=170)
    kit.office.worker.run_once()
    saved = kit.office.applications.save(case.id, actor=APPLICANT, form={"lokasi": "Jalan Lain"})
    kit.clock.forward(days=100)
    done = kit.office.worker.run_once()

    assert (None, 0) == (saved.draft_end, done.removed)


def test_a_draft_is_not_removed_before_its_applicant_was_notified(url, open_kit):
    """However old; the doctor says so, and the portal can discard it."""
    kit = open_kit(url, channels={"post": CollectingChannel(answer=SendOutcome.KEPT)})
    case, _ = draft_with_file(kit)
    for _ in range(3):
        kit.clock.forward(days=170)
        kit.office.worker.run_once()
    codes = {finding.code for finding in examine(kit.office, quick=True)}
    kit.office.applications.discard(case.id, actor=HOST)

    assert "draft-kept" in codes
    assert EventKind.NOTICE_MISSED not in history(kit, case.id)


def test_what_was_delivered_is_forgotten_after_its_time(kit):
    """Ninety days for messages; notices stay in the case."""
    case = kit.submit()
    kit.office.worker.run_once()
    kit.clock.forward(days=89)
    kit.office.worker.run_once()
    shown = kit.office.applications.deliveries(case.id, actor=APPLICANT)
    kit.clock.forward(days=2)
    kit.office.worker.run_once()
    with kit._context.storage._engine.begin() as connection:
        left = connection.scalar(
            sa.select(sa.func.count()).where(outbox.c.done_at < kit.clock() - timedelta(days=90))
        )

    assert "accepted" in {item.state.value for item in shown}
    assert 0 == left
