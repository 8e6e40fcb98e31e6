"""What happened at the counter: who was served there, by whose check of identity, and with whose consent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._written import line_field, lines_field

__all__ = ["Consent", "ConsentForm", "CounterPurpose", "CounterVisit", "IdentityCheck", "IdentityDocument"]


class IdentityDocument(StrEnum):
    """What a clerk saw of someone who is present."""

    IDENTITY_CARD = "identity_card"
    """KTP, on paper or as IKD on the person's own phone."""
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    FAMILY_CARD = "family_card"
    """KK with another paper that has a picture; the remark names it."""


class CounterPurpose(StrEnum):
    """What someone came for."""

    BEGIN = "begin"
    HAND_IN = "hand_in"
    """For the first time, or the answer to a correction."""
    WITHDRAW = "withdraw"
    NEW_SECRET = "new_secret"  # noqa: S105 - a name
    """A new secret to follow the case by."""
    CONSENT = "consent"
    """To say whether they may be written to by phone."""


class ConsentForm(StrEnum):
    """How someone agreed that the office hands in for them."""

    SIGNED = "signed"
    """On the printed text, which the office keeps."""
    TICKED = "ticked"
    """On the screen of the counter, by the person or before their eyes."""


@attrs.frozen(kw_only=True)
class IdentityCheck:
    """How a clerk made sure who is present."""

    document: IdentityDocument
    remark: str = lines_field(N_("Remark"), filled=False, default="")
    """What else was seen, or who came instead of the applicant; never a number of a document."""


@attrs.frozen(kw_only=True)
class Consent:
    """Someone present agreed to the text that was shown or printed."""

    form: ConsentForm
    witness: str = line_field(N_("Witness"))
    """Who saw it: the clerk, or someone else of the office."""


@attrs.frozen(kw_only=True)
class CounterVisit:
    """Someone was served at the counter in a case."""

    purpose: CounterPurpose
    at: datetime
    clerk: str
    """Id of the officer."""

    check: IdentityCheck
    consent: Consent | None = None
    """Needed to hand in."""

    submission: int
    """Of the case, with this visit."""

    received_at: datetime | None = None
    """When the papers were received, where that was before they were entered."""

    received_reason: str = lines_field(N_("Reason"), filled=False, default="")
    """Why they were entered later."""
