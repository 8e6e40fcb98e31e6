"""Words for the codes that errors carry, so that a clerk reads sentences and not codes."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_

__all__ = [
    "ACTIONS",
    "ACTOR_KINDS",
    "COMPLAINT_KINDS",
    "COMPLAINT_STATES",
    "DUTIES",
    "KINDS",
    "OUTCOMES",
    "PERMIT_STATUSES",
    "REFUSAL_GROUNDS",
    "ROLES",
    "STAGE_STATUSES",
    "STATES",
]

ACTIONS: Mapping[str, str] = {
    "start": N_("begin an application"),
    "upload": N_("upload or remove a document"),
    "accept_upload": N_("take in a file for the applicant"),
    "edit": N_("change the form"),
    "discard": N_("discard the draft"),
    "submit": N_("submit the application"),
    "resubmit": N_("hand in the correction"),
    "withdraw": N_("withdraw the application"),
    "decide_stage": N_("judge a stage"),
    "request_stage": N_("ask for an additional stage"),
    "request_correction": N_("request a correction"),
    "send_back": N_("send a stage back"),
    "approve": N_("approve the application"),
    "refuse": N_("refuse the application"),
    "lapse": N_("let the application lapse"),
    "deem_granted": N_("record the deemed grant"),
    "assign": N_("assign a stage"),
    "reassign": N_("reassign a stage"),
    "declare_conflict": N_("declare a conflict of interest"),
    "jump_queue": N_("take a case before its turn"),
    "record_payment": N_("record a payment"),
    "begin_wait": N_("record that the office waits for an agency or system outside"),
    "end_wait": N_("end a wait for an agency or system outside"),
    "record_notice": N_("record that the applicant was notified"),
    "recompute": N_("recompute a deadline"),
    "reopen": N_("set the approval aside"),
    "annul_decision": N_("annul the grant"),
    "take_number": N_("take the number of the letter"),
    "cancel_number": N_("cancel the number of the letter"),
    "issue": N_("issue the permit"),
    "sign": N_("sign the letter"),
    "suspend": N_("suspend the permit"),
    "reinstate": N_("reinstate the permit"),
    "revoke": N_("revoke the permit"),
    "annul": N_("annul the permit"),
    "supersede": N_("replace the permit"),
}

STATES: Mapping[str, str] = {
    "draft": N_("a draft"),
    "submitted": N_("submitted"),
    "in_review": N_("under review"),
    "correction_requested": N_("waiting for a correction"),
    "approved": N_("approved"),
    "awaiting_signature": N_("awaiting signature"),
    "issued": N_("issued"),
    "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
    "lapsed": N_("lapsed"),
}

PERMIT_STATUSES: Mapping[str, str] = {
    "awaiting_signature": N_("awaiting signature"),
    "in_force": N_("in force"),
    "expired": N_("expired"),
    "suspended": N_("suspended"),
    "revoked": N_("revoked"),
    "annulled": N_("annulled"),
    "superseded": N_("replaced by another"),
}

ROLES: Mapping[str, str] = {
    "front_office": N_("front office"),
    "back_office": N_("back office"),
    "technical_team": N_("technical team"),
    "inspector": N_("inspector"),
    "cashier": N_("cashier"),
    "section_head": N_("section head"),
    "division_head": N_("division head"),
    "office_head": N_("head of office"),
    "signatory": N_("signatory"),
    "supervisor": N_("supervisor"),
    "auditor": N_("auditor"),
    "administrator": N_("administrator"),
}

ACTOR_KINDS: Mapping[str, str] = {
    "applicant": N_("the applicant"),
    "representative": N_("the representative"),
    "officer": N_("an officer"),
    "system": N_("the system itself"),
    "host": N_("the embedding application"),
}

DUTIES: Mapping[str, str] = {
    "receiver": N_("receiving the file"),
    "assessor": N_("assessing the case"),
    "approver": N_("deciding the case"),
    "signer": N_("signing the letter"),
    "separated": N_("a stage kept separate by the permit type"),
}

OUTCOMES: Mapping[str, str] = {
    "positive": N_("positive"),
    "negative": N_("negative"),
    "correction": N_("correction"),
}

STAGE_STATUSES: Mapping[str, str] = {
    "waiting": N_("waiting"),
    "open": N_("open"),
    "done": N_("already judged"),
}

KINDS: Mapping[str, str] = {
    "new": N_("a new permit"),
    "renewal": N_("a renewal"),
    "re_registration": N_("a re-registration"),
    "amendment": N_("an amendment"),
    "duplicate": N_("a duplicate"),
    "closure": N_("giving the permit up"),
    "person": N_("a person"),
    "business": N_("a business"),
    "legal_entity": N_("a legal entity"),
    "cooperative": N_("a cooperative"),
    "government": N_("a government body"),
    "organiser": N_("an organiser"),
}

REFUSAL_GROUNDS: Mapping[str, str] = {
    "papers": N_("the papers or statements"),
    "technical": N_("the technical recommendation"),
    "site": N_("the site inspection"),
    "payment": N_("the fee was not paid"),
    "decision": N_("the decision itself"),
    "defect": N_("a grant with a defect was annulled"),
}

COMPLAINT_KINDS: Mapping[str, str] = {
    "suggestion": N_("question or suggestion"),
    "service": N_("poor service"),
    "abuse": N_("illegal levy or abuse"),
}

COMPLAINT_STATES: Mapping[str, str] = {
    "received": N_("received"),
    "in_work": N_("being handled"),
    "answered": N_("answered"),
    "withdrawn": N_("taken back"),
}
