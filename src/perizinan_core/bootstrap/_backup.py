"""
The backup of an office: records and documents in one folder, without the keys.

::

    FOLDER/backup.json       what it is, written last: without it the backup is not whole
    FOLDER/SHA256SUMS        the hash of every file, as ``sha256sum -c`` reads it
    FOLDER/records.sqlite3   all records, see `storage._backup`
    FOLDER/documents/        all documents as they lie in the store, named by their hashes: sealed ones stay sealed
    FOLDER/links.txt         the write-once names of documents

Documents are copied before the records and again after them: whatever the records name was there before the
records were read, so that a document deleted meanwhile, or added meanwhile, is in the copy.

No key is needed to make a backup. What a sealed document is stands in its own beginning, so that its label is made
again when it is put back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import attrs

from perizinan_core._converters import from_json, to_json
from perizinan_core._saved_file import replace_file
from perizinan_core.bootstrap._keys import open_storage_keys
from perizinan_core.bootstrap._opening import (
    database_url,
    make_database_folder,
    open_documents,
    open_stored_documents,
    shown_database,
)
from perizinan_core.bootstrap._saved_documents import SavedDocuments
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.bootstrap._tables import offered_tables
from perizinan_core.documents import DocumentStore, FolderDocumentStore
from perizinan_core.documents._copying import copy_content
from perizinan_core.documents._sealed_store import key_marks
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.hooks._manager import PluginManager
from perizinan_core.i18n import N_, Clause
from perizinan_core.storage._backup import (
    check_saved_keys,
    check_saved_tables,
    has_records,
    load_records,
    save_records,
)
from perizinan_core.storage._opening import known_keys

__all__ = [
    "Backup",
    "KeyPlace",
    "check_backup",
    "key_places",
    "make_backup",
    "recover_documents",
    "restore_backup",
    "saved_tables",
]

FORMAT = 1
_ABOUT = "backup.json"
_SUMS = "SHA256SUMS"
_RECORDS = "records.sqlite3"
_DOCUMENTS = "documents"
_LINKS = "links.txt"
_SUM = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
_OBJECT = re.compile(r"documents/objects/([0-9a-f]{2})/([0-9a-f]{62})")
_LINK = re.compile(r"([0-9a-f]{64})  (\S+)")


@attrs.frozen(kw_only=True)
class KeyPlace:
    """A secret of the office, which is in no backup."""

    what: str
    """English msgid."""

    where: str
    """As the settings write it."""


@attrs.frozen(kw_only=True)
class Backup:
    """What a backup says of itself."""

    format: int
    made_at: datetime
    authority: str
    """Slug."""

    library: str
    """Version that made it."""

    database: str
    """``"sqlite"`` or ``"postgresql"``; a backup can be restored into either."""

    revision: str
    """Of the tables."""

    rows: Mapping[str, int]
    """By table, those of plugins included."""

    documents: int
    document_bytes: int
    links: int
    keys: tuple[str, ...]
    """Ids of the keys that the records need; the keys themselves are not in it."""

    document_keys: tuple[str, ...] = ()
    """The same of the keys that documents are sealed with."""

    damaged: tuple[str, ...] = ()
    """Documents whose bytes are not those of their hash in the office itself; they are not in it."""

    tables: Mapping[str, str] = attrs.field(factory=dict)
    """Revisions of the tables of plugins, by their name; restoring them needs the plugin."""

    sums: str
    """SHA-256 of the file ``SHA256SUMS``."""


def make_backup(settings: Settings, manager: PluginManager, folder: Path, *, now: datetime) -> Backup:
    """
    Make a backup while the office works.

    Args:
        settings: The office.
        manager: Its plugins, which may bring the document store.
        folder: A new or empty folder; readable by its owner only.
        now: Present moment.

    Raises:
        BootstrapError: ``backup-folder-in-use``: The folder holds something.
        StorageError: The records cannot be read.
        DocumentStoreUnavailableError: Documents cannot be read or written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BootstrapError("backup-folder-in-use", folder=str(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    url = database_url(settings)
    source, target = open_stored_documents(settings, manager), FolderDocumentStore(folder / _DOCUMENTS)
    marks = key_marks(source)
    copy_content(source, target, left_out=marks)
    saved = save_records(url, folder / _RECORDS)
    links = sorted(source.links())
    damaged = copy_content(source, target, left_out=(marks := key_marks(source)))
    _write(folder / _LINKS, "".join(f"{sha256}  {name}\n" for name, sha256 in links))
    size, lines = 0, [f"{_digest(folder / name)}  {name}" for name in (_RECORDS, _LINKS)]
    for document in target.documents():
        size += document.size
        lines.append(f"{document.sha256}  {_place(document.sha256)}")
    _write(folder / _SUMS, "".join(f"{line}\n" for line in lines))
    made = Backup(
        format=FORMAT,
        made_at=now,
        authority=settings.office.authority,
        library=version("perizinan-core"),
        database=url.partition(":")[0].partition("+")[0],
        revision=saved.revision,
        rows=saved.rows,
        documents=len(lines) - 2,
        document_bytes=size,
        links=len(links),
        keys=known_keys(url),
        document_keys=tuple(sorted(marks.values())),
        damaged=damaged,
        tables=saved.tables,
        sums=_digest(folder / _SUMS),
    )
    _write(folder / _ABOUT, json.dumps(to_json(made), indent=1) + "\n")
    return made


def check_backup(folder: Path) -> Backup:
    """
    Read everything in a backup and hold it against the hashes.

    Raises:
        BootstrapError: ``backup-unusable``: It is not a whole backup.
    """
    made = _about(folder)
    if _digest_of(folder, _SUMS) != made.sums:
        raise _unusable(folder, N_("{name} was changed"), name=_SUMS)
    documents = 0
    for sha256, name in _sums(folder):
        if _digest_of(folder, name) != sha256:
            raise _unusable(folder, N_("{name} was changed"), name=name)
        documents += name.startswith(_DOCUMENTS)
    if documents != made.documents:
        raise _unusable(folder, N_("{name} was changed"), name=_SUMS)
    return made


def saved_tables(folder: Path) -> tuple[str, ...]:
    """Return whose tables of plugins a backup says to hold; none where it cannot be read, which restoring will name."""
    try:
        return tuple(json.loads((folder / _ABOUT).read_text(encoding="utf-8")).get("tables", {}))
    except (OSError, ValueError, TypeError, AttributeError):
        return ()


def restore_backup(
    settings: Settings,
    manager: PluginManager,
    folder: Path,
    *,
    keep_documents: bool = False,
    without_tables: Collection[str] = (),
) -> Backup:
    """
    Put a backup into the empty places that the settings name. The records come last, whole or not at all.

    Args:
        settings: The office; its keys must be in their places again.
        manager: Its plugins.
        folder: The backup.
        keep_documents: True: the document store holds newer documents of this office; they stay as they are,
            and what is missing is added. From them the office knows which numbers were used since.
        without_tables: Names of tables of plugins that are not put back.

    Raises:
        BootstrapError: ``backup-unusable``: It is not a whole backup.
        BootstrapError: ``backup-of-another-office``: It belongs to another local government.
        StorageError: ``storage-keys-lost``: The keys of the records are not in their place.
        StorageError: ``unknown-key``: They are the keys of other records.
        StorageError: ``saved-tables-unknown``: It has tables of a plugin that is not loaded.
        StorageError: ``plugin-tables-too-new``: They are of a newer version of it.
        BootstrapError: ``restore-target-not-empty``: Something is there already.
        DocumentStoreError: ``documents-sealed``: Its documents are sealed, and the settings do not say so.
        DocumentStoreError: ``document-key-missing``: They are sealed with a key that is not in its place.
    """
    made = check_backup(folder)
    _require_own(made, settings, folder)
    check_saved_keys(folder / _RECORDS, open_storage_keys(settings, lambda: made.keys))
    sets = offered_tables(manager)
    check_saved_tables(folder / _RECORDS, sets, without_tables)
    url = database_url(settings)
    if has_records(url):
        raise BootstrapError("restore-target-not-empty", what=N_("database"), place=shown_database(settings))
    target = open_documents(settings, manager)
    saved = _saved_documents(folder, target, made)
    # What an interrupted restore left is not in the way: it is the same content.
    if not keep_documents and not saved.are_all_of(target):
        raise BootstrapError(
            "restore-target-not-empty", what=N_("document store"), place=settings.storage.documents
        )
    saved.put_back(target)
    for sha256, name in _links(folder):
        target.link(name, saved.contents.get(sha256, sha256))
    make_database_folder(settings)
    load_records(folder / _RECORDS, url, sets=sets, left_out=without_tables)
    return made


def recover_documents(settings: Settings, manager: PluginManager, folder: Path) -> int:
    """
    Put back what the document store lacks of a backup's documents and names; records and what is there stay.

    Args:
        settings: The office.
        manager: Its plugins.
        folder: A backup of this office, of any age.

    Returns:
        How many documents were put back.

    Raises:
        BootstrapError: ``backup-unusable``, ``backup-of-another-office``.
        DocumentStoreError: as `restore_backup`; ``link-conflict``: A write-once name stands for something else now.
    """
    made = check_backup(folder)
    _require_own(made, settings, folder)
    target = open_documents(settings, manager)
    saved = _saved_documents(folder, target, made)
    added = saved.put_back(target)
    for sha256, name in _links(folder):
        target.link(name, saved.contents.get(sha256, sha256))
    return added


def _require_own(made: Backup, settings: Settings, folder: Path) -> None:
    if made.authority != settings.office.authority:
        raise BootstrapError(
            "backup-of-another-office",
            folder=str(folder),
            found=made.authority,
            expected=settings.office.authority,
        )


def _saved_documents(folder: Path, target: DocumentStore, made: Backup) -> SavedDocuments:
    files = {_hash(name): folder / name for _, name in _sums(folder) if name.startswith(_DOCUMENTS)}
    return SavedDocuments.of(files, target, made.document_keys)


def key_places(settings: Settings) -> tuple[KeyPlace, ...]:
    """Return what a backup does not hold and what is needed to work with it again."""
    own = settings.signing
    sealed = settings.storage.seal != "none"
    found = [
        (
            N_("keys of personal data and of sealed documents") if sealed else N_("keys of personal data"),
            settings.storage.keys,
        ),
        (N_("key of the authority document"), own.document_key),
        (N_("key of the QR codes"), own.qr_key),
        (N_("key of the status list"), own.status_key),
    ]
    former = settings.path(own.document_key)
    found += [
        (N_("former key of the authority document"), str(Path(own.document_key).with_name(path.name)))
        for path in sorted(former.parent.glob(f"{former.name}.*.former"))
    ]
    found += [
        (N_("announced key of the office"), f"{name}.next")
        for name in (own.document_key, own.qr_key, own.status_key)
        if settings.path(f"{name}.next").exists()
    ]
    if own.development:
        found.append((N_("development keys"), f"{own.folder}/development"))
    found += [(N_("key that signs permits"), address) for _, address in sorted(own.signers.items())]
    found += [(N_("secret of a signing key"), address) for _, address in sorted(own.secrets.items())]
    found += [(N_("root certificate"), address) for address in own.roots]
    if settings.storage.database_password is not None:
        found.append((N_("password of the database"), settings.storage.database_password))
    if own.timestamps.authorization is not None:
        found.append((N_("access to the timestamp service"), own.timestamps.authorization))
    found.append((N_("settings"), "perizinan.toml"))
    return tuple(KeyPlace(what=what, where=where) for what, where in found)


def _about(folder: Path) -> Backup:
    try:
        text = (folder / _ABOUT).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise _unusable(
            folder, N_("{name} is missing: it is not a backup, or was not finished"), name=_ABOUT
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(folder, N_("{name} cannot be read"), name=_ABOUT) from error
    try:
        made: Backup = from_json(Backup, json.loads(text))
    except (ValueError, WireFormatError) as error:
        raise _unusable(folder, N_("{name} was changed"), name=_ABOUT) from error
    if made.format != FORMAT:
        raise _unusable(folder, N_("it was made by a newer version"))
    return made


def _sums(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / _SUMS).read_text(encoding="ascii").splitlines():
        found = _SUM.fullmatch(line)
        if found is None or not (found[2] in (_RECORDS, _LINKS) or _OBJECT.fullmatch(found[2])):
            raise _unusable(folder, N_("{name} was changed"), name=_SUMS)
        yield found[1], found[2]


def _links(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / _LINKS).read_text(encoding="ascii").splitlines():
        found = _LINK.fullmatch(line)
        if found is None:
            raise _unusable(folder, N_("{name} was changed"), name=_LINKS)
        yield found[1], found[2]


def _digest_of(folder: Path, name: str) -> str:
    try:
        return _digest(folder / name)
    except FileNotFoundError as error:
        raise _unusable(folder, N_("{name} is missing"), name=name) from error
    except OSError as error:
        raise _unusable(folder, N_("{name} cannot be read"), name=name) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(sha256: str) -> str:
    return f"{_DOCUMENTS}/objects/{sha256[:2]}/{sha256[2:]}"


def _hash(name: str) -> str:
    return name[-65:].replace("/", "")


def _unusable(folder: Path, problem: str, **fields: object) -> BootstrapError:
    return BootstrapError("backup-unusable", folder=str(folder), fault=Clause(problem, **fields))


def _write(path: Path, text: str) -> None:
    """Write a file durably, whole or not at all, readable by its owner only."""
    replace_file(path, text.encode(), mode=0o600)
