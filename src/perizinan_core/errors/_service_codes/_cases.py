"""Applications: counter, uploads, drafts, messages and consent."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "applicant-refused": Code(
        N_("The applicant's identity was not confirmed: {reason}. Correct the details and submit again.")
    ),
    # The case is exempt: no permit is needed, and none is given.
    "permit-not-required": Code(
        N_(
            'You need no permit "{permit_type}" for this ({exemptions}), so there is nothing to apply '
            "for. Keep your data as they are, or change them if they are wrong."
        )
    ),
    "not-at-counter": Code(
        N_(
            "The case is neither a draft nor waits for a correction, so nothing can be changed in it at the "
            "counter. Open the case to see how it stands."
        )
    ),
    # Wrong secrets for one case; nothing is said about the one that was tried last.
    "too-many-guesses": Code(
        N_(
            "Too many wrong secrets were tried for this receipt number. Try again after {minutes} minutes, or "
            "ask for a new secret: with your account, or at the counter."
        )
    ),
    "incoming-many": Code(
        N_(
            "More than {most} files here at once are not possible. Wait until those that are being sent have "
            "arrived, or stop sending one of them."
        )
    ),
    "incoming-unfinished": Code(
        N_("{received} of {size} bytes of the file are here. Send the rest, and it will be checked.")
    ),
    "message-not-sent": Code(
        N_("The message could not be sent: no channel took it. Try again later, or ask at the counter.")
    ),
    "pace-for-officers": Code(
        N_(
            "The mornings on which the office works are a choice for officers, so nothing was changed. Choose at "
            "once or daily."
        )
    ),
    "consent-text": Code(
        N_(
            "What was agreed to is not the text that the office shows now, so nothing was recorded. Read the text "
            "again and agree to it."
        )
    ),
    "kept-by-plugin": Code(N_('This draft stays: "{plugin}" needs it. Reason: {reason}')),
    "retention-unanswered": Code(
        N_('"{plugin}" could not say whether this draft may go ({reason}), so it stays. Try again later.')
    ),
    "payment-provider": Code(
        N_(
            'The payment provider "{provider}" gave nothing that can be used ({reason}), so nothing was written. '
            "Try again later, or pay another way; the office says how."
        )
    ),
    "callback-untrusted": Code(
        N_(
            'This call does not bear the signature of the payment provider "{provider}", so nothing was written. '
            "Check its key in the settings if the provider did send it."
        )
    ),
}
