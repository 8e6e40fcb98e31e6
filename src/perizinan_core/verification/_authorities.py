"""
The authority documents of many offices, and which of them a file is to be judged by.

The office is chosen before anything is judged, by what the file says itself: the office that it names, else the one
that knows its signer or key. That only says whose register the file is held against: a wrong name makes it fail,
and never pass.

A folder holds one file for each office, ``SHORT-NAME.json``, and its status list ``SHORT-NAME.cwt`` beside it.
A document is read when a file names its office. A signer or key is looked for in the bytes of all of them, so that
hundreds of documents cost no more than reading them once; only those that mention it are read as documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Generic, Self, TypeVar

from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.errors.verification import AuthorityFolderError, SourceReadError
from perizinan_core.i18n import N_, Clause
from perizinan_core.published._authority_document import AuthorityDocument, read_authority_document
from perizinan_core.published._directory import SLUG, Directory
from perizinan_core.published._envelope import MAX_BYTES
from perizinan_core.published._status import NoStatus, StatusChoice, StatusSource
from perizinan_core.verification._current_status import CurrentStatusList
from perizinan_core.verification._sources import read_source

T = TypeVar("T")

StatusOf = Callable[[AuthorityDocument], StatusChoice]
"""Returns who is asked about the status of an office's permits."""


class ByOffice(Generic[T]):
    """
    What is made once for each office, and again when its document changes.

    Args:
        make: Makes it.
    """

    def __init__(self, make: Callable[[AuthorityDocument], T]) -> None:
        self._make = make
        self._made: dict[str, tuple[AuthorityDocument, T]] = {}

    def of(self, authority: AuthorityDocument) -> T:
        """Return what belongs to an office."""
        known = self._made.get(authority.slug)
        if known is None or known[0] is not authority:
            known = self._made[authority.slug] = (authority, self._make(authority))
        return known[1]


def status_by_office(
    authority: AuthorityDocument | AuthoritySet, status: StatusChoice | StatusOf
) -> ByOffice[StatusChoice]:
    """
    Return who is asked about the permits of which office.

    Raises:
        TypeError: one source is given for many offices.
    """
    if isinstance(authority, AuthoritySet) and isinstance(status, StatusSource):
        raise TypeError("expected a function that returns the status source of an office, got one source")
    if status is None or isinstance(status, (NoStatus, StatusSource)):
        return ByOffice(lambda _: status)
    return ByOffice(status)


def document_of(data: bytes, slug: str, key: str | None) -> AuthorityDocument:
    """
    Return the document of an office.

    Raises:
        AuthorityDocumentError: it is not sound, not signed by the key, or another office's.
    """
    document = read_authority_document(data, authority_key=key)
    if document.slug != slug:
        problem = Clause("it is the document of another office ({slug})", slug=document.slug)
        raise AuthorityDocumentError("authority-document", problems=(problem,))
    return document


class AuthoritySet:
    """
    Authority documents of many offices; give it wherever one `AuthorityDocument` is expected.

    ::

        offices = AuthoritySet.open("offices")
        report = verify_permit(path, authority=offices, at=now, status=offices.status_lists())
        print(report.authority.name)

    Args:
        documents: The documents, or the signed files by short name.
        directory: The signed directory that says which key must have signed each document, or None: the
            documents are trusted as they were given.
        authority_key: Fingerprint of the key that must have signed each of the signed files, or None.

    Raises:
        ValueError: two documents are of one office.
    """

    def __init__(
        self,
        documents: Iterable[AuthorityDocument] | Mapping[str, bytes],
        *,
        directory: Directory | None = None,
        authority_key: str | None = None,
    ) -> None:
        self.directory = directory
        self._key = authority_key
        self._folder: Path | None = None
        self._stamp = 0
        self._made: dict[str, AuthorityDocument] = {}
        self._texts: dict[str, bytes] = {}
        self._known: dict[str, tuple[AuthorityDocument, ...]] = {}
        if isinstance(documents, Mapping):
            self._texts.update(documents)
            return
        for item in documents:
            if item.slug in self._made:
                raise ValueError(f"expected documents of different offices, got {item.slug} twice")
            self._made[item.slug] = item
            self._texts[item.slug] = json.dumps(item.to_json()).encode()

    @classmethod
    def open(cls, folder: str | PathLike[str], *, directory: Directory | None = None) -> Self:
        """
        Return the offices of a folder; documents that are replaced or added later are seen.

        Raises:
            AuthorityFolderError: it cannot be read, or holds no document.
        """
        made = cls({}, directory=directory)
        made._folder = Path(folder)
        if not made.slugs:
            raise AuthorityFolderError(folder=Path(folder).name, fault=N_("there is none"))
        return made

    @property
    def slugs(self) -> tuple[str, ...]:
        """
        The short names of all offices.

        Raises:
            AuthorityFolderError: the folder cannot be read.
        """
        if self._folder is None:
            return tuple(sorted(self._texts))
        try:
            names = [path.stem for path in self._folder.iterdir() if path.suffix == ".json"]
        except OSError as error:
            raise AuthorityFolderError(folder=self._folder.name, fault=N_("it cannot be read")) from error
        return tuple(sorted(name for name in names if SLUG.fullmatch(name)))

    def __len__(self) -> int:
        """Return the number of offices."""
        return len(self.slugs)

    def of(self, slug: str) -> AuthorityDocument | None:
        """
        Return the document of an office; None when it is not known here.

        Raises:
            AuthorityDocumentError: it cannot be used.
        """
        self._notice_changes()
        if slug not in self._made:
            text = self._text(slug)
            if text is None or (self.directory is not None and slug not in self.directory.by_slug):
                return None
            key = self.directory.by_slug[slug].key if self.directory is not None else self._key
            self._made[slug] = document_of(text, slug, key)
        return self._made[slug]

    def knowing(self, *identifiers: str) -> tuple[AuthorityDocument, ...]:
        """Return the documents that mention one of the fingerprints, key ids or addresses as a whole value."""
        self._notice_changes()
        key = "\0".join(identifiers)
        if key not in self._known:
            needles = [f'"{item}"'.lower().encode() for item in identifiers]
            found = (self._usable(slug) for slug in self._mentioning(needles))
            self._known[key] = tuple(item for item in found if item is not None)
        return self._known[key]

    def status_lists(
        self, *, clock: Callable[[], datetime] | None = None, max_age: int | None = None
    ) -> StatusOf:
        """
        Return what asks the list beside each document, for the ``status`` of `verify_permit`.

        Args:
            clock: Returns the current moment with time zone; the system's clock by default.
            max_age: How old a list may be, in seconds; None takes what the authority document says.
        """

        def source(document: AuthorityDocument) -> StatusChoice:
            if self._folder is None or document.status_list is None:
                return None
            path = self._folder / f"{document.slug}.cwt"
            return CurrentStatusList(path, authority=document, clock=clock, max_age=max_age)

        return source

    def _notice_changes(self) -> None:
        """Forget what was read when a file of the folder was replaced: replacing changes the folder."""
        if self._folder is None:
            return
        try:
            stamp = self._folder.stat().st_mtime_ns
        except OSError:
            stamp = -1
        if stamp != self._stamp:
            self._stamp = stamp
            for kept in (self._made, self._texts, self._known):
                kept.clear()

    def _text(self, slug: str) -> bytes | None:
        if slug not in self._texts and self._folder is not None and SLUG.fullmatch(slug):
            try:
                self._texts[slug] = read_source(self._folder / f"{slug}.json", MAX_BYTES)
            except SourceReadError:
                return None
        return self._texts.get(slug)

    def _mentioning(self, needles: list[bytes]) -> list[str]:
        try:
            slugs = self.slugs
        except AuthorityFolderError:
            return []
        texts = {slug: (self._text(slug) or b"").lower() for slug in slugs}
        # A text may write any letter as \\u....: such a document is read whole.
        return [
            slug
            for slug, text in texts.items()
            if b"\\u" in text or any(needle in text for needle in needles)
        ]

    def _usable(self, slug: str) -> AuthorityDocument | None:
        try:
            return self.of(slug)
        except AuthorityDocumentError:
            return None
