"""Why a message did not go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors.base import Category, Code, CodedError
from perizinan_core.i18n import N_

__all__ = ["AppriseError"]


class AppriseError(CodedError):
    """
    A service that did not take a message, or settings that cannot be meant.

    Values of its codes:

    - ``channel``: its name
    """

    categories: ClassVar[Mapping[str, Category]] = {
        "apprise-refused": Category.OUTSIDE,
        "apprise-url": Category.OFFICE,
        "apprise-no-phone": Category.OFFICE,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "apprise-refused": Code(
            N_(
                "The service behind {channel} did not take the message. See whether it answers, whether the account "
                "there is in order, and whether url in [plugin.{channel}] is right; it is tried again."
            )
        ),
        "apprise-url": Code(
            N_(
                "url in [plugin.{channel}] is not an address that Apprise knows. Write it as the documentation of "
                "Apprise says for the service, e.g. twilio://… or jsons://…"
            )
        ),
        "apprise-no-phone": Code(
            N_(
                "url in [plugin.{channel}] has no {{phone}}: every message would go to the same place. Put it in."
            )
        ),
    }
