"""The table of addresses: each page says where it is, who may come, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from perizinan_core.model import Role

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from perizinan_portal._kit._answers import Answer
    from perizinan_portal._kit._services import Services
    from perizinan_portal._kit._visit import Visit

__all__ = ["Menu", "PageRoute", "Rate", "Who"]


class Who(StrEnum):
    """
    Who gets to a page at all. What they see and may do there is decided by the office's use cases.

    Someone without a session is asked to log in and comes back; someone of another kind gets 404.
    """

    ANYONE = "anyone"
    APPLICANT = "applicant"
    """The applicant's side, guests with a draft included."""
    REGISTERED = "registered"
    """The applicant's side, with a confirmed account."""
    OFFICER = "officer"
    """Officers; of `PageRoute.roles`, where some are named."""
    PENDING = "pending"
    """Whose password was right, and whose second factor is still to come."""
    ACCOUNT = "account"
    """Everyone with a confirmed account, officers too."""


@attrs.frozen
class Menu:
    """An entry of the menu, for those who get to the page."""

    label: str
    """English msgid."""

    order: int = 50


@attrs.frozen
class Rate:
    """How often one client may post to a page."""

    times: int
    minutes: int = 1


@attrs.frozen(kw_only=True)
class PageRoute:
    """One address."""

    path: str
    """With parameters in braces: ``/izin/{code}``."""

    name: str
    """Stable; templates make links by it."""

    show: Callable[[Visit], Answer] | None = None
    """Answers GET; changes nothing."""

    act: Callable[[Visit], Answer] | None = None
    """Answers POST. The form's token and its origin were checked before."""

    who: Who = Who.ANYONE
    roles: frozenset[Role] = frozenset()
    """For officers: one of these; empty: any."""

    menu: Menu | None = None
    rate: Rate | None = None
    uploads: bool = False
    """Whether its form carries files."""

    serve: Callable[[Request, Services], Awaitable[Response]] | None = None
    """
    Answers in place of ``show`` and ``act``, where a program talks to the portal and no page. It has to ask by itself
    who it is, where the request comes from, and for the form's token; see `_kit._handling.visit_of`.
    """

    serves: tuple[str, ...] = ()
    """The methods that ``serve`` answers."""

    @property
    def methods(self) -> list[str]:
        """The methods that it answers."""
        if self.serve is not None:
            return list(self.serves)
        return [*(["GET"] if self.show else []), *(["POST"] if self.act else [])]
