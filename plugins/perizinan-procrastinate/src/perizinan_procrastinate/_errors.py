"""What can go wrong between an office and its queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors.base import OWN_WORDS, Category, Code, CodedError
from perizinan_core.i18n import N_

__all__ = ["QueueUnavailableError", "QueueUnfitError"]


class QueueUnavailableError(CodedError):
    """
    The database did not answer, or refused.

    Values of its codes:

    - ``reason``: what the database said
    """

    categories: ClassVar[Mapping[str, Category]] = {"queue-unavailable": Category.UNAVAILABLE}
    codes: ClassVar[Mapping[str, Code]] = {
        "queue-unavailable": Code(
            N_(
                "The queue of the workers cannot be reached: {reason}. Nothing of the office is lost. See whether "
                "PostgreSQL answers at the address in [storage] database, then try again."
            ),
            labels={"reason": OWN_WORDS},
        ),
    }


class QueueUnfitError(CodedError):
    """
    A database in which there cannot be a queue.

    Values of its codes:

    - ``database``: kind of the database
    - ``schema``: where the queue lies
    - ``account``: who is connected to the database
    - ``found``: version of the tables there
    - ``known``: newest version that is known here
    """

    categories: ClassVar[Mapping[str, Category]] = {
        "queue-database": Category.OFFICE,
        "queue-not-allowed": Category.OFFICE,
        "queue-too-new": Category.OFFICE,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "queue-database": Code(
            N_(
                "Expected PostgreSQL in [storage] database; received {database}. perizinan-procrastinate works on "
                'PostgreSQL alone. Move the office there, or set work_queue = "rounds" under [plugins].'
            )
        ),
        "queue-not-allowed": Code(
            N_(
                "The account {account} may not make the schema {schema} for the queue. As the owner of the database, "
                "run: CREATE SCHEMA {schema} AUTHORIZATION {account}"
            )
        ),
        "queue-too-new": Code(
            N_(
                "The tables of the queue are of version {found}; this plugin knows {known} at most. Install the newer "
                "version of perizinan-procrastinate that made them."
            )
        ),
    }
