"""What people tell the office: complaints and the survey."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "complaint-empty": Code(N_("Write what it is about, in at most {most} characters.")),
    "complaint-holder": Code(
        N_(
            "{officer} may not handle this complaint: away, at work on the case itself, or, for an illegal levy or "
            "abuse, not among those who supervise. Name another officer."
        )
    ),
    "complaint-closed": Code(
        N_(
            "Complaint {number} is not open for this any more. Look at how it stands, and file a new one if "
            "something is still wrong."
        )
    ),
    "survey-too-early": Code(
        N_("The survey is about the whole service, so it can be answered once the application is closed.")
    ),
    "survey-answered": Code(
        N_("The survey was answered for this application already. Thank you; nothing more is needed.")
    ),
    "survey-answers": Code(
        N_(
            "Each of the nine questions needs an answer from {least} to {most}; these have none: {missing}. "
            "Answer them and send again."
        )
    ),
}
