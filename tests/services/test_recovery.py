"""A permit whose record was lost is read back from its signed file."""

from io import BytesIO

import pytest

from perizinan_core.bootstrap._doctor import examine
from perizinan_core.documents import InMemoryDocumentStore
from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import NO_STATUS, read_authority_document
from perizinan_core.storage._backup import load_records, save_records
from perizinan_core.storage._checking import check_records
from perizinan_core.testing._offices import HOST, sample_applicant
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit

WHY = "Catatan hilang bersama basis data; surat aslinya ada"
LAW = "Perda Contoh 1/2025 pasal 9"


class Disaster:
    """An office that went back to an older backup, and what it had issued since."""

    def __init__(self, kit, lost, files):
        """Keep what there was."""
        self.kit, self.lost, self.files = kit, lost, files

    def recover(self, place, *, actor=HOST):
        """Put one permit back."""
        return self.kit.office.continuation.recover(BytesIO(self.files[place]), reason=WHY, actor=actor)

    def found(self):
        """Return the codes of the doctor's findings."""
        return [finding.code for finding in examine(self.kit.office)]

    def places(self):
        """Return the status of each place in the status list."""
        with self.kit._context.storage.unit_of_work(read_only=True) as work:
            return dict(work.permits.places(frozenset(PermitStatus)))

    def case(self, permit):
        """Return the case of a permit."""
        return self.kit.office.applications.get(permit.application_id, actor=HOST)


@pytest.fixture
def disaster(new_url, open_kit, tmp_path, request):
    """Issue a permit, make a backup with one more case approved, issue three, and go back to the backup."""

    def run(kind="sqlite", *, documents=True):
        before = open_kit(new_url(kind))
        before.permit()
        waiting = before.submit()
        before.review(waiting.id)
        url = before._context.storage._engine.url.render_as_string(hide_password=False)
        save_records(url, tmp_path / "copy.sqlite3")
        lost = [
            before.issue(waiting.id),
            before.permit(applicant=sample_applicant(name="Lain Orang")),
            before.permit(),
        ]
        files = [before._context.documents.read(item.signed_sha256, 10**7) for item in lost]
        again = empty(kind)
        load_records(tmp_path / "copy.sqlite3", again)
        store = before._context.documents if documents else InMemoryDocumentStore()
        return Disaster(open_kit(again, clock=before.clock, staff=(), documents=store), lost, files)

    def empty(kind):
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        server = request.getfixturevalue("postgres_server")
        made = server.create_database()
        request.addfinalizer(lambda: server.drop_database(made))
        return made

    return run


@pytest.mark.parametrize("documents", [True, False], ids=["documents-kept", "documents-lost"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_lost_permit_comes_back_with_number_place_and_file(disaster, kind, documents):
    """In whatever order; suspended until someone decides, and the registers continue behind them."""
    office = disaster(kind, documents=documents)
    back = {place: office.recover(place).permit for place in (2, 0, 1)}
    head = office.kit.officer("pimpinan")
    for permit in back.values():
        office.kit.office.permits.reinstate(permit.id, reason="Masih sah", legal_basis=LAW, actor=head)
    new = office.kit.permit()
    document = read_authority_document(office.kit.office.publication.authority_json())

    for place, permit in back.items():
        lost = office.lost[place]
        same = ("number", "register", "register_year", "sequence", "status_index", "holder", "object")
        assert [getattr(lost, name) for name in same] == [getattr(permit, name) for name in same]
        assert (lost.issued_on, lost.valid_from, lost.valid_until) == (
            permit.issued_on,
            permit.valid_from,
            permit.valid_until,
        )
        assert (PermitStatus.SUSPENDED, WHY) == (permit.status, permit.changes[0].reason)
        with office.kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
            pdf = file.read()
        assert office.files[place] == pdf
        verdict = verify_permit(pdf, authority=document, at=office.kit.clock(), status=NO_STATUS).verdict
        assert Verdict.VALID is verdict
    assert (5, 4) == (new.sequence, new.status_index)
    assert [PermitStatus.IN_FORCE] * 5 == [status for _, status in sorted(office.places().items())]
    assert check_records(office.kit._context.storage, repair=False, accept=False).is_sound
    if documents:
        assert [item.id for item in office.lost] == [back[place].id for place in range(3)]


def test_a_case_that_is_on_record_is_closed_and_one_that_was_lost_is_made_again(disaster):
    """With what the file says of it; both are shown to officers, and to the owner where there is one."""
    office = disaster()
    known, made = office.recover(0).permit, office.recover(1).permit
    auditor = office.kit.officer("auditor")

    assert office.lost[0].application_id == known.application_id
    assert ApplicationState.ISSUED is office.case(known).state is office.case(made).state
    assert "Lain Orang" == office.case(made).applicant.name
    for permit in (known, made):
        seen = office.kit.office.permits.get(permit.id, actor=auditor)
        history = office.kit.office.applications.history(permit.application_id, actor=auditor)
        assert permit.number == seen.number
        assert "permit_recovered" == history[-1].kind.value
        assert permit.number in {item.number for item in office.kit.office.lists.permits(actor=auditor).items}


def test_the_doctor_names_the_document_and_its_remedy_works(disaster):
    """A signed permit in the store without a record is not taken for the leftover of an upload."""
    office = disaster()
    before = [finding for finding in examine(office.kit.office) if finding.code == "permit-recoverable"]
    for finding in before:
        with office.kit._context.documents.open(finding.fields["sha256"]) as file:
            office.kit.office.continuation.recover(file, reason=WHY, actor=office.kit.officer("admin"))

    assert {item.number for item in office.lost} == {finding.fields["number"] for finding in before}
    assert not {"permit-recoverable", "permit-not-on-record", "numbers-not-on-record"} & set(office.found())


def test_a_permit_that_is_on_record_gets_only_what_is_missing(disaster):
    """A second time nothing happens; a lost file is put back."""
    office = disaster(documents=False)
    first, again = office.recover(1), office.recover(1)
    office.kit._context.documents.delete(first.permit.signed_sha256)
    file = office.recover(1)

    assert (True, True) == (first.record, first.document)
    assert (False, False) == (again.record, again.document)
    assert (False, True) == (file.record, file.document)
    assert first.permit.id == file.permit.id


def test_what_was_used_by_others_since_is_not_taken_from_them(disaster):
    """Without the documents the numbers were given again: the records and the file do not agree."""
    office = disaster(documents=False)
    for name in ("Baru Satu", "Baru Dua"):
        office.kit.permit(applicant=sample_applicant(name=name))
    before = office.places()
    with raises_code("recovery-disagrees") as caught:
        office.recover(1)

    assert "holder" in caught.value.details()["fields"]
    assert "pemegang" in caught.value.message("id")
    assert before == office.places()


def test_a_case_that_ended_otherwise_keeps_the_permit_out(disaster):
    """Withdrawn after the restore: a person has to look at both."""
    office = disaster()
    office.kit.office.applications.withdraw(office.lost[0].application_id, actor=HOST)

    with raises_code("recovery-disagrees"):
        office.recover(0)
    with office.kit._context.storage.unit_of_work(read_only=True) as work:
        assert 1 == work.status_indexes.size()


def cut(pdf):
    """Leave the end out."""
    return pdf[:-300]


def changed(pdf):
    """Change one byte in the middle."""
    middle = len(pdf) // 2
    return pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]


@pytest.mark.parametrize("spoil", [cut, changed, lambda _: b"x", lambda _: b""])
def test_a_file_that_is_not_as_the_office_signed_it_is_refused(disaster, spoil):
    """Cut, one byte of it another, something else, nothing."""
    office = disaster()
    with raises_code("not-our-permit"):
        office.kit.office.continuation.recover(BytesIO(spoil(office.files[0])), reason=WHY, actor=HOST)


def test_only_an_administrator_or_the_operator_puts_permits_back_and_says_why(disaster):
    """A signatory lifts the suspension: two persons in all."""
    office = disaster()
    for name in ("kepala", "auditor", "loket-1"):
        with pytest.raises(AccessDeniedError):
            office.recover(0, actor=office.kit.officer(name))
    with raises_code("reason-missing"):
        office.kit.office.continuation.recover(BytesIO(office.files[0]), reason=" ", actor=HOST)
    permit = office.recover(0, actor=office.kit.officer("admin")).permit
    with raises_code("not-found"):
        office.kit.office.permits.reinstate(
            permit.id, reason="Sah", legal_basis=LAW, actor=office.kit.officer("admin")
        )

    assert "officer:admin" == permit.changes[0].by
