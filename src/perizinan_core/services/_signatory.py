"""Who may sign a letter at this moment: asked when its number is taken, and again before each signature."""

from __future__ import annotations

from datetime import datetime

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._permit import Permit
from perizinan_core.services._confirmations import require_confirmed
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._issuing import check_issuer, check_signer, signing_delegation

__all__ = ["require_signer", "require_still_entitled"]


def require_signer(
    context: OfficeContext, application: Application, permit: Permit, actor: Actor, moment: datetime
) -> None:
    """Pass for who may sign this very letter today: in its position, under a delegation in force."""
    permit_type = context.permit_type_of(application)
    check_issuer(application, actor)
    check_signer(application, permit_type, actor, permit.position)
    if permit.signed_sha256 is None:
        day = context.local_day(moment)
        signing_delegation(context.authority, permit_type.code, permit.position, day)


def require_still_entitled(context: OfficeContext, permit: Permit, actor: Actor, moment: datetime) -> None:
    """
    Pass when the letter may be signed at this moment: for the officer who asks, else for its signer.

    Time passes between the number and the signature. Nothing is signed for someone who left, lost the
    role or the position meanwhile, or whose delegation has ended; another holder of the position may ask
    for it. A signature that exists already was made in its time.
    """
    with context.work_for(actor, read_only=True) as work:
        application = context.load(work, permit.application_id)
        signer = actor
        if actor.kind is not ActorKind.OFFICER:
            signer = _signer_on_record(work, application, permit)
        require_confirmed(context, work, context.permit_type_of(permit), permit.issued_on)
    require_signer(context, application, permit, signer, moment)


def _signer_on_record(work: UnitOfWork, application: Application, permit: Permit) -> Actor:
    account = application.signer or "-"
    try:
        officer = work.officers.get(account)
    except RecordNotFoundError as error:
        raise WorkflowError("not-signatory", actor=account, position=permit.position) from error
    if not officer.active:
        raise WorkflowError("not-signatory", actor=account, position=permit.position)
    return officer.as_actor()
