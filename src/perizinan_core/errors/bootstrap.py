"""Errors of putting an office together: settings, secrets, keys."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = [
    "AlreadySetUpError",
    "KeyFileProblemError",
    "OfficeKeyLostError",
    "SecretMissingError",
    "SettingsError",
    "SignerNotConfiguredError",
]


@attrs.define(slots=False, eq=False)
class SettingsError(PerizinanError):
    """The settings cannot be used."""

    code: ClassVar[str] = "settings"
    sentence: ClassVar[str] = N_(
        "The settings file {path} cannot be used: {problems}. "
        "Correct it, or make a new one with `perizinan init`."
    )

    path: str
    problems: tuple[str, ...]


@attrs.define(slots=False, eq=False)
class SecretMissingError(PerizinanError):
    """A secret is not where the settings say."""

    code: ClassVar[str] = "secret-missing"
    sentence: ClassVar[str] = N_(
        "There is no secret at {address}. Write `env:NAME` and set that environment variable, "
        "or `file:PATH` and put it into that file."
    )

    address: str


@attrs.define(slots=False, eq=False)
class SignerNotConfiguredError(PerizinanError):
    """Nobody told how a position signs."""

    code: ClassVar[str] = "signer-not-configured"
    sentence: ClassVar[str] = N_(
        "There is no signer for the position {position}. Add it to [signing.signers] of perizinan.toml, "
        "or set `development = true` there to try things out."
    )

    position: str


@attrs.define(slots=False, eq=False)
class AlreadySetUpError(PerizinanError):
    """``init`` found an office."""

    code: ClassVar[str] = "already-set-up"
    sentence: ClassVar[str] = N_(
        "{path} is there already and was left as it is. Choose another folder, or remove the file first."
    )

    path: str


@attrs.define(slots=False, eq=False)
class KeyFileProblemError(PerizinanError):
    """A key or certificate file is not what it should be."""

    code: ClassVar[str] = "office-key-file"
    sentence: ClassVar[str] = N_(
        "The key file {path} cannot be used: expected {expected}. "
        "Restore it from its copy; making a new key invalidates what the old one signed."
    )

    path: str
    """As the settings write it."""

    expected: str


@attrs.define(slots=False, eq=False)
class OfficeKeyLostError(PerizinanError):
    """A key file that was used here is missing; nothing was made in its place."""

    code: ClassVar[str] = "office-key-lost"
    sentence: ClassVar[str] = N_(
        "The key file {path} is missing, but the records show that it was used here. No new key was made in "
        "its place. Restore the file from its backup. Only if there is none, make a new key with: "
        "perizinan keys rotate-own {purpose} --lost"
    )

    path: str
    """Name of the file."""

    purpose: str
    """``"document"``, ``"qr"``, ``"status"`` or ``"development"``."""
