"""Numbers, their registers, and permits that are put back."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._service_words import OF_PERMITS
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "unknown-register": Code(N_('The authority has no register "{received}". Choose one of these: {known}.')),
    "continue-too-far": Code(
        N_(
            "{count} numbers or places would be passed over at once, more than {most}. Look again which number was "
            "the last."
        )
    ),
    "number-source": Code(
        N_(
            "The registry that gives the numbers of {register} gave none that can be used ({reason}), so nothing "
            "was written. Try again later."
        )
    ),
    "number-used-elsewhere": Code(
        N_(
            "Number {number}, or its place in the status list, was used by another permit: another database works "
            "with the same documents, or this one was restored while permits were issued. Nothing was signed. Stop "
            "the other office, give the number up, and issue again."
        )
    ),
    # `name`: write-once name in the document store.
    "number-mark-broken": Code(
        N_(
            "The mark {name} in the document store is not as this office wrote it, so it is not known whether "
            "the number was used. No number was taken. Find out who can write to the document store, and restore "
            "the mark from a backup; after a change of keys, put the newest key of the authority document in place."
        )
    ),
    "not-our-permit": Code(
        N_(
            "This file is not a permit as this office signed it ({reason}), so nothing was put back. Take the file "
            "itself, as its holder received it, and see what is wrong with it: perizinan verify"
        )
    ),
    "recovery-disagrees": Code(
        N_(
            "Permit {number} was not put back: the file and the records do not agree on its {fields}. Look at "
            "both; if the records are the wrong ones, restore them from a backup."
        ),
        labels={"fields": OF_PERMITS},
    ),
}
