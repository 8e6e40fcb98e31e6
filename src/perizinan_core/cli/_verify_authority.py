"""By whose documents ``perizinan verify`` and ``verify-qr`` judge: one office's, or those of a folder of offices."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import attrs
import click

from perizinan_core.cli._once import Once
from perizinan_core.cli._verify_status import StatusOptions
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.i18n import N_, translate
from perizinan_core.published import (
    NO_STATUS,
    AuthorityDocument,
    StatusChoice,
    read_authority_document,
)
from perizinan_core.published._directory import Directory, read_directory
from perizinan_core.published._envelope import MAX_BYTES
from perizinan_core.verification import AuthoritySet, StatusOf

__all__ = ["AuthorityOptions", "authority_options", "read_directory_file"]

F = TypeVar("F", bound=Callable[..., object])


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--authority",
        "authority_path",
        cls=Once,
        type=_FILE,
        help="Dokumen otoritas (authority.json) dari instansi penerbit.",
    ),
    click.option(
        "--authority-key", cls=Once, help="Sidik jari kunci yang harus menandatangani dokumen otoritas."
    ),
    click.option(
        "--authorities",
        "folder",
        cls=Once,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder dokumen otoritas banyak instansi (NAMA-SINGKAT.json); tiap berkas diperiksa menurut instansi yang "
        "disebutnya. Daftar statusnya: NAMA-SINGKAT.cwt di sampingnya.",
    ),
    click.option(
        "--directory",
        "directory_path",
        cls=Once,
        type=_FILE,
        help="Direktori instansi bertanda tangan: kunci tiap instansi dalam --authorities harus sesuai dengannya.",
    ),
    click.option("--directory-key", cls=Once, help="Sidik jari kunci yang harus menandatangani direktori."),
)


def authority_options(command: F) -> F:
    """Give a command the options that `AuthorityOptions` holds."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen(kw_only=True)
class AuthorityOptions:
    """What the user said about the offices."""

    path: Path | None
    key: str | None
    folder: Path | None
    directory: Path | None
    directory_key: str | None

    @property
    def given(self) -> dict[str, object]:
        """The options by name."""
        return {
            "--authority": self.path,
            "--authority-key": self.key,
            "--authorities": self.folder,
            "--directory": self.directory,
            "--directory-key": self.directory_key,
        }

    def read(self, language: str) -> AuthorityDocument | AuthoritySet:
        """
        Return what is judged by.

        Raises:
            click.UsageError: options that contradict each other, or a document that cannot be used.
        """
        if (self.path is None) == (self.folder is None):
            raise click.UsageError(translate(_ONE_OF, language))
        alone = ("--authority-key",) if self.folder is not None else ("--directory", "--directory-key")
        refused = [name for name in alone if self.given[name] is not None]
        if refused:
            raise click.UsageError(translate(_NOT_WITH, language, options=", ".join(refused)))
        try:
            if self.folder is not None:
                return AuthoritySet.open(self.folder, directory=self._directory(language))
        except PerizinanError as error:
            raise click.UsageError(error.message(language)) from error
        assert self.path is not None  # noqa: S101 - see above
        try:
            with self.path.open("rb") as file:  # also a pipe, which can be read only once and may never end
                return read_authority_document(file.read(MAX_BYTES + 1), authority_key=self.key)
        except AuthorityDocumentError as error:
            raise click.UsageError(f"{self.path.name}: {error.message(language)}") from error

    def status(
        self, authority: AuthorityDocument | AuthoritySet, options: StatusOptions, at: datetime
    ) -> StatusChoice | StatusOf:
        """Return who is asked about the status, where that is not the office's records."""
        if not isinstance(authority, AuthoritySet):
            assert self.path is not None  # noqa: S101 - it was read
            return options.source(authority, self.path, at)
        if options.no_status:
            return NO_STATUS
        return authority.status_lists(clock=lambda: at, max_age=options.max_age_seconds)

    def check_status(self, options: StatusOptions, language: str) -> None:
        """
        Refuse options that contradict each other.

        Raises:
            click.UsageError: with a sentence.
        """
        options.check(language)
        if self.folder is not None and (options.records is not None or options.status is not None):
            raise click.UsageError(translate(_ONE_OFFICE, language))

    def identity(self, authority: AuthorityDocument | AuthoritySet) -> str:
        """Return what must be the same when an interrupted run continues."""
        told: object = None
        if not isinstance(authority, AuthoritySet):
            told = authority.to_json()
        elif self.folder is not None:
            states = [(path.name, path.stat()) for path in sorted(self.folder.glob("*.json"))]
            told = [(name, state.st_mtime_ns, state.st_size) for name, state in states]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def _directory(self, language: str) -> Directory | None:
        if self.directory is None:
            return None
        return read_directory_file(self.directory, self.directory_key, language)


def read_directory_file(path: Path, key: str | None, language: str) -> Directory:
    """
    Return the directory of a file.

    Raises:
        click.UsageError: when it cannot be used.
    """
    try:
        return read_directory(path.read_bytes(), directory_key=key)
    except AuthorityDocumentError as error:
        raise click.UsageError(f"{path.name}: {error.message(language)}") from error


_ONE_OF = N_(
    "Give --authority FILE for the permits of one office, or --authorities FOLDER for those of many; not both."
)
_NOT_WITH = N_("Leave out {options}: it belongs to --authority or to --authorities alone.")
_ONE_OFFICE = N_(
    "--records and --status belong to one office: use them with --authority. With --authorities each office's status "
    "list lies beside its document (SHORT-NAME.cwt); perizinan authority update --all fetches both."
)
