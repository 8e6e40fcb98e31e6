"""
Letters shown before there is a case: with invented data, marked as drafts, and validated as issued ones are.

For those who write templates and catalogues, and for the office when it opens: a template that can print nothing is
found before anyone applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

import attrs

from perizinan_core.catalogue import validate_form
from perizinan_core.documents import PagePicture, page_picture
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import DocumentError
from perizinan_core.errors.rendering import RenderingError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import StorageError
from perizinan_core.errors.workflow import Problem
from perizinan_core.model._actor import Account, Actor, ActorKind
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.rendering import EditionedRenderer
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._confirmations import marked
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._letters import plan_letter
from perizinan_core.services._made_up import made_up_applicant, made_up_form
from perizinan_core.services._rehearsal import Rehearsal, findings
from perizinan_core.services._terms import previous_permit_of
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._foresight import entitled_delegations

__all__ = ["LetterPreview", "Letters"]

_RECEIPT = "CONTOH/0001"


@attrs.frozen(kw_only=True)
class LetterPreview:
    """A letter with invented data."""

    pdf: bytes | None = attrs.field(repr=False)
    """Marked as a draft, without a number and with a code that leads nowhere; None: nothing could be printed."""

    problems: tuple[Problem, ...]
    """What would keep a letter like this from being issued; nothing when all is well."""

    @property
    def pages(self) -> int:
        """How many pages it has."""
        from pypdf import PdfReader  # it loads slowly, and few ask

        return 0 if self.pdf is None else len(PdfReader(BytesIO(self.pdf)).pages)


@checked
@attrs.frozen
class Letters:
    """Letters before there is a case."""

    _context: OfficeContext

    def preview(
        self, permit_type: str, *, form: Mapping[str, Any] | None = None, now: datetime | None = None
    ) -> LetterPreview:
        """
        Return the letter of a permit type with invented data, and what would keep it from being issued.

        Args:
            permit_type: Code of the permit type.
            form: Form data of your own; None: those of the catalogue's first example that gives a letter, else
                invented ones.
            now: Aware moment; None asks the clock.

        Raises:
            CatalogueError: there is no such permit type, or none in force.
            ServiceError: ``preview``: the catalogue's rules give no letter for these data, or no position signs it.
        """
        context = self._context
        moment = context.moment(now)
        found = context.catalogue.find(permit_type, on=context.local_day(moment))
        with context.unit_of_work(read_only=True) as work:
            return self._shown(work, found, form, moment)

    def of_case(self, application_id: str, *, actor: Actor, now: datetime | None = None) -> LetterPreview:
        """
        Return the letter that would be signed for a case, for those who approve or sign it.

        It has no number yet, and a code that leads nowhere.

        Args:
            application_id: A case that was handed in.
            actor: Who looks.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such case for this actor.
            AccessDeniedError: for everyone but officers, the host application and the system.
            ServiceError: ``preview``: no letter can be made of it; with the reason.
        """
        with self._context.work_for(actor, read_only=True) as work:
            rehearsal = self._rehearsal(work, application_id, actor, self._context.moment(now))
            return LetterPreview(pdf=self._draft(rehearsal), problems=tuple(findings(rehearsal)))

    def page_picture(
        self,
        application_id: str,
        *,
        actor: Actor,
        page: int = 1,
        side: int = 1400,
        now: datetime | None = None,
    ) -> PagePicture:
        """
        Draw a page of the letter that would be signed for a case; see `of_case`.

        Args:
            application_id: A case that was handed in.
            actor: Who looks.
            page: From 1.
            side: Pixels of the longer side, 100 to 3000.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such case for this actor.
            AccessDeniedError: for everyone but officers, the host application and the system.
            ServiceError: ``preview``: no letter can be made of it; with the reason.
            DocumentError: ``page-not-drawn``: it has no such page, or it cannot be drawn here.
        """
        with self._context.work_for(actor, read_only=True) as work:
            pdf = self._draft(self._rehearsal(work, application_id, actor, self._context.moment(now)))
        if pdf is None:
            raise DocumentError("page-not-drawn", page=page)
        return page_picture(pdf, "application/pdf", page=page, side=max(100, min(side, 3000)))

    def template_faults(self, *, now: datetime | None = None) -> tuple[RenderingError, ...]:
        """
        Return what keeps the templates of the catalogue from printing anything; asked when the office opens.

        Nothing is printed for that: a process that printed a letter may not be forked any more.
        """
        context = self._context
        renderer, day = context.renderer, context.local_day(context.moment(now))
        if not isinstance(renderer, EditionedRenderer):
            return ()
        found = []
        for template in sorted(set(_templates_in_use(context.catalogue.permit_types, day))):
            try:
                renderer.check(template, context.authority.letterhead.logo)
            except RenderingError as error:
                found.append(error)
        return tuple(found)

    def _shown(
        self,
        work: UnitOfWork,
        permit_type: PermitType,
        form: Mapping[str, Any] | None,
        moment: datetime,
    ) -> LetterPreview:
        context, day = self._context, self._context.local_day(moment)
        delegations = entitled_delegations(context.authority, permit_type.code, day)
        if not delegations:
            raise ServiceError("preview", permit_type=permit_type.code, reason="delegation-missing")
        refused: PerizinanError | None = None
        for application in self._cases(permit_type, form, moment):
            try:
                plan = plan_letter(application, permit_type, None, delegations[0], day)
            except PerizinanError as error:
                refused = refused or error
                continue
            rehearsal = Rehearsal(
                context=context,
                work=work,
                application=application,
                plan=marked(context, work, plan),
                moment=moment,
            )
            return LetterPreview(pdf=self._draft(rehearsal), problems=tuple(findings(rehearsal)))
        reason = refused.message(context.language) if refused is not None else "form"
        raise ServiceError("preview", permit_type=permit_type.code, reason=reason) from refused

    def _rehearsal(self, work: UnitOfWork, application_id: str, actor: Actor, moment: datetime) -> Rehearsal:
        """Return the letter of a case that the actor may read, without a number."""
        context, day = self._context, self._context.local_day(moment)
        if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
            access.require_officer(actor, "preview-letter")
        application = context.load(work, application_id)
        permit_type = context.permit_type_of(application)
        access.require_readable(application, permit_type, actor)
        delegations = entitled_delegations(context.authority, permit_type.code, day)
        if not delegations:
            raise ServiceError("preview", permit_type=permit_type.code, reason="delegation-missing")
        previous = previous_permit_of(context, work, application)
        try:
            plan = plan_letter(application, permit_type, previous, delegations[0], day)
        except StorageError:
            raise
        except PerizinanError as error:
            reason = error.message(context.language)
            raise ServiceError("preview", permit_type=permit_type.code, reason=reason) from error
        said = marked(context, work, plan)
        return Rehearsal(context=context, work=work, application=application, plan=said, moment=moment)

    def _draft(self, rehearsal: Rehearsal) -> bytes | None:
        # A draft on paper shows no number that another letter will have, and no code of an office.
        letter = rehearsal.letter
        unnumbered = attrs.evolve(letter, statement=attrs.evolve(letter.statement, number=""), qr_text="")
        try:
            return self._context.renderer.rehearse(unnumbered)
        except RenderingError:
            return None

    def _cases(
        self, permit_type: PermitType, form: Mapping[str, Any] | None, moment: datetime
    ) -> Iterator[Application]:
        if form is not None:
            yield self._case(permit_type, {}, form, moment)
            return
        for example in permit_type.scenarios:
            given = example.given
            if given.get("kind", "new") == "new" and given.get("form") and "error" not in example.expect:
                yield self._case(permit_type, given.get("applicant", {}), given["form"], moment)
        made_up = made_up_form(permit_type.form_schema, self._context.local_day(moment))
        wrong = {problem.path for problem in validate_form(permit_type, made_up)}
        yield self._case(
            permit_type, {}, {name: value for name, value in made_up.items() if name not in wrong}, moment
        )

    def _case(
        self,
        permit_type: PermitType,
        applicant: Mapping[str, Any],
        form: Mapping[str, Any],
        moment: datetime,
    ) -> Application:
        kinds = permit_type.applicant_kinds
        first = ApplicantKind.PERSON if ApplicantKind.PERSON in kinds else min(kinds)
        return Application(
            id=new_id(),
            authority=self._context.authority.slug,
            permit_type=permit_type.code,
            permit_type_version=permit_type.version,
            kind=ApplicationKind.NEW,
            owner=Account.public("pratinjau"),
            applicant=made_up_applicant({"kind": first.value, **applicant}),
            form=form,
            state=ApplicationState.APPROVED,
            submission=1,
            receipt_number=_RECEIPT,
            created_at=moment,
            submitted_at=moment,
        )


def _templates_in_use(types: Iterable[PermitType], day: date) -> Iterator[str]:
    """Yield the templates of all letters that are, or will be, issued."""
    for item in types:
        over = item.in_force.end is not None and item.in_force.end < day
        if item.letter is not None and item.complete and not over:
            yield item.letter.template
