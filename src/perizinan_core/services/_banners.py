"""
Announcements: that an outside system is down, or the office closed, said on the pages until it is over.

An announcement has its end when it is put up, so that none is forgotten; it can be taken down before. Those about
some permit types are shown where these are dealt with, the others everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime, timedelta

import attrs

from perizinan_core._converters import from_json, to_json
from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._events import EventKind
from perizinan_core.model._text import Text
from perizinan_core.services import _access as access
from perizinan_core.services._administration import note_act, require_administrator
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext, new_id

__all__ = ["Banner", "Banners"]

_KEY = "banner:"
_MOST = 600
_LONGEST = timedelta(days=60)
_REMEMBERED = 15.0
"""Seconds for which a process remembers what it read; another process's change is seen after that."""


@attrs.frozen(kw_only=True)
class Banner:
    """An announcement."""

    id: str
    text: Text
    system: str = ""
    """Name of the outside system that is down, or empty."""

    permit_types: frozenset[str] = frozenset()
    """Codes of the types that it concerns; empty: all, and it is shown on every page."""

    begins: datetime
    ends: datetime
    """It is not shown from this moment on."""

    by: Account
    at: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether it is shown at a moment."""
        return self.begins <= moment < self.ends

    def concerns(self, permit_type: str | None) -> bool:
        """Return whether it is shown where this type is dealt with; None: on any page."""
        return not self.permit_types or permit_type in self.permit_types


@attrs.define
class _Remembered:
    """What was read last, and until when that is good enough."""

    banners: tuple[Banner, ...] = ()
    until: float = 0.0


@checked
@attrs.frozen
class Banners:
    """Announcements on the pages of the office."""

    _context: OfficeContext
    _last: _Remembered = attrs.field(factory=_Remembered, eq=False, repr=False)

    def current(self, permit_type: str | None = None, *, now: datetime | None = None) -> tuple[Banner, ...]:
        """
        Return what is announced at this moment, for everyone; the newest first.

        Args:
            permit_type: Code of the type that a page deals with; None: only what concerns all.
            now: Aware moment; None asks the clock.
        """
        moment = self._context.moment(now)
        if time.monotonic() >= self._last.until:
            self._last.banners = self._read()
            self._last.until = time.monotonic() + _REMEMBERED
        return tuple(item for item in self._last.banners if item.holds(moment) and item.concerns(permit_type))

    def all(self, *, actor: Actor) -> tuple[Banner, ...]:
        """
        Return all announcements, those that are over too; the newest first.

        Raises:
            AccessDeniedError: for applicants.
        """
        with self._context.work_for(actor, read_only=True):
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "banners")
        return self._read()

    def put_up(
        self,
        text: Text,
        *,
        begins: datetime | None = None,
        ends: datetime,
        system: str = "",
        permit_types: Collection[str] = (),
        actor: Actor,
        now: datetime | None = None,
    ) -> Banner:
        """
        Announce something until a moment.

        Args:
            text: What is said, in both languages.
            begins: From when on; None: at once.
            ends: Until when; at most sixty days after it begins.
            system: Name of the outside system that is down.
            permit_types: Codes of the types that it concerns; none: all.
            actor: An administrator or a supervisor, or the host application.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``banner-text``: a language is missing, or the text is too long.
            ServiceError: ``banner-span``: it would be over already, or stay too long.
            CatalogueError: there is no such permit type.
        """
        context, moment = self._context, self._context.moment(now)
        start = moment if begins is None else context.moment(begins)
        with context.work_for(actor) as work:
            require_administrator(actor, "put-up-banner", Role.SUPERVISOR)
            if (
                not text.id.strip()
                or not (text.en or "").strip()
                or max(map(len, (text.id, text.en or ""))) > _MOST
            ):
                raise ServiceError("banner-text", most=_MOST)
            if not start < ends <= start + _LONGEST or ends <= moment:
                raise ServiceError("banner-span", days=_LONGEST.days)
            for code in permit_types:
                context.catalogue.find(code, on=context.local_day(moment))
            made = Banner(
                id=new_id(),
                text=text,
                system=" ".join(system.split()),
                permit_types=frozenset(permit_types),
                begins=start,
                ends=context.moment(ends),
                by=actor.account,
                at=moment,
            )
            work.settings.put(_KEY + made.id, to_json(made))
            note_act(
                context,
                work,
                EventKind.BANNER_CHANGED,
                actor,
                moment,
                act="put_up",
                banner=made.id,
                since=made.begins.isoformat(),
                until=made.ends.isoformat(),
                types=sorted(made.permit_types),
            )
            work.commit()
        self._last.until = 0.0
        return made

    def take_down(self, banner: str, *, actor: Actor, now: datetime | None = None) -> Banner:
        """
        End an announcement now; one that had not begun is as if it never was.

        Raises:
            AccessDeniedError: for others than administrators, supervisors and the host.
            NotFoundError: there is none of this id, or it is over.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            require_administrator(actor, "put-up-banner", Role.SUPERVISOR)
            held = work.settings.get(_KEY + banner)
            if held is None:
                raise NotFoundError(kind="banner", key=banner)
            before = from_json(Banner, held)
            if before.ends <= moment:
                raise NotFoundError(kind="banner", key=banner)
            after = attrs.evolve(before, begins=min(before.begins, moment), ends=moment)
            work.settings.put(_KEY + banner, to_json(after))
            note_act(context, work, EventKind.BANNER_CHANGED, actor, moment, act="take_down", banner=banner)
            work.commit()
        self._last.until = 0.0
        return after

    def _read(self) -> tuple[Banner, ...]:
        with self._context.unit_of_work(read_only=True) as work:
            found = work.settings.all(_KEY)
        local = self._context.calendar.time_zone.local
        made = (from_json(Banner, value) for value in found.values())
        shown = (
            attrs.evolve(one, begins=local(one.begins), ends=local(one.ends), at=local(one.at))
            for one in made
        )
        return tuple(sorted(shown, key=lambda one: one.at, reverse=True))
