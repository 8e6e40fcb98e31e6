"""Running the office: staff, calendar, catalogue, announcements, findings."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._service_words import NOUNS
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "reason-needed": Code(N_("Write why, in at most {most} characters: it stays on record.")),
    "calendar-year": Code(
        N_(
            "The days off of {year} were not recorded. Give every day once, all of them in that year, with "
            "at least one and at most 120 days; the calendar can take the years {first} to {last}."
        )
    ),
    "catalogue-archive": Code(
        N_(
            "This is not a ZIP file of a catalogue's folder, or it holds more than {files} files or {megabytes} "
            "MB. Pack the folder with authority.yaml and the permits, and send it again."
        )
    ),
    "banner-text": Code(
        N_("Write the announcement in Indonesian and in English, each in at most {most} characters.")
    ),
    "banner-span": Code(
        N_(
            "The end of the announcement must lie ahead, after its beginning, and at most {days} days after it."
        )
    ),
    "export-span": Code(
        N_(
            "Nothing can be taken out for {first} to {last}. Choose a first day before the last one, at most two "
            "years apart."
        )
    ),
    "finding-not-acknowledged": Code(
        N_(
            "The finding {finding} asks for something to be done, so it cannot be dismissed. Do what it says; "
            "it ends by itself then."
        )
    ),
    "nothing-to-confirm": Code(
        N_("Nothing is proposed for {officer}, or it was confirmed already. Look at the staff record again.")
    ),
    "unknown-post": Code(
        N_(
            'The authority has no {kind} "{received}". Choose one of these: {known}; or add it to the '
            "authority's data."
        ),
        labels={"kind": NOUNS},
    ),
    "unknown-consumer": Code(
        N_(
            'The office uses no event consumer "{name}". Those that it uses: {used}. Correct the name, or name it '
            "under consumers in perizinan.toml, section [plugins]."
        ),
        absent={"used": N_("none so far")},
    ),
    "undeclared-accounts": Code(
        N_(
            "Public accounts of {officer} were given that the officer has not declared. Leave them out; "
            "the officer declares them."
        )
    ),
    "scenario": Code(N_('Scenario "{name}" of {permit_type}: {problems}.')),
    "preview": Code(
        N_(
            'No letter of "{permit_type}" could be shown with these data: {reason}. Give form data for which the '
            "catalogue's rules hold, and a delegation to a position that signs it."
        )
    ),
}
