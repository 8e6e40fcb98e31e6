"""``perizinan documents seal``, ``status`` and ``recover``, and backups of sealed documents, on a real office."""

import json
import shutil

import pytest

from perizinan_core.documents import FolderDocumentStore, SealedDocumentStore


@pytest.fixture(scope="module")
def office(tmp_path_factory, folder_of, empty_database):
    """An office with one permit, in plain."""
    folder = tmp_path_factory.mktemp("office")
    made = folder_of(folder / "office")
    made.write_settings(empty_database("sqlite", folder))
    made.run("migrate")
    with made.open() as opened:
        made.kit(opened).permit()
    return made


def chosen(office, seal):
    """Write another choice into the settings."""
    path = office.folder / "perizinan.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("seal = ")]
    place = lines.index("[storage]") + 1
    path.write_text("\n".join([*lines[:place], f'seal = "{seal}"', *lines[place:]]) + "\n")


def contents(office):
    """Return everything that the store holds, as the office sees it."""
    with office.open() as opened:
        store = opened.documents
        return {one.sha256: store.read(one.sha256, one.size) for one in store.documents()}, list(
            store.links()
        )


def in_plain(office, found):
    """Return how many of the files in the folder are content as it is."""
    below = FolderDocumentStore(office.folder / "data" / "documents")
    return sum(below.exists(sha256) for sha256 in found)


def test_an_office_is_sealed_backed_up_and_restored(office, new_folder, url_of, tmp_path):
    """In plain, then all but permits, then all; the backup needs the key, and a lost file comes back from it."""
    before = contents(office)
    chosen(office, "private")
    told = json.loads(office.run("documents", "status", "--json", code=1))
    assert (len(before[0]), 1, 0) == (
        told["plain"] + told["public"],
        told["public"],
        sum(told["sealed"].values()),
    )
    assert "document-not-sealed" in office.run("doctor", code=1)
    assert "Left: 0" in office.run("documents", "seal")
    assert (before, 1) == (contents(office), in_plain(office, before[0]))
    chosen(office, "all")
    assert "Sealed: 1." in office.run("documents", "seal")
    assert (before, 0) == (contents(office), in_plain(office, before[0]))
    office.run("documents", "status")

    said = office.run("backup", str(tmp_path / "backup"))
    assert "keys of personal data and of sealed documents: file:keys/storage.json" in said
    assert "Its documents are sealed with the keys" in said
    saved = FolderDocumentStore(tmp_path / "backup" / "documents")
    assert not any(saved.exists(sha256) for sha256 in before[0])

    second = new_folder("second")
    second.write_settings(url_of("sqlite"))
    shutil.copytree(office.folder / "keys", second.folder / "keys")
    assert 'Set seal = "all" under [storage]' in second.run("restore", str(tmp_path / "backup"), code=1)
    chosen(second, "all")
    assert "0 do not pass" in second.run("restore", str(tmp_path / "backup"))
    assert before == contents(second)

    with second.open() as opened:
        store = opened.documents
        assert isinstance(store, SealedDocumentStore)
        victims = {stored for _, stored in store.below.labels("files")}
    for path in (second.folder / "data" / "documents" / "objects").rglob("*"):
        if path.is_file() and path.parent.name + path.name in victims:
            path.unlink()
    assert "document-missing" in second.run("doctor", code=1)
    assert f"{len(before[0])} documents were put back" in second.run(
        "documents", "recover", str(tmp_path / "backup")
    )
    assert before == contents(second)
