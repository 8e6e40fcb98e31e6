"""
Keeping the documents of many offices: the first one of an office, and every successor of it.

The first document is trusted because its key was named, or because someone said so; from then on each newer one must
be signed by a key of the known one (`accept_update`), or by the key that a signed directory names. The status list is
fetched with the document, so that a folder can be used where there is no network. Files are replaced in one step.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import attrs

from perizinan_core._exchange import is_local_http
from perizinan_core._saved_file import locked, replace_file
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.published import AuthorityUpdateError
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.i18n import Clause
from perizinan_core.published._authority_document import AuthorityDocument, read_authority_document
from perizinan_core.published._authority_update import accept_update
from perizinan_core.published._directory import Directory
from perizinan_core.published._envelope import MAX_BYTES
from perizinan_core.published._status_list import StatusListTerms
from perizinan_core.verification._fetching import fetch, is_url
from perizinan_core.verification._sources import read_source
from perizinan_core.verification._status_source import fetch_status_list

BACKUP = ".previous"
"""What is added to the name of the document that was replaced."""


@attrs.frozen(kw_only=True)
class Kept:
    """What became of one office's documents."""

    slug: str
    before: AuthorityDocument | None = None
    """The document that was known, or None."""

    document: AuthorityDocument | None = None
    """The document that is kept now; None: the known one stayed, because of ``problem``."""

    problem: PerizinanError | OSError | None = None
    """Why the document was not taken."""

    list_problem: PerizinanError | OSError | None = None
    """Why the status list was not."""


def well_known(address: str) -> str:
    """Return the address of an office's document; of a site alone, the place where documents are published."""
    bare = is_url(address) and urlsplit(address).path in ("", "/")
    return f"{address.rstrip('/')}/.well-known/perizinan.json" if bare else address


def load_document(source: str) -> bytes:
    """
    Return a document that is offered: a file, or what stands at an https address.

    Raises:
        SourceReadError: it cannot be had.
    """
    if not is_url(source):
        return read_source(Path(source), MAX_BYTES)
    if not source.lower().startswith("https://") and not is_local_http(source):
        raise SourceReadError("cannot-open", Clause("its address does not begin with https"))
    return fetch(source, max_bytes=MAX_BYTES, accept="application/json", guarded=True).data or b""


def keep_first(
    path: Path, data: bytes, document: AuthorityDocument, *, list_path: Path, at: datetime
) -> Kept:
    """
    Keep the first document of an office, which is trusted already, and its status list.

    Raises:
        FileExistsError: there is a document at the path.
        OSError: it cannot be written.
    """
    with locked(path):
        if path.exists():
            raise FileExistsError(path.name)
        replace_file(path, data)
    return Kept(slug=document.slug, document=document, list_problem=_keep_list(document, list_path, at))


def refresh(
    path: Path, offered: bytes, *, at: datetime, authority_key: str | None = None
) -> tuple[AuthorityDocument, AuthorityDocument, bool]:
    """
    Let ``offered`` take the place of the document at ``path``; return the former, the new one, and if they differ.

    Raises:
        AuthorityDocumentError: one of them is not sound.
        AuthorityUpdateError: it must not take its place.
        SourceReadError: the known one cannot be read.
        OSError: it cannot be written.
    """
    with locked(path):
        before = read_source(path, MAX_BYTES)
        known = read_authority_document(before)
        document = accept_update(known, offered, at=at, authority_key=authority_key)
        if offered != before:
            replace_file(path.with_name(path.name + BACKUP), before)
            replace_file(path, offered)
    return known, document, offered != before


def refresh_office(path: Path, *, at: datetime, directory: Directory | None = None) -> Kept:
    """
    Fetch the newer document of one office of a folder, and its status list; what goes wrong is in the result.

    Args:
        path: The known document, ``SHORT-NAME.json``.
        at: Present moment, with time zone.
        directory: Says where the office publishes, and with which key; None: the known document does.
    """
    known = document = None
    slug = path.stem
    try:
        known = read_authority_document(read_source(path, MAX_BYTES))
        entry = directory.by_slug.get(slug) if directory is not None else None
        offered = load_document(entry.address if entry is not None else known.address)
        try:
            document = refresh(path, offered, at=at)[1]
        except AuthorityUpdateError:
            if entry is None:
                raise
            # Whose chain was lost may begin again where the directory vouches for the key.
            document = refresh(path, offered, at=at, authority_key=entry.key)[1]
    except (PerizinanError, OSError) as error:
        return Kept(slug=slug, before=known, problem=error)
    list_problem = _keep_list(document, path.with_suffix(".cwt"), at)
    return Kept(slug=slug, before=known, document=document, list_problem=list_problem)


def _keep_list(document: AuthorityDocument, path: Path, at: datetime) -> PerizinanError | OSError | None:
    try:
        terms = StatusListTerms.of(document)
        if terms is not None:
            fetch_status_list(terms.uri, authority=document, at=at, saved=path)
    except (PerizinanError, OSError) as error:
        return error
    return None
