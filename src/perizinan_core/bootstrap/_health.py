"""How the office stands: the findings of ``perizinan doctor``, and which of them someone took notice of."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.bootstrap._plugin_findings import plugin_findings
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.bootstrap._shown_settings import ShownSetting, shown_settings
from perizinan_core.bootstrap._upkeep import Upkeep, UpkeepState
from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.hooks import PluginStatus
from perizinan_core.hooks._manager import PluginManager
from perizinan_core.model._actor import Actor
from perizinan_core.services import Acknowledgement
from perizinan_core.services._acknowledgements import Acknowledgements
from perizinan_core.services._arguments import checked

__all__ = ["FoundNow", "Health", "PluginHealth"]

_REMEMBERED = 60.0
"""Seconds for which what was found is shown again without looking: some checks ask other machines."""

_OF_NUMBERS = frozenset({"number-left-over", "numbers-passed-over", "permit-not-on-record"})
"""Findings about registers of numbers: two persons take notice of them."""


@attrs.frozen(kw_only=True)
class FoundNow:
    """A finding, and who took notice of it."""

    finding: OfficeFinding
    acknowledgement: Acknowledgement | None

    @property
    def is_new(self) -> bool:
        """Whether no one, or only the first of two, took notice of it."""
        return self.acknowledgement is None or not self.acknowledgement.holds

    @property
    def may_be_acknowledged(self) -> bool:
        """Whether it can be taken notice of: it asks for nothing that would end it."""
        return self.finding.level is FindingLevel.NOTICE

    @property
    def needs_second(self) -> bool:
        """Whether two persons have to take notice of it."""
        return self.finding.code in _OF_NUMBERS


@attrs.frozen(kw_only=True)
class PluginHealth:
    """A plugin, and what is wrong with it."""

    status: PluginStatus
    findings: tuple[OfficeFinding, ...]

    @property
    def interface(self) -> str:
        """Numbers of the plugin interface that its manifest names, or empty."""
        manifest = self.status.manifest
        return "" if manifest is None else "–".join(str(one) for one in sorted(set(manifest.api)))


@attrs.define
class _Remembered:
    found: tuple[OfficeFinding, ...] = ()
    until: float = 0.0


@checked
@attrs.frozen
class Health:
    """What needs someone in the office; for administrators, supervisors, auditors and the operator."""

    _look: Callable[[bool], tuple[OfficeFinding, ...]]
    """Looks the office over; True: without what reads every record and document."""

    _acknowledgements: Acknowledgements
    _manager: PluginManager
    _settings: Settings
    _upkeep: UpkeepState
    _last: _Remembered = attrs.field(factory=_Remembered, eq=False, repr=False)

    def findings(self, *, actor: Actor, again: bool = False, quick: bool = True) -> tuple[FoundNow, ...]:
        """
        Return what ``perizinan doctor`` finds, problems first.

        Args:
            actor: An administrator, supervisor or auditor, or the host application.
            again: Look now, also when someone looked within the last minute.
            quick: Leave out what reads every record and every document.

        Raises:
            AccessDeniedError: for others.
        """
        known = self._acknowledgements.all(actor)
        found = self._found(again=again) if quick else self._look(False)
        views = [FoundNow(finding=item, acknowledgement=known.get(item.key)) for item in found]
        return tuple(
            sorted(views, key=lambda one: (not one.is_new, one.finding.level is not FindingLevel.PROBLEM))
        )

    def plugins(self, *, actor: Actor) -> tuple[PluginHealth, ...]:
        """
        Return how each plugin stands, with what is wrong with it; those with a problem first.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        self._acknowledgements.require_reader(actor)
        found = plugin_findings(self._manager)
        views = [
            PluginHealth(
                status=status,
                findings=tuple(item for item in found if item.fields.get("plugin") == status.name),
            )
            for status in self._manager.statuses
        ]
        return tuple(sorted(views, key=lambda one: (not one.findings, one.status.name)))

    def settings(self, *, actor: Actor) -> tuple[ShownSetting, ...]:
        """
        Return the settings without secrets; of the tables of plugins only which keys there are.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        self._acknowledgements.require_reader(actor)
        return shown_settings(self._settings)

    def upkeep(self, *, actor: Actor, now: datetime | None = None) -> Upkeep:
        """
        Return when the office was last backed up, when a backup was last read back, and what will be removed.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        self._acknowledgements.require_reader(actor)
        return self._upkeep.state(now)

    def acknowledged(self, *, actor: Actor) -> Mapping[str, Acknowledgement]:
        """
        Return what someone took notice of, by `OfficeFinding.key`.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        return self._acknowledgements.all(actor)

    def acknowledge(
        self, finding: str, *, reason: str, actor: Actor, now: datetime | None = None
    ) -> Acknowledgement:
        """
        Take notice of a finding: nothing is done about it, for a reason that stays on record.

        Where it concerns numbers it holds once a second person, who may be an auditor, did the same.

        Args:
            finding: `OfficeFinding.key`.
            reason: Why nothing is done.
            actor: An administrator, or the host application for the operator of the machine.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others; ``finding-second``: the same person took notice before.
            NotFoundError: the office has no such finding now.
            ServiceError: ``finding-not-acknowledged``: it asks for something to be done.
            ServiceError: ``reason-needed``: the reason says nothing.
        """
        view = next((one for one in self.findings(actor=actor) if one.finding.key == finding), None)
        if view is None:
            raise NotFoundError(kind="finding", key=finding)
        if not view.may_be_acknowledged:
            raise ServiceError("finding-not-acknowledged", finding=view.finding.code)
        return self._acknowledgements.give(
            finding,
            view.finding.code,
            needs_second=view.needs_second,
            reason=reason,
            actor=actor,
            now=now,
        )

    def withdraw(self, finding: str, *, actor: Actor, now: datetime | None = None) -> None:
        """
        Show a finding as new again.

        Raises:
            AccessDeniedError: for others than administrators, auditors and the host.
            NotFoundError: no one took notice of such a finding.
        """
        self._acknowledgements.withdraw(finding, actor=actor, now=now)

    def _found(self, *, again: bool) -> tuple[OfficeFinding, ...]:
        if again or time.monotonic() >= self._last.until:
            self._last.found = self._look(True)
            self._last.until = time.monotonic() + _REMEMBERED
        return self._last.found
