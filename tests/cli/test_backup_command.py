"""``perizinan backup`` and ``restore``: the drill, on both databases, while the office works."""

import json
import shutil
import subprocess
import threading
from io import BytesIO
from pathlib import Path

import pytest

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import read_authority_document
from perizinan_core.storage import ApplicationFilter, PermitFilter
from perizinan_core.testing._offices import HOST
from perizinan_core.verification import Verdict, verify_permit


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request, tmp_path_factory, folder_of, empty_database):
    """An office with staff and one permit, once of each kind."""
    folder = tmp_path_factory.mktemp("office")
    made = folder_of(folder / "office")
    made.write_settings(empty_database(request.param, folder))
    made.run("migrate")
    with made.open() as opened:
        made.kit(opened).permit()
    return made


@pytest.fixture(scope="module")
def whole(office, tmp_path_factory):
    """A backup of it, and what the command said."""
    folder = tmp_path_factory.mktemp("whole") / "backup"
    return folder, office.run("backup", str(folder), language="id")


@pytest.fixture
def backup(whole, tmp_path):
    """A copy of the backup, to be spoilt."""
    return Path(shutil.copytree(whole[0], tmp_path / "backup"))


def restored(office, new_folder, url, backup, *, name="second", code=0):
    """Put a backup back on another machine: the settings with another address, and the keys."""
    second = new_folder(name)
    second.write_settings(url)
    shutil.copytree(office.folder / "keys", second.folder / "keys")
    return second, second.run("restore", str(backup), code=code)


def finish(kit):
    """Take the cases that were under way to their end."""
    kit.office.worker.run_once()
    with kit.office.storage.unit_of_work(read_only=True) as work:
        cases = work.applications.find(ApplicationFilter(), limit=1000, newest_first=False).items
    for case in cases:
        if case.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
            kit.review(case.id)
        if kit.office.applications.get(case.id, actor=HOST).state is ApplicationState.APPROVED:
            kit.issue(case.id)


def document_of(office):
    """Return the authority document as those who check permits read it."""
    return read_authority_document(office.publication.authority_json())


def permits(office):
    """Return all permits."""
    with office.storage.unit_of_work(read_only=True) as work:
        return work.permits.find(PermitFilter(), limit=1000).items


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_drill_a_backup_made_while_the_office_works_is_restored_into_either_database(
    office, new_folder, url_of, tmp_path, kind
):
    """Nothing that was there before is missing, nothing is half there, and the office works on."""
    stop, failures = threading.Event(), []

    def write(step):
        while not stop.is_set():
            try:
                step()
            except Exception as error:  # noqa: BLE001 - the test names it
                failures.append(error)
                return
            # Some of it in every part of the backup is enough: all of it is read again below.
            stop.wait(0.1)

    with office.open() as opened:
        before = {permit.id for permit in permits(opened)}
        kit = office.kit(opened, staff=False)
        # One issues permits; another, at the same time, begins cases and puts files into them.
        steps = (kit.permit, lambda: kit.fill(kit.draft().id))
        writers = [threading.Thread(target=write, args=(step,)) for step in steps]
        for writer in writers:
            writer.start()
        process = office.start("backup", str(tmp_path / "backup"))
        said, wrong = process.communicate(timeout=300)
        stop.set()
        for writer in writers:
            writer.join()
        after = {permit.id for permit in permits(opened)}
    second, told = restored(office, new_folder, url_of(kind), tmp_path / "backup")

    assert [] == failures
    assert (0, "") == (process.returncode, wrong)
    assert "keys of personal data: file:keys/storage.json" in said
    assert "0 do not pass" in told
    with second.open() as opened:
        found = permits(opened)
        assert before <= {permit.id for permit in found} <= after
        assert before < after
        for permit in found:
            case = opened.applications.get(permit.application_id, actor=HOST)
            for document in case.documents:
                assert opened._context.documents.read(document.sha256, 10**7)
            if permit.signed_sha256 is not None:
                assert ApplicationState.ISSUED is case.state
                pdf = opened._context.documents.read(permit.signed_sha256, 10**7)
                report = verify_permit(
                    pdf, authority=document_of(opened), at=opened.now(), status=opened.status
                )
                assert Verdict.VALID is report.verdict
        kit = second.kit(opened, staff=False)
        finish(kit)
        kit.permit()
        with opened.storage.unit_of_work(read_only=True) as work:
            book = work.numbers.book("izin", kit._context.local_day(opened.now()).year)
        # What was issued between the copy of the records and that of the documents is known to be used.
        known = {permit.sequence for permit in permits(opened)}
        assert list(range(1, len(book) + 1)) == [line.sequence for line in book]
        assert known == {line.sequence for line in book if not line.is_lost}


def test_a_backup_holds_no_key_and_names_each(office, whole):
    """In Indonesian by default; what the folder holds, others may not read."""
    folder, said = whole
    about = json.loads((folder / "backup.json").read_text())
    secrets = [path.read_bytes() for path in (office.folder / "keys").rglob("*") if path.is_file()]
    ring = json.loads((office.folder / "keys" / "storage.json").read_text())
    kept = [path for path in folder.rglob("*") if path.is_file()]
    places = {"keys/authority-document.pem", "keys/qr.pem", "keys/status-list.pem", "keys/development"}

    assert "Kunci tidak ada di dalamnya" in said
    assert places <= set(said.replace(":", " ").split())
    assert ring["data"]["current"] in about["keys"]
    assert not any(path.read_bytes() in secrets for path in kept)
    assert not any(ring["data"]["keys"][0]["secret"].encode() in path.read_bytes() for path in kept)
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*kept, folder])


def test_the_sums_can_be_checked_without_the_library(office, whole):
    """With sha256sum, which every machine has."""
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    done = subprocess.run(command, cwd=whole[0], check=False)

    assert 0 == done.returncode
    assert "is whole" in office.run("restore", "--check", str(whole[0]))


DAMAGES = {
    "records": lambda folder: spoil(folder / "records.sqlite3"),
    "document": lambda folder: spoil(some_document(folder)),
    "missing": lambda folder: some_document(folder).unlink(),
    "sums": lambda folder: (folder / "SHA256SUMS").write_text(""),
    "links": lambda folder: (folder / "links.txt").write_text(f"{'0' * 64}  moved\n"),
    "about": lambda folder: (folder / "backup.json").write_text("{}"),
    "unfinished": lambda folder: (folder / "backup.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_was_changed_is_not_restored(office, new_folder, url_of, backup, damage):
    """Every byte is held against its hash before anything is written."""
    DAMAGES[damage](backup)
    second, told = restored(office, new_folder, url_of("sqlite"), backup, code=1)

    assert "cannot be used" in told
    assert not (second.folder / "data" / "documents" / "objects").exists()
    assert "is whole" not in office.run("restore", "--check", str(backup), code=1)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_restored_over_what_is_there(office, new_folder, url_of, backup, kind):
    """Neither over records nor over other documents; what an interrupted restore left is not in the way."""
    over = office.run("restore", str(backup), code=1)
    second = new_folder("second")
    second.write_settings(url_of(kind))
    shutil.copytree(office.folder / "keys", second.folder / "keys")
    store = FolderDocumentStore(second.folder / "data" / "documents")
    mine = store.put(BytesIO(b"something else"))
    other = second.run("restore", str(backup), code=1)
    store.delete(mine.sha256)
    with some_document(backup).open("rb") as begun:
        store.put(begun)
    second.run("restore", str(backup))
    again = second.run("restore", str(backup), code=1, language="id")

    assert "empty database" in over
    assert "empty document store" in other
    assert "basis data" in again


def test_a_restore_needs_the_keys_of_its_records(office, new_folder, url_of, backup):
    """Without them it stops and makes none; with those of others too."""
    second = new_folder("second")
    second.write_settings(url_of("sqlite"))
    without = second.run("restore", str(backup), code=1)
    made = (second.folder / "keys" / "storage.json").exists()
    second.run("migrate")
    others = second.run("restore", str(backup), code=1)

    assert "is missing" in without
    assert not made
    assert "key" in others
    assert not (second.folder / "data" / "documents" / "objects").exists()


def test_a_backup_needs_a_folder_of_its_own(office, backup):
    """Yesterday's backup is never written over."""
    before = (backup / "backup.json").read_bytes()

    assert "holds something" in office.run("backup", str(backup), code=1)
    assert before == (backup / "backup.json").read_bytes()


def test_a_damaged_document_is_named_and_the_others_are_kept(office, whole, tmp_path):
    """The backup is made, and its exit code says that a person is needed."""
    some = some_document(office.folder / "data")
    content = some.read_bytes()
    spoil(some)
    told = office.run("backup", str(tmp_path / "backup"), code=1)
    some.write_bytes(content)
    kept, all_ = (
        json.loads((folder / "backup.json").read_text())["documents"]
        for folder in (tmp_path / "backup", whole[0])
    )

    assert f"document {some.parent.name}{some.name}" in told
    assert all_ == kept + 1
    assert "is whole" in office.run("restore", "--check", str(tmp_path / "backup"))


def test_a_backup_of_another_local_government_is_refused(office, new_folder, url_of, backup):
    """The settings say whose office it is."""
    second = new_folder("second")
    second.write_settings(url_of("sqlite"))
    second.settings.write_text(second.settings.read_text().replace("kabupaten-contoh", "kota-blitar"))

    assert "is one of kabupaten-contoh" in second.run("restore", str(backup), code=1)


def some_document(folder):
    """Return the file of a document below a folder."""
    return min(path for path in (folder / "documents" / "objects").rglob("*") if path.is_file())


def spoil(path):
    """Change one byte."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_restoring_older_records_beside_newer_documents_tells_what_was_used_since(
    office, new_folder, url_of, tmp_path
):
    """The numbers are named, by the command and by the doctor, and none of them is given again."""
    with office.open() as opened:
        kit = office.kit(opened, staff=False)
        before = [permit.sequence for permit in permits(opened)]
        made = office.run("backup", str(tmp_path / "backup"))
        lost = [kit.permit() for _ in range(2)]
    second = new_folder("second")
    second.write_settings(url_of("sqlite"))
    for name in ("keys", "data"):
        shutil.copytree(office.folder / name, second.folder / name, dirs_exist_ok=True)
    refused = second.run("restore", str(tmp_path / "backup"), code=1)
    told = second.run("restore", "--keep-documents", str(tmp_path / "backup"), language="id")
    findings = json.loads(second.run("doctor", "--json", code=1))["findings"]
    with second.open() as opened:
        new = second.kit(opened, staff=False).permit()
    after = {item["code"]: item for item in json.loads(second.run("doctor", "--json", code=1))["findings"]}

    year, first, last = lost[0].register_year, lost[0].sequence, lost[1].sequence
    assert "rows" in made
    assert "--keep-documents" in refused
    assert f"nomor {first} sampai {last} dalam register izin tahun {year}" in told
    assert "numbers-not-on-record" in {item["code"] for item in findings}
    assert max(before) < first
    assert last + 1 == new.sequence
    assert lost[1].number in after["permit-not-on-record"]["message"]
    assert "numbers-not-on-record" not in after
    assert f"perizinan permits recover --stored {lost[1].signed_sha256} --reason …" in advice_for(
        lost[1], findings
    )
    assert {"permit-recoverable"} == {code for code, item in after.items() if item["level"] == "problem"}


def advice_for(permit, findings):
    """Return what the doctor advises for a permit whose record is lost and whose file is not."""
    return next(
        item["advice"]
        for item in findings
        if item["code"] == "permit-recoverable" and permit.number in item["message"]
    )


def test_what_the_doctor_advises_after_restoring_older_records_makes_it_sound(
    office, new_folder, url_of, tmp_path
):
    """Each lost permit is put back from the store, suspended, by the command that stands in the finding."""
    with office.open() as opened:
        kit = office.kit(opened, staff=False)
        office.run("backup", str(tmp_path / "backup"))
        lost = [kit.permit() for _ in range(2)]
    second = new_folder("second")
    second.write_settings(url_of("sqlite"))
    for name in ("keys", "data"):
        shutil.copytree(office.folder / name, second.folder / name, dirs_exist_ok=True)
    second.run("restore", "--keep-documents", str(tmp_path / "backup"))
    findings = json.loads(second.run("doctor", "--json", code=1))["findings"]
    for permit in lost:
        command = advice_for(permit, findings).partition("perizinan ")[2]
        second.run(*command.replace("…", "berkas-pemegang").split())
    after = json.loads(second.run("doctor", "--json", code=0))
    with second.open() as opened:
        states = {permit.number: permit.status for permit in permits(opened)}

    assert [PermitStatus.SUSPENDED] * 2 == [states[permit.number] for permit in lost]
    assert {"permit-recoverable", "permit-not-on-record", "numbers-not-on-record"}.isdisjoint(
        item["code"] for item in after["findings"]
    )


def test_a_restore_without_newer_documents_says_that_later_numbers_are_not_known(
    office, new_folder, url_of, backup
):
    """An operator enters the last number that was given out; the register continues behind it."""
    second, told = restored(office, new_folder, url_of("sqlite"), backup)
    with second.open() as opened:
        known = max(permit.sequence for permit in permits(opened))
        year = permits(opened)[0].register_year
    words = (
        "records",
        "continue",
        "izin",
        str(year),
        str(known + 3),
        "--places",
        "3",
        "--reason",
        "Buku kertas",
    )
    passed = second.run(*words)
    again = second.run(*words[:5], "--reason", "Buku kertas")
    wrong = second.run("records", "continue", "izn", str(year), "9", "--reason", "x", code=1)
    with second.open() as opened:
        new = second.kit(opened, staff=False).permit()
        lost = opened.continuation.lost(actor=HOST)

    assert "perizinan records continue" in told
    assert "3 numbers of the register izin" in passed
    assert "0 numbers of the register izin" in again
    assert "izin, rekomendasi, tanda-terima" in wrong
    assert known + 4 == new.sequence
    assert {"Buku kertas"} == {item.reason for item in lost}
    assert [3, 3] == [sum(item.place is None for item in lost), sum(item.place is not None for item in lost)]
