"""Why a file could not be searched; none of these says anything about the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors.base import Category, Code, CodedError
from perizinan_core.i18n import N_

__all__ = ["ClamavError"]


class ClamavError(CodedError):
    """
    ClamAV was not there, gave up, or answered something else than a verdict.

    Values of its codes:

    - ``address``: where it was looked for
    - ``fault``: what the operating system said
    - ``seconds``: how long it was waited for
    - ``answer``: what clamd said instead; without anything of the file
    - ``days``, ``limit``: age of its database, and the most that was allowed
    """

    categories: ClassVar[Mapping[str, Category]] = {
        "clamd-address": Category.OFFICE,
        "clamd-unreachable": Category.OUTSIDE,
        "clamd-slow": Category.OUTSIDE,
        "clamd-answer": Category.OUTSIDE,
        "clamd-stream-limit": Category.OFFICE,
        "clamd-no-database": Category.OUTSIDE,
        "clamd-database-old": Category.OUTSIDE,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "clamd-address": Code(
            N_(
                "[plugin.clamav] address: expected the path of a socket (/run/clamav/clamd.ctl) or "
                "tcp://HOST:PORT on this machine, received {address}. Files travel to clamd without encryption: for "
                "another machine, in a network that you trust, add unencrypted = true."
            )
        ),
        "clamd-unreachable": Code(
            N_(
                "ClamAV does not answer at {address} ({fault}). Start clamav-daemon, and see that this account may "
                "use its socket."
            )
        ),
        "clamd-slow": Code(
            N_(
                "ClamAV at {address} did not answer within {seconds} seconds. Look at the load of the machine, or "
                "raise seconds in [plugin.clamav]."
            )
        ),
        "clamd-answer": Code(N_("ClamAV at {address} gave no verdict: {answer}. Its own log says more.")),
        "clamd-stream-limit": Code(
            N_(
                "A file is larger than ClamAV at {address} takes. Raise StreamMaxLength in clamd.conf above the "
                "largest upload of the office; until then such files are held."
            )
        ),
        "clamd-no-database": Code(N_("ClamAV at {address} has no dated database. Let freshclam fetch one.")),
        "clamd-database-old": Code(
            N_(
                "The database of ClamAV at {address} is {days} days old; at most {limit} were expected. See why "
                "freshclam does not renew it."
            )
        ),
    }
