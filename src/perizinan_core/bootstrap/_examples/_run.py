"""One example while it is played, and how it stands in the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

import attrs

from perizinan_core.bootstrap._examples._made_up import (
    APPLICANT,
    CASHIER,
    officer_id,
)
from perizinan_core.bootstrap._examples._throw_away import ExampleClock
from perizinan_core.bootstrap._office import Office
from perizinan_core.catalogue import Facts, Validity, find_validity, freeze_terms
from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Actor, Officer
from perizinan_core.model._application import Application, FrozenTerms
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._terms import as_it_applies

__all__ = ["ExampleRun"]


@attrs.define
class ExampleRun:
    """One example, and the office in which it is played."""

    office: Office
    context: OfficeContext
    permit_type: PermitType
    staff: tuple[Officer, ...]
    papers: Mapping[str, Mapping[str, Any]] | None
    """Papers by slot; None: whatever is needed."""

    clock: ExampleClock
    case_id: str = ""
    permit: Permit | None = None
    error: PerizinanError | None = None
    place: str = ""
    """The step that was refused."""

    @property
    def moment(self) -> datetime:
        """When it is."""
        return self.clock.moment

    @property
    def authority(self) -> Authority:
        """Whose office it is."""
        return self.context.authority

    @property
    def day(self) -> date:
        """Local day."""
        return self.context.local_day(self.moment)

    @property
    def application(self) -> Application:
        """The case as it is on record."""
        return self.office.applications.get(self.case_id, actor=CASHIER)

    def facts(self) -> Facts:
        """What rules may ask about the case."""
        with self.context.storage.unit_of_work(read_only=True) as work:
            case = self.application
            return as_it_applies(self.context, work, case, self.permit_type, self.moment).facts

    def terms(self) -> FrozenTerms:
        """What is frozen, or would be now."""
        return self.application.terms or freeze_terms(self.permit_type, self.facts(), self.day)

    def validity(self) -> Validity:
        """The days that the permit would have now."""
        return find_validity(self.permit_type, self.facts(), self.day)

    def officer(self, stage: str) -> Actor:
        """Return who has a stage, or who would have it by duty."""
        state = self.application.stage_state(stage)
        holder = state.assignee if state is not None and state.assignee else officer_id(stage)
        return next(officer for officer in self.staff if officer.id == holder).as_actor()

    def hand_in_papers(self, *, again: bool = False) -> None:
        """Put the papers of the example into the slots; ``again`` replaces those that a correction asks for."""
        applications, case = self.office.applications, self.application
        asked = {item.target for item in case.corrections[-1].items} if again else set[str]()
        for view in applications.slots(self.case_id, actor=APPLICANT, now=self.moment):
            slot = view.terms.key
            if (self.papers is not None and slot not in self.papers) or (
                view.documents and slot not in asked
            ):
                continue
            details = (self.papers or {}).get(slot, {})
            for number in range(max(1, view.terms.min_files)):
                replaced = view.documents[number].id if number < len(view.documents) else None
                self._upload(slot, number, details, replaced)

    def _upload(self, slot: str, number: int, details: Mapping[str, Any], replaces: str | None) -> None:
        needs = self.permit_type.requirement(slot.partition("#")[0]).needs_expiry
        expires = details.get("expires_on")
        if expires is None and needs and self.papers is None:
            expires = self.day.replace(year=self.day.year + 5, day=1)
        self.office.applications.upload(
            self.case_id,
            slot,
            BytesIO(f"{slot} {number} {self.moment}".encode()),
            file_name=f"{slot}.pdf",
            actor=APPLICANT,
            expires_on=date.fromisoformat(str(expires)) if expires is not None else None,
            choice=details.get("choice"),
            replaces=replaces,
            now=self.moment,
        )
