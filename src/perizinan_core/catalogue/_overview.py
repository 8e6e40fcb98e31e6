"""What a page about a permit type says besides the service standard."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.catalogue._standard import describe_period
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind, OwningSystem
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Period
from perizinan_core.model._validity import RenewalRule, ValidityCase, ValidityKind

__all__ = ["Fact", "describe_permit_type"]


@attrs.frozen
class Fact:
    """A heading with at least one line."""

    title: str
    lines: tuple[str, ...]


_APPLICANTS = {
    ApplicantKind.PERSON: N_("persons"),
    ApplicantKind.BUSINESS: N_("businesses"),
    ApplicantKind.LEGAL_ENTITY: N_("legal entities"),
    ApplicantKind.COOPERATIVE: N_("cooperatives"),
    ApplicantKind.GOVERNMENT: N_("government bodies"),
    ApplicantKind.ORGANISER: N_("organisers of events"),
}
_APPLICATIONS = {
    ApplicationKind.NEW: N_("new permit"),
    ApplicationKind.RENEWAL: N_("renewal"),
    ApplicationKind.RE_REGISTRATION: N_("re-registration"),
    ApplicationKind.AMENDMENT: N_("amendment"),
    ApplicationKind.DUPLICATE: N_("duplicate"),
    ApplicationKind.CLOSURE: N_("closure"),
}
_SYSTEMS = {
    OwningSystem.OSS: N_("the case is kept in OSS"),
    OwningSystem.SIMBG: N_("the case is kept in SIMBG"),
    OwningSystem.MPP_DIGITAL: N_("the case is kept in MPP Digital"),
}
_VALIDITY = {
    ValidityKind.PERIOD: N_("{period}"),
    ValidityKind.UNTIL_DATE: N_("until a date that follows from the application"),
    ValidityKind.DATE_RANGE: N_("from and until the dates of the application"),
    ValidityKind.WHILE_OPERATING: N_("as long as the business runs"),
    ValidityKind.ONCE: N_("without end"),
    ValidityKind.CONDITIONAL: N_("under a condition"),
    ValidityKind.PER_ITEM: N_("each entry has its own dates"),
}


def describe_permit_type(permit_type: PermitType, *, language: str = DEFAULT_LANGUAGE) -> tuple[Fact, ...]:
    """Return who applies, for what, how long the permit lasts, how it is renewed, and what it obliges to."""
    page = _Page(permit_type, language)
    return tuple(
        Fact(translate(title, language), lines)
        for title, found in (
            (N_("Who may apply"), page.applicants()),
            (N_("Applications"), page.applications()),
            (N_("Variants"), page.subtypes()),
            (N_("No permit is needed for"), page.exemptions()),
            (N_("Conditions"), page.conditions()),
            (N_("Needed first"), page.prerequisites()),
            (N_("Validity"), page.validity()),
            (N_("Renewal"), page.renewal()),
            (N_("Duties of the holder"), page.obligations()),
        )
        if (lines := tuple(found))
    )


@attrs.frozen
class _Page:
    permit_type: PermitType
    language: str

    def applicants(self) -> Iterator[str]:
        kinds = [kind for kind in ApplicantKind if kind in self.permit_type.applicant_kinds]
        if kinds:
            yield ", ".join(self._say(_APPLICANTS[kind]) for kind in kinds)

    def applications(self) -> Iterator[str]:
        kinds = [kind for kind in ApplicationKind if kind in self.permit_type.application_kinds]
        system = _SYSTEMS.get(self.permit_type.owning_system)
        words = [self._say(_APPLICATIONS[kind]) for kind in kinds] + ([self._say(system)] if system else [])
        if words:
            yield ", ".join(words)

    def subtypes(self) -> Iterator[str]:
        for text in self.permit_type.subtypes.values():
            yield text.to(self.language)

    def exemptions(self) -> Iterator[str]:
        for text in self.permit_type.exemptions:
            yield text.to(self.language)

    def conditions(self) -> Iterator[str]:
        for text in self.permit_type.conditions:
            yield text.to(self.language)

    def prerequisites(self) -> Iterator[str]:
        for item in self.permit_type.prerequisites:
            yield item.text.to(self.language)

    def validity(self) -> Iterator[str]:
        rule = self.permit_type.validity
        for case in rule.cases if rule else ():
            yield self._validity(case)

    def _validity(self, case: ValidityCase) -> str:
        period = describe_period(case.period, self.language) if case.period else ""
        text = self._say(_VALIDITY[case.kind], period=period)
        if case.text:
            text = case.text.to(self.language)
        return f"{text} ({self._say(N_('only in certain cases'))})" if case.when else text

    def renewal(self) -> Iterator[str]:
        rule = self.permit_type.renewal
        if rule is None:
            return
        yield from self._window(rule)
        if rule.every:
            yield self._say(N_("re-registration or report every {period}"), period=self._period(rule.every))
        if rule.returns_old_letter:
            yield self._say(N_("the old letter is handed back"))

    def _window(self, rule: RenewalRule) -> Iterator[str]:
        if rule.opens_before:
            yield self._say(N_("from {period} before the end"), period=self._period(rule.opens_before))
        if rule.closes_before:
            yield self._say(
                N_("at the latest {period} before the end"), period=self._period(rule.closes_before)
            )
        if rule.after_expiry == "new_application":
            yield self._say(N_("after that a new application is needed"))

    def obligations(self) -> Iterator[str]:
        for item in self.permit_type.obligations:
            text = item.text.to(self.language)
            if item.within:
                within = self._say(N_("within {period}"), period=self._period(item.within))
                text += f" ({within})"
            if item.every:
                every = self._say(N_("every {period}"), period=self._period(item.every))
                text += f" ({every})"
            yield text

    def _period(self, period: Period) -> str:
        return describe_period(period, self.language)

    def _say(self, sentence: str, **fields: object) -> str:
        return translate(sentence, self.language, **fields)
