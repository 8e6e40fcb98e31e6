"""What is asked at the counter: how the clerk made sure who is present, and how that person agreed."""

from __future__ import annotations

import re
from datetime import datetime, time

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Consent, ConsentForm, IdentityCheck, IdentityDocument
from perizinan_portal._kit import Choice, Fault, Visit, choice, lines, text

__all__ = ["DOCUMENTS", "HandIn", "Present"]

DOCUMENTS = (
    Choice(IdentityDocument.IDENTITY_CARD.value, N_("Identity card (KTP or IKD)")),
    Choice(IdentityDocument.PASSPORT.value, N_("Passport")),
    Choice(IdentityDocument.DRIVING_LICENCE.value, N_("Driving licence")),
    Choice(IdentityDocument.FAMILY_CARD.value, N_("Family card, with another paper that has a picture")),
)

_CONSENT = (
    Choice(ConsentForm.SIGNED.value, N_("signed on the printed text")),
    Choice(ConsentForm.TICKED.value, N_("ticked on this screen, before the witness")),
)
_TIME = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")


@attrs.frozen(kw_only=True)
class Present:
    """How the clerk made sure who is present."""

    document: IdentityDocument = choice(N_("Which document did you see?"), DOCUMENTS, parse=IdentityDocument)
    remark: str = lines(
        N_("Remark"),
        required=False,
        hint=N_("Who came, and what else you saw. Do not write the number of the document."),
    )

    def check(self) -> IdentityCheck:
        """Return it as the office takes it."""
        return IdentityCheck(document=self.document, remark=self.remark)


def _time(typed: str) -> time:
    found = _TIME.fullmatch(typed)
    if found is None:
        raise Fault(N_("Write the time as hours and minutes, for example 09.30"))
    return time(int(found[1]), int(found[2]))


@attrs.frozen(kw_only=True)
class HandIn(Present):
    """What is asked before the papers of someone present are handed in."""

    consent: ConsentForm = choice(N_("The person has agreed to the text:"), _CONSENT, parse=ConsentForm)
    witness: str = text(N_("Who saw it"), hint=N_("You, or a colleague"))
    received: time | None = text(
        N_("Received earlier today, at"),
        parse=_time,
        required=False,
        hint=N_("Only when the papers were here before you entered them; for example 09.30"),
        inputmode="numeric",
    )
    received_reason: str = lines(
        N_("Why they are entered later"), sometimes=True, hint=N_("Needed with an earlier time")
    )

    def agreed(self) -> Consent:
        """Return the consent as the office takes it."""
        return Consent(form=self.consent, witness=self.witness)

    def received_at(self, visit: Visit) -> datetime | None:
        """Return when the papers were received, where that was earlier today."""
        if self.received is None:
            return None
        zone = visit.office.authority.calendar.time_zone
        return datetime.combine(visit.office.today(), self.received, zone.zone)
