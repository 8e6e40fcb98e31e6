"""What the applicant's side has to be notified of before time may run against it, and who told it how."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._written import lines_field

__all__ = ["DRAFT", "AwaitedNotice", "DraftEnd", "Notice", "NoticeMeans"]

DRAFT = "draft"
"""`AwaitedNotice.of` of the end of a draft."""


class NoticeMeans(StrEnum):
    """How the applicant's side came to know."""

    CHANNEL = "channel"
    """A channel accepted the message for the applicant or the representative."""

    OPENED = "opened"
    """The applicant or the representative opened the case, or followed it with its secret."""

    OFFICER = "officer"
    """An officer who did not judge the case told them, and says how."""


@attrs.frozen(kw_only=True)
class Notice:
    """The applicant's side was notified of something that time runs from."""

    of: str
    """`AwaitedNotice.of`."""

    at: datetime
    means: NoticeMeans
    by: str
    """Name of the channel, the account of the person, or ``tracking`` for the secret of the case."""

    remark: str = lines_field(N_("Reason"), filled=False, default="")
    """What an officer says about it: by telephone, by letter, at the counter."""


@attrs.frozen(kw_only=True)
class AwaitedNotice:
    """Something that the applicant's side has to be notified of, and that waits for that."""

    of: str
    """
    ``correction-N`` for the N-th round of corrections, ``decision`` for one that can be objected to,
    ``payment-STAGE-N`` for the bill of a payment stage in the N-th submission, ``draft`` for the end of a draft.
    """

    since: datetime
    """When it was asked or decided."""


@attrs.frozen(kw_only=True)
class DraftEnd:
    """A draft was left alone for long and will be removed."""

    announced_at: datetime
    ends_on: date
    """Last local day; after it the draft is removed, once the applicant's side was notified."""

    days: int
    """Calendar days between the notice and the last day."""
