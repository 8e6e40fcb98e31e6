"""
Every function of the room in one namespace, for those who play whole histories.

Every function is pure: it takes model values, the actor and the moment, and returns a `Transition` (the new
application and the events) or a `PermitTransition`. Nothing here reads a clock, a database or randomness.
Every refusal is a `perizinan_core.errors.workflow.WorkflowError` that says who may do what and why not.

The rules, in the order in which a case meets them:

1. `_states`: what each state allows; the picture in ``docs/explanation/workflow.md`` is drawn from it.
2. `_drafts`, `_holding`, `_completeness`, `_submission`: begin, upload, hand in; version, terms and fee are frozen.
3. `_graph`, `_stage_access`, `_review`: stages in order or side by side, and their outcomes.
4. `_assignment`, `_duties`, `_people`, `_overrides`: who gets a stage, who may not, and the second person.
5. `_corrections`, `_clock`, `_measure`, `_deadlines`: repairs, the working-day clock, a changed calendar.
6. `_decisions`, `_silence`, `_waiting`, `_fee`, `_payments`: the one terminal decision, the grant by silence, and
   whom the case waits for meanwhile.
7. `_issuing`, `_permits`, `_renewal`: number and signature, and what becomes of the permit.
8. `_foresight`, `_reversal`: what issuing will demand, and the way back from a grant that is not issued.
9. `_actions`, `_history`: what someone may do now, and a case rebuilt from its events.
"""

from perizinan_core.workflow._actions import AllowedAction, allowed_actions
from perizinan_core.workflow._assignment import (
    Exclusion,
    ExclusionReason,
    Workload,
    assign_open_stages,
    assign_stage,
    draw_officer,
    eligible_officers,
    exclusions,
    keeps,
    next_in_rotation,
    unstaffed_stages,
)
from perizinan_core.workflow._bills import add_bill, money_received, note_refund
from perizinan_core.workflow._checks import answer_check, keep_checks
from perizinan_core.workflow._clock import (
    consumed_days,
    due_date,
    is_late,
    is_stage_late,
    stage_due,
)
from perizinan_core.workflow._clock_repair import repair_moments, repair_permit_moments
from perizinan_core.workflow._completeness import submission_problems
from perizinan_core.workflow._corrections import correction_targets, lapse, request_correction, rounds_left
from perizinan_core.workflow._deadlines import recompute_deadlines
from perizinan_core.workflow._decisions import approve, refuse, withdraw
from perizinan_core.workflow._drafts import (
    APPLICANT_TARGET,
    FORM_TARGET,
    add_document,
    put_power_of_attorney,
    remove_document,
    replace_document,
    require_editor,
    start_draft,
    update_applicant,
    update_form,
    without_mandate,
)
from perizinan_core.workflow._duties import COUNTER, SIGNATURE, Duty, check_separation, duty_of, holders
from perizinan_core.workflow._fee import amount_outstanding, check_paid
from perizinan_core.workflow._foresight import (
    SUCCEEDING,
    approval_obstacles,
    entitled_delegations,
    entitled_signers,
    submission_obstacles,
)
from perizinan_core.workflow._graph import (
    check_graph,
    live_stages,
    outcomes_missing,
    outcomes_negative,
    prerequisites,
    waiting_for,
)
from perizinan_core.workflow._history import CaseHistory, replay
from perizinan_core.workflow._holding import (
    accept_upload_as_is,
    check_liftable,
    discard_upload,
    drop_held_copies,
    front_office_units,
    hold_upload,
    require_counter,
    settle_upload,
    take_in_at_counter,
)
from perizinan_core.workflow._issuing import (
    cancel_number,
    check_decider,
    check_issuer,
    check_signer,
    goes_by_itself,
    issued,
    issuing_held,
    signing_delegation,
    to_awaiting_signature,
)
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerm, LegalTerms
from perizinan_core.workflow._measure import add_period, subtract_period
from perizinan_core.workflow._notice import (
    give_notice,
    last_day_if_notified,
    may_record_notice,
    miss_notice,
    overdue_notices,
    record_notice,
)
from perizinan_core.workflow._overrides import (
    QueueEntry,
    allow_queue_jump,
    check_queue,
    declare_conflict,
    jump_request,
    may_be_decided,
    reassign_stage,
    request_queue_jump,
)
from perizinan_core.workflow._payments import record_payment
from perizinan_core.workflow._people import (
    DECIDERS,
    case_units,
    conflicted_officers,
    excluded_officers,
    is_own_case,
    party_accounts,
    record_difference,
    with_hand,
)
from perizinan_core.workflow._permits import (
    AnnulledBy,
    DefectGround,
    PermitTransition,
    annul,
    cancel_letter,
    put_in_force,
    reinstate,
    revoke,
    supersede,
    suspend,
)
from perizinan_core.workflow._receipts import ReceiptWriter, receipt_of, unsigned_receipt
from perizinan_core.workflow._remarks import TextRemark, text_remarks
from perizinan_core.workflow._renewal import check_previous, check_renewal, renewal_window
from perizinan_core.workflow._retention import announce_draft_end, discard, keep_draft
from perizinan_core.workflow._reversal import annul_decision, reopen
from perizinan_core.workflow._review import (
    allowed_outcomes,
    decide_stage,
    may_request_stage,
    request_stage,
    send_back,
)
from perizinan_core.workflow._silence import deem_granted, is_deemed_due
from perizinan_core.workflow._states import RULES, Action, StateRule, actions_in
from perizinan_core.workflow._submission import resubmit, submit
from perizinan_core.workflow._transition import Transition, last_moment, local_day
from perizinan_core.workflow._waiting import begin_wait, end_wait

__all__ = [
    "APPLICANT_TARGET",
    "COUNTER",
    "DECIDERS",
    "FORM_TARGET",
    "LEGAL_TERMS",
    "RULES",
    "SIGNATURE",
    "SUCCEEDING",
    "Action",
    "AllowedAction",
    "AnnulledBy",
    "CaseHistory",
    "DefectGround",
    "Duty",
    "Exclusion",
    "ExclusionReason",
    "LegalTerm",
    "LegalTerms",
    "PermitTransition",
    "QueueEntry",
    "ReceiptWriter",
    "StateRule",
    "TextRemark",
    "Transition",
    "Workload",
    "accept_upload_as_is",
    "actions_in",
    "add_bill",
    "add_document",
    "add_period",
    "allow_queue_jump",
    "allowed_actions",
    "allowed_outcomes",
    "amount_outstanding",
    "announce_draft_end",
    "annul",
    "annul_decision",
    "answer_check",
    "approval_obstacles",
    "approve",
    "assign_open_stages",
    "assign_stage",
    "begin_wait",
    "cancel_letter",
    "cancel_number",
    "case_units",
    "check_decider",
    "check_graph",
    "check_issuer",
    "check_liftable",
    "check_paid",
    "check_previous",
    "check_queue",
    "check_renewal",
    "check_separation",
    "check_signer",
    "conflicted_officers",
    "consumed_days",
    "correction_targets",
    "decide_stage",
    "declare_conflict",
    "deem_granted",
    "discard",
    "discard_upload",
    "draw_officer",
    "drop_held_copies",
    "due_date",
    "duty_of",
    "eligible_officers",
    "end_wait",
    "entitled_delegations",
    "entitled_signers",
    "excluded_officers",
    "exclusions",
    "front_office_units",
    "give_notice",
    "goes_by_itself",
    "hold_upload",
    "holders",
    "is_deemed_due",
    "is_late",
    "is_own_case",
    "is_stage_late",
    "issued",
    "issuing_held",
    "jump_request",
    "keep_checks",
    "keep_draft",
    "keeps",
    "lapse",
    "last_day_if_notified",
    "last_moment",
    "live_stages",
    "local_day",
    "may_be_decided",
    "may_record_notice",
    "may_request_stage",
    "miss_notice",
    "money_received",
    "next_in_rotation",
    "note_refund",
    "outcomes_missing",
    "outcomes_negative",
    "overdue_notices",
    "party_accounts",
    "prerequisites",
    "put_in_force",
    "put_power_of_attorney",
    "reassign_stage",
    "receipt_of",
    "recompute_deadlines",
    "record_difference",
    "record_notice",
    "record_payment",
    "refuse",
    "reinstate",
    "remove_document",
    "renewal_window",
    "reopen",
    "repair_moments",
    "repair_permit_moments",
    "replace_document",
    "replay",
    "request_correction",
    "request_queue_jump",
    "request_stage",
    "require_counter",
    "require_editor",
    "resubmit",
    "revoke",
    "rounds_left",
    "send_back",
    "settle_upload",
    "signing_delegation",
    "stage_due",
    "start_draft",
    "submission_obstacles",
    "submission_problems",
    "submit",
    "subtract_period",
    "supersede",
    "suspend",
    "take_in_at_counter",
    "text_remarks",
    "to_awaiting_signature",
    "unsigned_receipt",
    "unstaffed_stages",
    "update_applicant",
    "update_form",
    "waiting_for",
    "with_hand",
    "withdraw",
    "without_mandate",
]
