"""Putting an office together: settings, secrets, keys, backups, missing packages."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import OWN_WORDS, Code, CodedError
from perizinan_core.errors.rendering import RenderingError
from perizinan_core.i18n import N_

__all__ = ["BootstrapError", "LetterTemplatesError", "OfficePartMissingError"]


class BootstrapError(CodedError):
    """
    An office cannot be opened, set up, backed up or restored.

    Values of its codes:

    - ``path``: as the settings write it
    - ``place``: as the settings write it; never with a password
    - ``purpose``: ``"document"``, ``"qr"``, ``"status"`` or ``"development"``
    - ``what``: ``"database"`` or ``"document store"``
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: (
                "backup-of-another-office backup-unusable certificate-file development-name new-name new-region "
                "upgrade-version upgrade-wheels"
            ),
            Category.CONFLICT: "already-set-up backup-folder-in-use new-folder restore-target-not-empty",
            Category.OFFICE: (
                "database-of-another-office development-folder example-authority letter-templates "
                "office-key-file office-key-lost office-part-missing secret-missing settings "
                "settings-environment signer-not-configured unknown-positions"
            ),
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "backup-folder-in-use": Code(
            N_(
                "Expected a new or empty folder for the backup, but {folder} holds something and was left as "
                "it is. Name another folder, e.g. one with today's date."
            )
        ),
        # A folder is not a whole backup; nothing was restored from it.
        "backup-unusable": Code(
            N_(
                "The backup in {folder} cannot be used: {fault}. Nothing was restored. Take another backup "
                "or another copy of this one."
            )
        ),
        "backup-of-another-office": Code(
            N_(
                "The backup in {folder} is one of {found}, but the settings name {expected}. Nothing was "
                "restored. Take the backup of this office, or correct `authority` under [office]."
            )
        ),
        # `database`: as the settings write it, without a password.
        "database-of-another-office": Code(
            N_(
                "The database {database} holds the records of {found}, but the settings name {expected}. Nothing was "
                "changed. Correct `authority` under [office], or name a database of its own under [storage]: one "
                "database belongs to one authority."
            )
        ),
        "restore-target-not-empty": Code(
            N_(
                "Expected an empty {what} to restore into, but {place} holds something; nothing was changed. "
                "Name another place under [storage] in the settings, or move away what is there. "
                "Newer documents of this office are kept with: perizinan restore --keep-documents"
            ),
            labels={"what": OWN_WORDS},
        ),
        "settings": Code(
            N_(
                "The settings file {path} cannot be used: {problems}. Correct it, or make a new one with "
                "`perizinan init`."
            )
        ),
        "settings-environment": Code(
            N_(
                "The settings in the environment cannot be used: {problems}. Correct these variables; the reference "
                "of the settings names all of them."
            )
        ),
        "secret-missing": Code(
            N_(
                "There is no secret at {address}. Write `env:NAME` and set that environment variable, or "
                "`file:PATH` and put it into that file."
            )
        ),
        "signer-not-configured": Code(
            N_(
                "There is no signer for the position {position}. Add it to [signing.signers] of "
                "perizinan.toml, or set `development = true` there to try things out."
            )
        ),
        # A new plugin or authority was asked for under a name that cannot be used.
        "new-name": Code(
            N_(
                "“{received}” cannot name a plugin: expected small letters, digits and single hyphens, a letter first, "
                "at most 40 characters. Choose another name, e.g. kota-contoh."
            )
        ),
        "new-region": Code(
            N_(
                "“{received}” is not the code of a province, regency or city: expected one of the Ministry of Home "
                "Affairs, e.g. 35.72."
            )
        ),
        "upgrade-version": Code(
            N_(
                "“{received}” is not a version. Name the version of perizinan-core that is planned, e.g. 1.2.0."
            )
        ),
        "upgrade-wheels": Code(
            N_("{file} cannot be read as a wheel. Get it again, or take it out of the folder.")
        ),
        "new-folder": Code(
            N_(
                "{folder} holds something already, and was left as it is. Name a new folder with --folder, or empty "
                "this one."
            )
        ),
        # An authority that is not a working office was named outside development.
        "example-authority": Code(
            N_(
                "{name} is an example and not an office: its permits would deceive people. Name your own authority "
                "under [office] in perizinan.toml instead of “{slug}”, or set `development = true` under [signing] "
                "to try it out."
            )
        ),
        # `count`: of certificates that are not those of an authority.
        "certificate-file": Code(
            N_(
                "Expected one certificate of an officer in {path} (PEM or DER), but found {count}. Name a file that "
                "holds it, alone or with its chain."
            )
        ),
        # `settings`: names of the settings; `known`: codes of positions.
        "unknown-positions": Code(
            N_(
                "The settings under [signing] name positions that the authority does not have: {settings}. Its "
                "positions are: {known}. Correct the codes, or add the position to the authority's data."
            )
        ),
        "already-set-up": Code(
            N_(
                "{path} is there already and was left as it is. Choose another folder, or remove the file "
                "first."
            )
        ),
        "office-key-file": Code(
            N_(
                "The key file {path} cannot be used: expected {expected}. Restore it from its copy; making a "
                "new key invalidates what the old one signed."
            )
        ),
        # A key file that was used here is missing; nothing was made in its place.
        # `path`: Name of the file.
        "office-key-lost": Code(
            N_(
                "The key file {path} is missing, but the records show that it was used here. No new key was "
                "made in its place. Restore the file from its backup. Only if there is none, make a new key "
                "with: perizinan keys rotate-own {purpose} --lost"
            )
        ),
        "development-name": Code(
            N_(
                "“{name}” cannot name a development signer. Use small letters, digits and hyphens for the "
                "file (at most 60), and at most 48 characters for the name in the certificate."
            )
        ),
        # `file`: Name of the file inside the folder.
        "development-folder": Code(
            N_(
                "The development CA's file “{file}” cannot be used. Delete the whole folder; a new "
                "development CA is made on next use."
            )
        ),
    }


@attrs.define(slots=False, eq=False)
class LetterTemplatesError(BootstrapError):
    """A letter template that the catalogue names is not there, or can print nothing: no permit could be issued."""

    code: ClassVar[str] = "letter-templates"
    sentence: ClassVar[str] = N_(
        "The office was not opened, because its letters cannot be printed. {reasons}"
    )

    faults: tuple[RenderingError, ...]
    """Everything that is wrong with the templates."""

    def details(self) -> dict[str, Any]:
        """Return the code of each fault."""
        return {"faults": tuple(fault.code for fault in self.faults)}

    def wording(self, language: str) -> dict[str, object]:
        """Join the sentences of the faults."""
        return {"reasons": " ".join(fault.message(language) for fault in self.faults)}


@attrs.define(slots=False, eq=False)
class OfficePartMissingError(BootstrapError, ImportError):
    """A package of the extra ``office`` is not installed; what verifies permits works without it."""

    code: ClassVar[str] = "office-part-missing"
    sentence: ClassVar[str] = N_(
        "This needs packages that only an office needs, and they are not installed here. "
        "Install them with: pip install {packages}"
    )

    packages: tuple[str, ...]
    """Requirements, as ``"typst>=0.15"``."""

    def wording(self, language: str) -> dict[str, Any]:
        """Return the requirements as a shell takes them."""
        del language
        return {"packages": shlex.join(self.packages)}
