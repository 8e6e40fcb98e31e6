"""Words for what can be asked for on the ground of a permit."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationKind

__all__ = ["KINDS"]

KINDS: Mapping[ApplicationKind, tuple[str, str, str]] = {
    ApplicationKind.RENEWAL: (
        N_("Renew it"),
        N_("For the time after its last day."),
        N_("The new permit has a number and a time of its own."),
    ),
    ApplicationKind.RE_REGISTRATION: (
        N_("Register again"),
        N_("The regular duty to register the permit again (daftar ulang)."),
        N_("You get a new letter about it."),
    ),
    ApplicationKind.AMENDMENT: (
        N_("Change it"),
        N_("Something that the permit says has changed, or is going to."),
        N_("The form holds what the present permit rests on; change what is different, and leave the rest."),
    ),
    ApplicationKind.DUPLICATE: (
        N_("Get a duplicate"),
        N_(
            "Only if the letter was lost or damaged. The signed file can always be downloaded here, without a fee."
        ),
        N_("Leave the form as it is: a duplicate says the same."),
    ),
    ApplicationKind.CLOSURE: (
        N_("Give it up"),
        N_("You no longer do what the permit allows."),
        N_("Leave the form as it is; the office makes the letter that ends the permit."),
    ),
}
"""Of each kind: what the button says, when it is the right one, and what about its form."""
