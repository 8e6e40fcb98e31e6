"""
What an authority document may be too old to know: signers and keys that came after it, and what was withdrawn since.

1. A signer or key that the document does not name, for a stated day after the day of checking, is never excused.
2. For a stated day after the document was issued the question stays open: the document cannot know who came later,
3. unless a status list that may be relied on, and was made after that day, names this version as the current one.
4. A document whose version is below the lowest that the list names is not judged by: something in it was withdrawn.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import PublishedVersions, StatusChoice, VersionSource
from perizinan_core.verification._authorities import AuthoritySet
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._report import CheckName

__all__ = ["DocumentAge"]


class DocumentAge:
    """
    Judges how much an authority document can know.

    Args:
        authority: The document.
        at: Moment for which the answer shall hold.
        status: Whose word on the current version counts; asked once, and only when it is needed.
        others: The offices among which this one was chosen: whom another of them knows is not new here.
    """

    def __init__(
        self,
        authority: AuthorityDocument,
        at: datetime,
        status: StatusChoice,
        others: AuthoritySet | None = None,
    ) -> None:
        self._authority = authority
        self._at = at
        self._status = status
        self.others = others

    @cached_property
    def versions(self) -> PublishedVersions | None:
        """What the office says about its versions at this moment; None when nobody says it."""
        if not isinstance(self._status, VersionSource):
            return None
        try:
            return self._status.versions()
        except StatusUnavailableError:
            return None

    def may_not_know(self, day: date) -> bool:
        """Return True when the document may be too old to know a signer or key of a stated day."""
        authority = self._authority
        if not authority.local_day(authority.issued) < day <= authority.local_day(self._at):
            return False
        told = self.versions
        later = told is not None and authority.local_day(told.as_of) > day
        return not (told is not None and later and told.current == authority.version)

    def others_know(self, identifier: str) -> bool:
        """Return True when another office of the set mentions a key id, so that the key is not new here."""
        return self.others is not None and bool(self.others.knowing(identifier))

    def judge(self, judgement: Judgement) -> None:
        """Note when the office says that this version may not be used any more."""
        told = self.versions
        if told is not None and self._authority.version < told.lowest:
            judgement.refuse(
                CheckName.AUTHORITY_DOCUMENT,
                "authority-document-superseded",
                version=self._authority.version,
                lowest=told.lowest,
                address=self._authority.address,
            )

    def refuse_unknown(
        self, judgement: Judgement, check: CheckName, code: str, *, day: date, **fields: object
    ) -> None:
        """Refuse a signer or key that the document does not name, or leave it open, as the rules above say."""
        if self.may_not_know(day):
            issued = self._authority.local_day(self._authority.issued)
            judgement.refuse(
                check, f"{code}-yet", day=day, last=issued, address=self._authority.address, **fields
            )
        else:
            judgement.refuse(check, code, **fields)
