"""Parts of an office that the use cases ask for by what they can do: checks, inspection, signers; and its own keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

import attrs

from perizinan_core.documents import Spool, UploadPolicy, UploadReport, UploadScanner
from perizinan_core.hooks._types import ApplicantCheckResult, SubmissionCheckResult
from perizinan_core.model._applicant import Applicant
from perizinan_core.model._text import Text
from perizinan_core.published._keys import PrivateKey
from perizinan_core.signing import SecretCallback, Signer

__all__ = ["ApplicantCheck", "CheckRules", "InspectUpload", "OfficeKeys", "SignerSource"]


class ApplicantCheck(Protocol):
    """Asks the plugins about an applicant's identity, and about submissions."""

    def decide_applicant_check(self, applicant: Applicant) -> ApplicantCheckResult | None:
        """Return the first answer, or None; raises `HookError` with the code ``plugin-decision`` when a
        plugin fails.
        """
        ...

    def submission_checks(self) -> tuple[tuple[str, Callable[..., SubmissionCheckResult | None]], ...]:
        """Return the checks of submissions with the names of their plugins, to be called with keywords."""
        ...


class InspectUpload(Protocol):
    """Judges a file, as `documents.inspect_upload` does."""

    def __call__(
        self,
        source: Path | str | BinaryIO | Spool,
        *,
        file_name: str,
        policy: UploadPolicy,
        scanners: Iterable[UploadScanner],
    ) -> UploadReport:
        """Return what was found."""
        ...


class SignerSource(Protocol):
    """Opens the signer of a position."""

    def signer_for(self, position: str) -> Signer:
        """Return the signer; raises `BootstrapError` with the code ``signer-not-configured`` or what opening
        it raises.
        """
        ...

    def positions(self) -> tuple[str, ...]:
        """Return the positions that have a signer."""
        ...

    def asks(self, position: str) -> bool:
        """Return whether the signer of a position can only be opened with a secret that a person gives."""
        ...

    def unlocked(self, secret: SecretCallback) -> AbstractContextManager[None]:
        """
        Let such signers be opened within the block, in this thread, with what ``secret`` answers for a position.

        They are not kept: the next one who signs gives the secret again.
        """
        ...

    def footer_for(self, position: str) -> Text | None:
        """Return what the position's signer adds to the foot of letters; nothing is opened for that."""
        ...


@attrs.frozen(kw_only=True, repr=False)
class OfficeKeys:
    """The office's own keys; those that sign permits are behind `SignerSource`."""

    document: PrivateKey
    """Signs ``authority.json`` and receipts."""

    qr: PrivateKey
    """Signs the claims in QR codes."""

    status: PrivateKey | None = None
    """Signs the status list; None: this office publishes none."""

    former_documents: tuple[PrivateKey, ...] = ()
    """Keys that signed ``authority.json`` before; they sign it too, so that those who know them can continue."""


@attrs.frozen(kw_only=True)
class CheckRules:
    """What follows when an outside system does not answer about a submission."""

    on_failure: str = "continue"
    """``continue``: the application is taken and waits for the answer; ``stop``: it is not taken now."""

    permit_types: Mapping[str, str] = attrs.field(factory=dict)
    """The same for single permit types, by code."""

    time_limit: float = 10.0
    """Seconds for one check."""

    def stops(self, permit_type: str) -> bool:
        """Return True when an application of this type is not taken without the answer."""
        return self.permit_types.get(permit_type, self.on_failure) == "stop"
