"""``perizinan cases show``: one case with its papers, stages and what can be done; for those who may see it."""

from __future__ import annotations

import json
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._case_lookup import echo, find_case, joined, tell_state
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.errors._words import OUTCOMES, STAGE_STATUSES
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageState
from perizinan_core.model._checks import CheckOutcome
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._deliveries import DeliveryState, MessageDelivery

__all__ = ["show_command"]

_RECIPIENTS = {"applicant": N_("the applicant"), "representative": N_("the representative")}
_CHECKS = {
    CheckOutcome.ACCEPTED: N_("accepted"),
    CheckOutcome.REFUSED: N_("refused"),
    CheckOutcome.UNANSWERED: N_("not answered"),
}
_DELIVERIES = {
    DeliveryState.WAITING: N_("waiting"),
    DeliveryState.ACCEPTED: N_("accepted by the channel"),
    DeliveryState.KEPT: N_("written down; a person brings it"),
    DeliveryState.PASSED_OVER: N_("not sent: the channel has no address"),
    DeliveryState.NO_CONSENT: N_("not sent: no consent"),
    DeliveryState.GIVEN_UP: N_("given up"),
    DeliveryState.REFUSED: N_("refused by the address"),
    DeliveryState.COLLECTING: N_("waits to be sent together with others"),
    DeliveryState.COLLECTED: N_("sent together with others"),
    DeliveryState.SEPARATED: N_("its parts were sent one by one"),
    DeliveryState.DROPPED: N_("not sent: dropped by the operator"),
}


@click.command(
    "show",
    help="Tampilkan PERKARA (nomor tanda terima atau id): pemohon, berkas, tahapan, langkah berikutnya.",
)
@click.argument("case", metavar="PERKARA")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@officer_option()
@click.pass_obj
def show_command(obj: dict[str, Any], *, case: str, as_json: bool, officer: str | None) -> None:
    """Show a case."""
    language = language_of(obj)
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor)
        if as_json:
            click.echo(json.dumps(_as_json(office, found, actor), ensure_ascii=False, default=str))
        else:
            _print(office, found, actor, language)


def _print(office: Office, case: Application, actor: Actor, language: str) -> None:
    permit_type = office.catalogue.version(case.permit_type, case.permit_type_version)
    tell_state(case, language)
    echo(
        N_("  {permit_type}, {applicant}"),
        language,
        permit_type=permit_type.name.to(language),
        applicant=case.applicant.name,
    )
    if case.clock.due is not None:
        echo(N_("  due: {day}"), language, day=format_date(case.clock.due, language))
    for view in office.applications.slots(case.id, actor=actor):
        files = joined(item.file_name for item in view.documents)
        label = view.requirement.label.to(language)
        echo(N_("  paper {code}: {label}: {files}"), language, code=view.terms.key, label=label, files=files)
    for state in case.stages:
        echo(
            N_("  stage {code}: {label}: {status}{officer}"),
            language,
            code=state.stage,
            label=permit_type.stage(state.stage).label.to(language),
            status=_status(state, language),
            officer=f" ({state.assignee})" if state.assignee else "",
        )
    for check in case.checks:
        echo(
            N_("  check {source}: {outcome}, {day}{answer}"),
            language,
            source=check.source,
            outcome=translate(_CHECKS[check.outcome], language),
            day=format_date(check.asked_at.date(), language),
            answer=f" ({check.answer})" if check.answer else "",
        )
    if case.permit_id is not None:
        permit = office.permits.get(case.permit_id, actor=actor)
        echo(N_("  permit {number}"), language, number=permit.number)
    for one in office.applications.deliveries(case.id, actor=actor):
        echo(
            N_("  message {kind} to {recipient}{channel}: {state}"),
            language,
            kind=one.kind,
            recipient=translate(_RECIPIENTS.get(one.recipient, one.recipient or "-"), language),
            channel=f" ({one.channel})" if one.channel else "",
            state=_delivery_state(one, language),
        )
    steps = joined(_steps(office, case, actor))
    echo(N_("  possible now: {steps}"), language, steps=steps)


def _delivery_state(one: MessageDelivery, language: str) -> str:
    state = translate(_DELIVERIES[one.state], language)
    if one.collected_into is None:
        return state
    return translate(N_("{state} (message {number})"), language, state=state, number=one.collected_into)


def _status(state: StageState, language: str) -> str:
    if state.outcome is not None:
        return translate(OUTCOMES[state.outcome.value], language)
    return translate(STAGE_STATUSES[state.status.value], language)


def _steps(office: Office, case: Application, actor: Actor) -> list[str]:
    return [
        f"{one.action.value} {one.stage}" if one.stage else one.action.value
        for one in office.applications.actions(case.id, actor=actor)
    ]


def _as_json(office: Office, case: Application, actor: Actor) -> dict[str, Any]:
    permit_type: PermitType = office.catalogue.version(case.permit_type, case.permit_type_version)
    slots = office.applications.slots(case.id, actor=actor)
    return {
        "id": case.id,
        "receipt_number": case.receipt_number,
        "permit_type": permit_type.code,
        "state": case.state.value,
        "applicant": case.applicant.name,
        "due": case.clock.due,
        "papers": {view.terms.key: [item.file_name for item in view.documents] for view in slots},
        "stages": [
            {
                "code": state.stage,
                "status": state.status.value,
                "outcome": state.outcome.value if state.outcome else None,
                "officer": state.assignee,
            }
            for state in case.stages
        ],
        "messages": [
            {
                "number": one.number,
                "kind": one.kind,
                "recipient": one.recipient,
                "channel": one.channel,
                "state": one.state.value,
                "at": one.at,
                "collected_into": one.collected_into,
            }
            for one in office.applications.deliveries(case.id, actor=actor)
        ],
        "checks": [
            {
                "kind": one.kind.value,
                "source": one.source,
                "outcome": one.outcome.value,
                "answer": one.answer,
                "asked_at": one.asked_at,
                "submission": one.submission,
            }
            for one in case.checks
        ],
        "verified_by": case.verified_by,
        "permit": case.permit_id,
        "possible": _steps(office, case, actor),
    }
