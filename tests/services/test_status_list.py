"""The published status list says what the records say, on time, and never goes back."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.model._events import Event, EventKind
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import (
    STATUS_LIST_FILE,
    ListStatus,
    StatusListTerms,
    peek_status_list,
    read_status_list,
)
from perizinan_core.services._context_parts import OfficeKeys
from perizinan_core.services._published_keys import key_id
from perizinan_core.testing._offices import HOST, sample_office
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit
from perizinan_core.verification._status_source import StatusListSource
from perizinan_core.workflow import AnnulledBy, DefectGround

BASIS = "Perwali 1/2026 pasal 9"


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def folder(tmp_path):
    """Where the list is published."""
    return tmp_path / "public"


@pytest.fixture
def kit(folder):
    """An office in memory that publishes."""
    return sample_office(publication=PublicationSettings(folder=str(folder)))


@pytest.fixture
def value(kit, folder):
    """What the published list says about a permit."""

    def read(permit):
        document = read_authority_document(kit.office.publication.authority_json())
        made = read_status_list((folder / STATUS_LIST_FILE).read_bytes(), document)
        return made.status(permit.status_index)

    return read


def head(kit):
    return kit.officer("pimpinan")


def change(kit, permit, what, **given):
    kit.clock.forward(minutes=1)
    return getattr(kit.office.permits, what)(
        permit.id, reason="Alasan", legal_basis=BASIS, actor=head(kit), **given
    )


class TestContent:
    """One value for each state of a permit."""

    def test_every_change_reaches_the_list_with_the_next_round_of_the_worker(self, kit, value):
        """Issued, suspended, reinstated, revoked."""
        permit = kit.permit()
        said = []
        for step in (None, "suspend", "reinstate", "revoke"):
            if step:
                change(kit, permit, step)
            kit.office.worker.run_once()
            said.append(value(permit))

        assert [ListStatus.VALID, ListStatus.SUSPENDED, ListStatus.VALID, ListStatus.INVALID] == said

    def test_an_annulled_permit_is_invalid(self, kit, value):
        """Pembatalan."""
        permit = kit.permit()
        kit.clock.forward(minutes=1)
        kit.office.permits.annul(
            permit.id,
            ground=DefectGround.PROCEDURE,
            found_on=kit._context.local_day(kit.clock()),
            annulled_by=AnnulledBy.OFFICIAL,
            reason="Cacat prosedur",
            legal_basis=BASIS,
            actor=head(kit),
        )
        kit.office.worker.run_once()

        assert ListStatus.INVALID is value(permit)

    def test_a_replaced_permit_is_superseded(self, kit, value):
        """By its amendment; the new one is in force."""
        old = kit.permit()
        kit.clock.forward(days=1)
        case = kit.office.permits.amend(old.id, actor=_applicant())
        kit.fill(case.id)
        kit.hand_in(case.id)
        kit.review(case.id)
        new = kit.issue(case.id)
        kit.office.worker.run_once()

        assert (ListStatus.SUPERSEDED, ListStatus.VALID) == (value(old), value(new))

    def test_an_expired_permit_is_not_marked(self, kit, value):
        """Its dates say so; a suspension that it outlived no longer matters."""
        permit = kit.permit("warung")
        change(kit, permit, "suspend")
        kit.clock.moment = kit.clock() + timedelta(days=9000)
        kit.office.status_lists.publish()

        assert permit.valid_until < kit._context.local_day(kit.clock())
        assert ListStatus.VALID is value(permit)

    def test_a_number_that_waits_or_was_given_up_is_not_valid(self, kit, value):
        """Awaiting signature: temporarily without effect. Cancelled: never."""
        case = kit.submit()
        kit.review(case.id)
        signer = kit.office.signers.signer_for("kepala")
        kit._context.signers.signers["kepala"] = _Broken(signer)
        with pytest.raises(Exception, match=r".+"):
            kit.issue(case.id)
        with kit._context.storage.unit_of_work(read_only=True) as work:
            (permit,) = work.permits.of_application(case.id)
        kit.office.status_lists.publish()
        waiting = value(permit)
        kit.clock.forward(minutes=10)
        kit.office.permits.issuance.cancel(permit.id, reason="Salah cetak", actor=kit.officer("kepala"))
        kit.office.worker.run_once()

        assert (ListStatus.SUSPENDED, ListStatus.INVALID) == (waiting, value(permit))

    def test_a_change_decided_for_a_later_day_begins_on_that_day(self, kit, value, folder):
        """The list ends at the midnight before, and the next one knows."""
        permit = kit.permit()
        today = kit._context.local_day(kit.clock())
        change(kit, permit, "revoke", effective=today + timedelta(days=3))
        kit.office.worker.run_once()
        before = value(permit)
        ends = peek_status_list((folder / STATUS_LIST_FILE).read_bytes()).expires
        kit.clock.moment = ends
        published = kit.office.status_lists.keep_current()

        assert ListStatus.VALID is before
        assert (today + timedelta(days=3), 0, 0) == (
            kit._context.local_day(ends), *kit.clock().astimezone(kit.clock.moment.tzinfo).utctimetuple()[4:6]
        )  # fmt: skip
        assert published
        assert ListStatus.INVALID is value(permit)

    def test_a_suspension_ends_by_itself(self, kit, value, folder):
        """Until its last day; the list made before says when it ends."""
        permit = kit.permit()
        today = kit._context.local_day(kit.clock())
        change(kit, permit, "suspend", until=today + timedelta(days=1))
        kit.office.worker.run_once()
        during = value(permit)
        kit.clock.moment = peek_status_list((folder / STATUS_LIST_FILE).read_bytes()).expires
        kit.office.worker.run_once()

        assert (ListStatus.SUSPENDED, ListStatus.VALID) == (during, value(permit))

    def test_the_list_agrees_with_the_records_for_everybody(self, kit, folder):
        """A permit through the whole verification, by records and by list."""
        permits = [kit.permit() for _ in range(3)]
        change(kit, permits[1], "revoke")
        kit.office.worker.run_once()
        document = read_authority_document(kit.office.publication.authority_json())
        verdicts = []
        for permit in permits:
            with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
                data = file.read()
            now = kit.clock()
            source = StatusListSource.read(folder / STATUS_LIST_FILE, authority=document, at=now)
            by_list = verify_permit(data, authority=document, at=now, status=source).verdict
            by_records = verify_permit(data, authority=document, at=now, status=kit.office.status).verdict
            verdicts.append((by_list, by_records))

        assert [(Verdict.VALID,) * 2, (Verdict.NOT_IN_FORCE,) * 2, (Verdict.VALID,) * 2] == verdicts

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    def test_real_databases_give_the_same_list(self, new_url, open_kit, folder, kind):
        """The memory store is not asked here."""
        kit = open_kit(new_url(kind), publication=PublicationSettings(folder=str(folder)))
        first, second = kit.permit(), kit.permit()
        change(kit, first, "suspend")
        change(kit, second, "revoke", effective=kit._context.local_day(kit.clock()) + timedelta(days=1))
        made = peek_status_list(kit.office.status_lists.build())
        kit.clock.forward(days=1)
        later = peek_status_list(kit.office.status_lists.build())

        assert (ListStatus.SUSPENDED, ListStatus.VALID) == (made.status(0), made.status(1))
        assert (ListStatus.SUSPENDED, ListStatus.INVALID) == (later.status(0), later.status(1))


class _Broken:
    """A key that cannot sign."""

    def __init__(self, signer):
        self._signer = signer

    def __getattr__(self, name):
        return getattr(self._signer, name)

    def sign(self, _data):
        raise RuntimeError("token removed")


def _applicant():
    from perizinan_core.testing._offices import APPLICANT

    return APPLICANT


class TestPublishing:
    """Atomic, monotonic, and only when there is a reason."""

    def test_an_office_without_a_folder_publishes_nothing(self):
        """Neither the file nor its name in authority.json."""
        kit = sample_office()
        document = read_authority_document(kit.office.publication.authority_json())

        assert document.status_list is None
        assert (None, None, False) == (
            kit.office.status_lists.publish(),
            kit.office.status_lists.build(),
            kit.office.status_lists.keep_current(),
        )

    def test_an_office_without_a_status_key_publishes_nothing(self, folder):
        """Offices that were opened with keys of their own."""
        keys = OfficeKeys(document=new_key(), qr=new_key())
        kit = sample_office(keys=keys, publication=PublicationSettings(folder=str(folder)))

        assert not kit.office.status_lists.is_on
        assert kit.office.status_lists.file is None

    def test_authority_json_names_the_list(self, kit):
        """Address, key and maximum age."""
        document = read_authority_document(kit.office.publication.authority_json())
        terms = StatusListTerms.of(document)

        assert terms is not None
        assert terms.uri.endswith("/status-list.cwt")
        assert (7 * 86400, [key_id(kit._context.keys.status.public_key())]) == (
            terms.max_age,
            [item.kid for item in terms.keys],
        )

    def test_nothing_is_published_without_a_reason(self, kit, folder):
        """The worker runs every few seconds; the file stays the same for an hour."""
        kit.permit()
        kit.office.worker.run_once()
        before = (folder / STATUS_LIST_FILE).read_bytes()
        kit.clock.forward(minutes=59)
        kit.office.worker.run_once()
        same = (folder / STATUS_LIST_FILE).read_bytes()
        kit.clock.forward(minutes=1)
        kit.office.worker.run_once()

        assert before == same
        assert before != (folder / STATUS_LIST_FILE).read_bytes()

    def test_events_of_applications_are_no_reason(self, kit):
        """Only what changes a place of the list."""
        lists = kit.office.status_lists
        lists.publish()
        lists.note(Event(kind=EventKind.FORM_UPDATED, subject="1", at=kit.clock(), actor="a"))
        quiet = lists.keep_current()
        lists.note(Event(kind=EventKind.PERMIT_REVOKED, subject="1", at=kit.clock(), actor="a"))

        assert (False, True) == (quiet, lists.keep_current())

    def test_a_damaged_file_is_replaced(self, kit, folder):
        """Somebody edited it, or the disk was full."""
        kit.office.status_lists.publish()
        (folder / STATUS_LIST_FILE).write_bytes(b"junk")

        assert kit.office.status_lists.keep_current()
        assert peek_status_list((folder / STATUS_LIST_FILE).read_bytes())

    def test_an_older_list_never_replaces_a_newer_one(self, kit, folder):
        """A machine whose clock is late: refused, and the worker goes on."""
        kit.office.status_lists.publish(now=kit.clock() + timedelta(minutes=6))
        newer = (folder / STATUS_LIST_FILE).read_bytes()
        with raises_code("status-list-clock") as caught:
            kit.office.status_lists.publish()
        kit.office.status_lists.note(
            Event(kind=EventKind.PERMIT_REVOKED, subject="1", at=kit.clock(), actor="a")
        )

        assert newer == (folder / STATUS_LIST_FILE).read_bytes()
        assert kit.office.status_lists.keep_current() is False
        assert "never replaces a newer one" in caught.value.message("en")

    def test_small_differences_of_clocks_do_not_hold_back_a_revocation(self, kit, folder):
        """Up to five minutes: the new list takes the time of the old one."""
        kit.office.status_lists.publish(now=kit.clock() + timedelta(minutes=4))
        published = peek_status_list((folder / STATUS_LIST_FILE).read_bytes()).issued
        permit = kit.permit()
        kit.clock.moment = published - timedelta(minutes=2)
        kit.office.status_lists.publish()
        again = peek_status_list((folder / STATUS_LIST_FILE).read_bytes())

        assert published == again.issued
        assert again.status(permit.status_index) is ListStatus.VALID

    def test_a_folder_that_cannot_be_written_does_not_stop_the_worker(self, kit, folder, caplog):
        """Logged, and tried again with the next round."""
        folder.parent.mkdir(exist_ok=True)
        folder.write_text("a file, not a folder")
        kit.permit()
        done = kit.office.worker.run_once()
        folder.unlink()
        kit.office.worker.run_once()

        assert done.delivered
        assert "the status list was not published" in caplog.text
        assert (folder / STATUS_LIST_FILE).exists()

    def test_many_threads_publish_one_after_the_other(self, open_kit, new_url, folder):
        """Readers always find a whole list, and the last one knows every revocation."""
        kit = open_kit(new_url("sqlite"), publication=PublicationSettings(folder=str(folder)))
        permits = [kit.permit() for _ in range(2)]
        kit.office.status_lists.publish()
        problems, stop = [], threading.Event()

        def read():
            while not stop.is_set():
                try:
                    peek_status_list((folder / STATUS_LIST_FILE).read_bytes())
                except Exception as error:  # noqa: BLE001 - collected for the assertion
                    problems.append(error)

        def publish():
            for _ in range(5):
                kit.office.status_lists.publish()

        reader = threading.Thread(target=read)
        reader.start()
        change(kit, permits[0], "revoke")
        writers = [threading.Thread(target=publish) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        stop.set()
        reader.join()
        made = peek_status_list((folder / STATUS_LIST_FILE).read_bytes())

        assert [] == problems
        assert (ListStatus.INVALID, ListStatus.VALID) == (made.status(0), made.status(1))
        assert [STATUS_LIST_FILE] == [item.name for item in folder.iterdir() if not item.name.startswith(".")]


class TestKeys:
    """Keys that were replaced stay in the document, with their days."""

    def test_qr_and_status_keys_change_on_a_day(self, kit, folder):
        """The old one until that day, the new one from it, both on it; announced seven days before."""
        day = kit._context.local_day(kit.clock())
        old = read_authority_document(kit.office.publication.authority_json())
        keys = attrs.evolve(kit._context.keys, qr=new_key(), status=new_key())
        fresh = sample_office(
            clock=kit.clock,
            storage=kit._context.storage,
            documents=kit._context.documents,
            keys=keys,
            publication=PublicationSettings(folder=str(folder)),
        )
        for purpose, key in (("qr", keys.qr), ("status", keys.status)):
            fresh.office.publication.announce_key(purpose, key.public_key(), actor=HOST)
        kit.clock.forward(days=7)
        new = read_authority_document(fresh.office.publication.authority_json())
        terms = StatusListTerms.of(new)

        assert [(None, None)] == [(item.start, item.end) for item in old.qr_keys]
        changed = day + timedelta(days=7)
        assert [(None, changed), (changed, None)] == [(item.start, item.end) for item in new.qr_keys]
        assert [(None, changed), (changed, None)] == [(item.start, item.end) for item in terms.keys]
        assert old.version + 1 == new.version

    def test_going_back_to_a_former_key_takes_it_up_again(self, kit):
        """A rotation that was undone."""
        first = kit._context.keys
        documents = [read_authority_document(kit.office.publication.authority_json())]
        for keys in (attrs.evolve(first, qr=new_key()), first):
            office = sample_office(
                clock=kit.clock, storage=kit._context.storage, documents=kit._context.documents, keys=keys
            )
            documents.append(read_authority_document(office.office.publication.authority_json()))
        ends = {item.kid: item.end for item in documents[-1].qr_keys}

        assert ends[key_id(first.qr.public_key())] is None
        assert 2 == len(ends)

    def test_a_new_document_key_is_vouched_for_by_the_former(self, kit):
        """Both sign; only the new one is listed."""
        former, fresh = kit._context.keys.document, new_key()
        office = sample_office(
            clock=kit.clock,
            storage=kit._context.storage,
            documents=kit._context.documents,
            keys=attrs.evolve(kit._context.keys, document=fresh, former_documents=(former,)),
        )
        known = read_authority_document(kit.office.publication.authority_json())
        office.office.publication.replace_key("document", actor=HOST)
        data = office.office.publication.authority_json()

        from perizinan_core.published._authority_update import accept_update
        from perizinan_core.published._envelope import signed_by

        assert signed_by(data, [former.public_key()])
        assert signed_by(data, [fresh.public_key()])
        assert not signed_by(data, [new_key().public_key()])
        assert known.version + 1 == accept_update(known, data, at=kit.clock()).version


def test_the_day_of_a_list_is_local(kit, folder):
    """23:30 UTC is the next day in Jakarta: a change of that day counts."""
    permit = kit.permit()
    change(kit, permit, "revoke", effective=date(2026, 3, 4))
    kit.office.status_lists.publish(now=datetime.fromisoformat("2026-03-03T16:59:59+00:00"))
    before = peek_status_list((folder / STATUS_LIST_FILE).read_bytes()).status(permit.status_index)
    kit.office.status_lists.publish(now=datetime.fromisoformat("2026-03-03T17:00:00+00:00"))
    after = peek_status_list((folder / STATUS_LIST_FILE).read_bytes()).status(permit.status_index)

    assert (ListStatus.VALID, ListStatus.INVALID) == (before, after)
