"""Numbers and status places that were used stay used, also when the records are restored from an older backup."""

import json
from io import BytesIO

import attrs
import pytest

from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import NO_STATUS, read_authority_document
from perizinan_core.services._used_numbers import UsedNumber, UsedNumbers, lost_numbers
from perizinan_core.storage._backup import load_records, save_records
from perizinan_core.testing._offices import HOST, sample_office
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit


@pytest.fixture
def restored(new_url, open_kit, tmp_path, request):
    """Issue a permit, make a backup, issue three more, and go back to the backup: the kits of before and after."""

    def run(kind):
        before = open_kit(new_url(kind))
        before.permit()
        url = before._context.storage._engine.url.render_as_string(hide_password=False)
        save_records(url, tmp_path / "copy.sqlite3")
        lost = [before.permit() for _ in range(3)]
        again = empty(kind)
        load_records(tmp_path / "copy.sqlite3", again)
        return before, lost, open_kit(again, clock=before.clock, staff=())

    def empty(kind):
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        server = request.getfixturevalue("postgres_server")
        made = server.create_database()
        request.addfinalizer(lambda: server.drop_database(made))
        return made

    return run


def book(kit, register):
    """Return sequence, number and whether it is lost, line by line."""
    with kit._context.storage.unit_of_work(read_only=True) as work:
        return [(line.sequence, line.number, line.is_lost) for line in work.numbers.book(register, 2026)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_restored_from_an_older_backup_gives_no_number_and_no_place_twice(restored, kind):
    """Permits and receipts continue behind those that were used since; each lost number stands in the register."""
    before, lost, kit = restored(kind)
    receipts = {
        before.office.applications.get(item.application_id, actor=HOST).receipt_number for item in lost
    }
    new = [kit.permit() for _ in range(2)]
    later = {kit.office.applications.get(item.application_id, actor=HOST).receipt_number for item in new}
    with kit._context.storage.unit_of_work(read_only=True) as work:
        passed = lost_numbers(work)

    assert set() == {item.number for item in lost} & {item.number for item in new}
    assert set() == {item.status_index for item in lost} & {item.status_index for item in new}
    assert set() == receipts & later
    assert [5, 6] == [item.sequence for item in new]
    assert [(2, lost[0].number, True), (3, lost[1].number, True), (4, lost[2].number, True)] == book(
        kit, "izin"
    )[1:4]
    assert [False, True, True, True, False, False] == [line[2] for line in book(kit, "tanda-terima")]
    assert [item.status_index for item in lost] == [item.place for item in passed if item.place is not None]
    assert {item.id for item in lost} == {
        item.used.subject for item in passed if item.place is None and item.used.register == "izin"
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_permits_of_after_the_backup_stay_genuine_and_new_ones_are_sound(restored, kind):
    """Their files still verify; of what the records lost, the status list says that no one is to rely on it now."""
    _, lost, kit = restored(kind)
    new = kit.permit()
    document = read_authority_document(kit.office.publication.authority_json())
    verdicts = []
    for permit in (*lost, new):
        pdf = kit._context.documents.read(permit.signed_sha256, 10**7)
        verdicts.append(verify_permit(pdf, authority=document, at=kit.clock(), status=NO_STATUS).verdict)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        places = dict(work.permits.places(set(PermitStatus)))

    assert [Verdict.VALID] * 4 == verdicts
    assert {item.status_index: None for item in lost}.items() <= places.items()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_used_beyond_the_records_is_known_before_the_next_number_is_taken(restored, kind):
    """For the doctor and for who restores: registers, numbers and the letters they belong to."""
    _, lost, kit = restored(kind)
    found = UsedNumbers(kit._context).beyond_records()
    kit.permit()

    assert [item.number for item in lost] == [item.number for item in found if item.register == "izin"]
    assert [item.status_index for item in lost] == [item.place for item in found if item.register == "izin"]
    assert 3 == len([item for item in found if item.register == "tanda-terima"])
    assert () == UsedNumbers(kit._context).beyond_records()


def test_a_number_is_marked_before_a_signer_is_asked(kit):
    """A signer that is asked finds number and place marked already."""
    seen = []

    class Looks:
        """A key that notes which marks are there."""

        def __init__(self, inner):
            self.certificate, self.chain, self.algorithm = inner.certificate, inner.chain, inner.algorithm
            self._inner = inner

        def sign(self, data):
            """Look, and sign."""
            seen.append([name for name, _ in kit._context.documents.links() if name.startswith("used-")])
            return self._inner.sign(data)

    case = kit.submit()
    kit.review(case.id)
    signers = kit._context.signers.signers
    signers["kepala"] = Looks(signers["kepala"])
    kit.issue(case.id)

    assert ["used-numbers/izin/2026/00000001", "used-places/0000000000"] == [
        name for name in seen[0] if "tanda-terima" not in name
    ]


def test_nothing_is_signed_while_the_mark_cannot_be_kept(kit):
    """The number stays with the case; when the store is well again, the same number is marked and signed."""
    case = kit.submit()
    kit.review(case.id)
    store = kit._context.documents
    kept = store.link
    signers = kit._context.signers.signers
    store.link, signers["kepala"], good = _refuse, _Untouched(signers["kepala"]), signers["kepala"]
    with raises_code("signing-unfinished"):
        kit.issue(case.id)
    store.link, signers["kepala"] = kept, good
    permit = kit.issue(case.id)

    assert 1 == permit.sequence
    assert store.resolve("used-numbers/izin/2026/00000001") == store.resolve("used-places/0000000000")


class _Untouched:
    """A key that must not be asked."""

    def __init__(self, inner):
        self.certificate, self.chain, self.algorithm = inner.certificate, inner.chain, inner.algorithm

    def sign(self, data):
        """Fail the test."""
        raise AssertionError(len(data))


def test_two_databases_with_the_same_documents_do_not_sign_the_same_number(kit):
    """The second one is told to stop: nothing is signed there."""
    other = sample_office(documents=kit._context.documents)
    kits = [kit, other]
    cases = [one.submit() for one in kits]
    for one, case in zip(kits, cases, strict=True):
        one.review(case.id)
    # The second one has taken number 1, too, before the first one has marked it.
    store, link = kit._context.documents, kit._context.documents.link
    store.link = _refuse
    with raises_code("signing-unfinished"):
        other.issue(cases[1].id)
    store.link = link
    kit.issue(cases[0].id)
    with raises_code("number-used-elsewhere"):
        other.issue(cases[1].id)

    assert 1 == len({sha256 for name, sha256 in store.links() if name.startswith("used-numbers/izin")})


@pytest.mark.parametrize("content", ["junk", "unsigned", "another number", "another authority"])
def test_a_mark_that_the_office_did_not_write_stops_the_number(kit, content):
    """Someone who can write to the store cannot make the office pass over numbers in silence."""
    case = kit.submit()
    kit.review(case.id)
    said = {"document_type": "perizinan-used-number", "authority": "kabupaten-contoh", "register": "izin"}
    said |= {"year": 2026, "sequence": 1, "number": "500/001/WR/2026", "subject": "x"}
    envelope = {"signed": said, "signatures": []}
    data = b"bukan json" if content == "junk" else json.dumps(envelope).encode()
    if content == "another number":
        name = next(
            name for name, _ in kit._context.documents.links() if name.startswith("used-numbers/tanda")
        )
        data = kit._context.documents.read(kit._context.documents.resolve(name), 10**4)
    if content == "another authority":
        elsewhere = UsedNumbers(
            attrs.evolve(kit._context, authority=attrs.evolve(kit.office.authority, slug="kota-lain"))
        )
        data = elsewhere._signed(
            UsedNumber(register="izin", year=2026, sequence=1, number="500/001/WR/2026", subject="x")
        )
    stored = kit._context.documents.put(BytesIO(data))
    kit._context.documents.link("used-numbers/izin/2026/00000001", stored.sha256)
    with raises_code("number-mark-broken"):
        kit.issue(case.id)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        assert () == work.numbers.book("izin", 2026)


def test_a_receipt_whose_mark_was_lost_in_a_crash_is_marked_by_the_next(kit):
    """Its number cannot be given twice either."""
    store, kept = kit._context.documents, kit._context.documents.link
    store.link = _refuse
    kit.submit()
    store.link = kept
    before = {name for name, _ in store.links() if name.startswith("used-")}
    kit.submit()
    after = {name for name, _ in store.links() if name.startswith("used-")}

    assert set() == before
    assert {f"used-numbers/tanda-terima/2026/0000000{place}" for place in (1, 2)} == after


def _refuse(name, sha256):
    raise DocumentStoreUnavailableError("document-store-unavailable", action="link", reason="x")
