"""Stages, their outcomes, and what an outcome rests on."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._words import ACTIONS, OUTCOMES
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

_MINUTES_PROBLEMS = {
    "future": N_("they are dated after today"),
    "findings": N_("they hold no findings"),
    "unfavourable": N_("they are unfavourable, but the outcome is positive"),
    "favourable": N_("they are favourable, but the outcome is negative"),
    "interest": N_("an inspector has an interest in the application"),
    "staff": N_("an inspector is not an active member of the staff on record"),
}

CODES: Mapping[str, Code] = {
    "stage-graph": Code(
        N_(
            "The stages of {permit_type} (version {version}) cannot be run: {problems}. The office must "
            "correct its catalogue and check it again."
        )
    ),
    # `stage`: Code that was received.
    "unknown-stage": Code(N_("This application has no stage {stage}; it has: {known}. Choose one of them.")),
    # `actor`: Account that asked.
    "stage-request": Code(
        N_(
            "{stage} cannot be asked for by {actor}: it must be a stage that opens on request and was "
            "not asked for yet, and the person who asks must have an open stage before it, or decide the "
            "case. Look at the list of stages."
        )
    ),
    "outcome-not-allowed": Code(
        N_(
            "{stage} cannot end with the outcome {outcome}; possible are: {allowed}. An incomplete file "
            "goes back for correction while a round is left."
        ),
        labels={"outcome": OUTCOMES, "allowed": OUTCOMES},
    ),
    "stage-outcome-missing": Code(
        N_(
            "The application cannot be approved. Not yet judged for the current submission: {missing}; "
            "judged negative: {negative}. Wait for the missing stages; with a negative one, refuse the "
            "application or send the stage back with reasons."
        ),
        defaults={"negative": ()},
    ),
    "reason-missing": Code(
        N_("To {action}, write down at least one reason, in words that the people concerned understand."),
        labels={"action": ACTIONS},
    ),
    "letter-missing": Code(
        N_(
            "{stage} ends with a letter numbered in the register {register}, but none was given. Take a "
            "number there, date the letter, and give both with the outcome."
        )
    ),
    # `expected`: Code of the unit that makes it.
    # `received`: Code of the unit that the letter names.
    # `day`: Day of the letter, ISO 8601.
    "letter-mismatch": Code(
        N_(
            "The letter of {stage} must be issued by the unit {expected} and dated no later than today; "
            "given were the unit {received} and the day {day}. Correct the letter's data."
        )
    ),
    "photos": Code(
        N_(
            "{stage} takes no further photograph: only a site inspection has them, and at most {most}. Remove one "
            "first, or describe it in the minutes."
        )
    ),
    "minutes-missing": Code(
        N_(
            "{stage} is a site inspection and ends with minutes (day, inspectors, findings), but none "
            "were given. Write the minutes, then give the outcome."
        )
    ),
    "minutes-mismatch": Code(
        N_("The minutes of {stage} do not fit: {fault}. Correct the minutes or the outcome."),
        labels={"fault": _MINUTES_PROBLEMS},
    ),
    # `plugin`: Whose check was meant.
    "check-settled": Code(
        N_(
            'No answer of "{plugin}" is missing or refused in this application, so there is nothing to write '
            "down. Look at the checks in the case."
        )
    ),
    # A grant by law cannot go back to review: the office's time to judge is over.
    "decision-stands": Code(
        N_(
            "The law has granted this application, because the time limit passed without a decision; the "
            "office cannot review it again. Issue the permit; where the grant has a defect, annul it "
            "with its ground and law."
        )
    ),
}
