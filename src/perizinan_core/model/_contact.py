"""
How someone may be written to: what they agreed to for each channel.

Messages that a case needs go by mail and need no consent: the law asks the office for them (UU 30/2014, UU 25/2009; as
a basis UU 27/2022, article 20). A message to a phone is an addition that another company carries: it is sent to those
who agreed, and to no one else. See decision 0134.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import attrs

__all__ = [
    "ChannelConsent",
    "ConsentStep",
    "ConsentWay",
    "MessageContact",
    "Pace",
    "has_agreed",
    "holder_in_case",
]


class ConsentStep(StrEnum):
    """What someone said about a channel."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class ConsentWay(StrEnum):
    """Where they said it."""

    ACCOUNT = "account"
    """In their own account."""

    COUNTER = "counter"
    """At the counter, after a check of identity; a clerk entered it."""

    SECRET = "secret"  # noqa: S105 - a name
    """With the receipt number and the secret of a case; to withdraw only."""


class Pace(StrEnum):
    """How often someone is written to on a channel about what can wait."""

    AT_ONCE = "at-once"
    """One message for each thing that happens."""

    DAILY = "daily"
    """One for all of them, each day."""

    WORKING_MORNINGS = "working-mornings"
    """One for all of them, each morning on which the office works; for officers."""


@attrs.frozen(kw_only=True)
class ChannelConsent:
    """Someone agreed to a channel, or withdrew that: the proof that the office keeps."""

    step: ConsentStep
    channel: str
    """Name of the channel."""

    service: str = ""
    """What the person was told that it is, e.g. ``WhatsApp``; empty when withdrawn."""

    phone: str = attrs.field(default="", repr=False)
    """E.164, the number that the consent is about; empty when withdrawn: that holds for every number."""

    text: str = attrs.field(default="", repr=False)
    """What was agreed to, word for word as it was shown; empty when withdrawn."""

    version: str = ""
    """Of that text."""

    way: ConsentWay
    at: datetime
    by: str
    """`Account` as text: the person, or the clerk who entered it."""


@attrs.frozen(kw_only=True)
class MessageContact:
    """What someone said about being written to."""

    holder: str
    """Whose it is: an `Account` as text, or the applicant's side of one case (`holder_in_case`)."""

    version: int = 0
    """0: nothing is on record."""

    consents: tuple[ChannelConsent, ...] = ()
    """Oldest first; all stay."""

    paces: Mapping[str, Pace] = attrs.field(factory=dict)
    """How often they want to be written to, by name of the channel; where none is named, what is usual."""

    def with_consent(self, entry: ChannelConsent) -> MessageContact:
        """Return it with one more entry."""
        return attrs.evolve(self, consents=(*self.consents, entry))

    def with_pace(self, channel: str, pace: Pace) -> MessageContact:
        """Return it with another pace on a channel."""
        return attrs.evolve(self, paces={**self.paces, channel: pace})

    def standing(self, channel: str) -> ChannelConsent | None:
        """Return what was agreed to for a channel and not withdrawn since, or None."""
        last = next((entry for entry in reversed(self.consents) if entry.channel == channel), None)
        return last if last is not None and last.step is ConsentStep.GIVEN else None


def holder_in_case(application: str, recipient: str) -> str:
    """Return `MessageContact.holder` of someone in one case, for those without an account."""
    return f"case:{application}:{recipient}"


def has_agreed(contacts: Iterable[MessageContact], channel: str, *, service: str, phone: str) -> bool:
    """
    Return whether a message may go to a number through a channel.

    The last word counts, wherever it was said. It holds for the number and the service that were named then: with
    another number, or once the office sends through another service, it has to be asked again. Who withdrew, did so
    for every number.

    Args:
        contacts: Those of the recipient: of the account, and in the case.
        channel: Name of the channel.
        service: What it is, as people know it.
        phone: E.164.
    """
    said = [
        entry
        for contact in contacts
        for entry in contact.consents
        if entry.channel == channel
        and (entry.step is ConsentStep.WITHDRAWN or (entry.service, entry.phone) == (service, phone))
    ]
    last = max(said, key=lambda entry: (entry.at, entry.step is ConsentStep.WITHDRAWN), default=None)
    return last is not None and last.step is ConsentStep.GIVEN
