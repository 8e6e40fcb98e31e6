"""What can go wrong in the portal itself; errors of the office are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors.base import Category, Code, CodedError
from perizinan_core.i18n import N_

__all__ = ["PortalError"]


class PortalError(CodedError):
    """A request that the portal refuses, or a portal that cannot start."""

    seconds: int | None = None
    """After how many seconds it can be tried again, where that is known."""

    categories: ClassVar[Mapping[str, Category]] = {
        "portal-colour": Category.OFFICE,
        "template-unfit": Category.OFFICE,
        "portal-second-factor": Category.OFFICE,
        "one-database": Category.OFFICE,
        "page-not-found": Category.NOT_FOUND,
        "form-not-ours": Category.DENIED,
        "request-too-large": Category.TOO_LARGE,
        "request-unreadable": Category.INPUT,
        "too-many-tries": Category.TOO_MANY,
        "link-used": Category.NOT_FOUND,
        "address-taken": Category.CONFLICT,
        "identity-taken": Category.CONFLICT,
        "provider-failed": Category.OUTSIDE,
        "provider-no-email": Category.INPUT,
        "no-such-officer": Category.NOT_FOUND,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "portal-colour": Code(
            N_(
                "[plugin.portal] brand: white text on {colour} has a contrast of {contrast} to 1, and at least 4.5 "
                "is needed to be readable. Choose a darker colour."
            )
        ),
        "template-unfit": Code(
            N_(
                "[plugin.portal] templates: these do not fit the portal (file, and the line or the name that is not "
                "there; a dash: there is no page of that name): {templates}. Compare each with the portal's own."
            )
        ),
        "portal-second-factor": Code(
            N_(
                "[plugin.portal] second_factor is switched off, and the office is not for development. Remove the "
                "line: officers log in with a second factor."
            )
        ),
        "one-database": Code(
            N_(
                "Several processes need PostgreSQL, which lets them write at once. Start the portal without "
                "--processes, or move the records (perizinan backup, perizinan restore)."
            )
        ),
        "page-not-found": Code(
            N_("There is nothing at this address. Go to the first page and look from there.")
        ),
        "form-not-ours": Code(
            N_(
                "This form did not come from the page it belongs to, or is too old. Open the page again and send it."
            )
        ),
        "request-too-large": Code(
            N_(
                "The files are larger than {limit_mb} MB together. Send them one by one, or make them smaller."
            )
        ),
        "request-unreadable": Code(N_("The form could not be read. Go back, and send it again.")),
        "too-many-tries": Code(
            N_("Too many tries in a short time. Nothing was done with the last one. Wait {minutes} minutes.")
        ),
        "link-used": Code(N_("This link was used already, or is too old. Ask for a new one.")),
        "address-taken": Code(
            N_(
                "This address belongs to another account by now. Choose another one, or log in with that account."
            )
        ),
        "identity-taken": Code(
            N_(
                "This login is connected with another account already. Log in with that account and disconnect "
                "it there."
            )
        ),
        "provider-failed": Code(
            N_(
                "The login at {provider} did not succeed. Try again, or log in with your e-mail address and password."
            )
        ),
        "provider-no-email": Code(
            N_(
                "{provider} gives no confirmed e-mail address, so no account can be begun with it. Make an account "
                "with your e-mail address, and connect the login there."
            )
        ),
        "no-such-officer": Code(
            N_(
                "There is no active officer {officer} on record. Add the officer first: perizinan officers add."
            )
        ),
    }
