"""What people call the things, kinds of values and actions that refusals of the use cases name by their codes."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_

__all__ = ["DIFFERENCES", "NOUNS", "OF_PERMITS", "USES", "VALUES"]

VALUES: Mapping[str, str] = {
    "NoneType": N_("nothing"),
    "str": N_("a text"),
    "int": N_("a whole number"),
    "float": N_("a number"),
    "bool": N_("yes or no"),
    "bytes": N_("bytes"),
    "dict": N_("fields with names"),
    "list": N_("a list"),
    "tuple": N_("a list"),
    "date": N_("a day"),
    "datetime": N_("a moment"),
    "naive datetime": N_("a moment without a time zone"),
    "set": N_("a list"),
    "frozenset": N_("a list"),
}

NOUNS: Mapping[str, str] = {
    "application": N_("application"),
    "permit": N_("permit"),
    "receipt": N_("receipt"),
    "representative": N_("representative"),
    "document": N_("document"),
    "held upload": N_("kept file"),
    "incoming upload": N_("file that is being sent"),
    "certificate": N_("certificate"),
    "position": N_("position"),
    "unit": N_("unit"),
    "officer": N_("officer"),
    "complaint": N_("complaint"),
    "key": N_("key"),
    "delivery": N_("delivery"),
    "banner": N_("announcement"),
    "finding": N_("finding"),
    "event consumer": N_("event consumer"),
    "channel": N_("channel that needs consent"),
    "phone": N_("phone number"),
    "bill": N_("bill"),
    "authority-version": N_("published version of the authority document"),
}

USES: Mapping[str, str] = {
    "act-for-applicant": N_("act for the applicant"),
    "act-as-officer": N_("act for the office"),
    "queue": N_("see a queue of cases"),
    "queue-of-everyone": N_("see the queue of the whole office"),
    "officers": N_("see the staff"),
    "remarks": N_("see what to look at twice in a case"),
    "add-officer": N_("add or change staff"),
    "send-message": N_("send messages of the host application"),
    "confirm-values": N_("confirm values of the catalogue"),
    "assumed-values": N_("see which values of the catalogue are assumed"),
    "announce-key": N_("announce a key of the office"),
    "replace-key": N_("replace a key of the office"),
    "require-version": N_("raise the lowest version of the authority document"),
    "staff-history": N_("see the changes of the staff record"),
    "declare-account": N_("declare an own public account"),
    "repair-clock": N_("repair moments that a wrong clock wrote"),
    "exclusions": N_("see who is out of a case"),
    "search": N_("search the records"),
    "lists": N_("see the lists of the office"),
    "register-book": N_("read a number register"),
    "new-secret": N_("give a new secret to follow a case by"),
    "hand-over": N_("hand over what an officer holds"),
    "complaints": N_("see complaints"),
    "assign-complaint": N_("name who handles a complaint"),
    "answer-complaint": N_("answer a complaint that someone else handles"),
    "survey-remarks": N_("read what people wrote in the satisfaction survey"),
    "held-uploads": N_("see the files that are kept without a verdict"),
    "sign": N_("sign a permit without holding a position"),
    "hand-in-signed": N_("hand in a signed file"),
    "cancel-number": N_("give up a number"),
    "bind-certificate": N_("bind a certificate"),
    "end-binding": N_("end the binding of a certificate"),
    "continue-numbers": N_("pass over numbers that were given out"),
    "recover-permit": N_("put a permit back from its signed file"),
    "calendar": N_("see the years of the calendar"),
    "change-calendar": N_("record days off"),
    "versions": N_("see the versions of the catalogue"),
    "preview-catalogue": N_("see what a new catalogue would change"),
    "consent": N_("say how someone may be written to"),
    "outgoing": N_("see what leaves the office"),
    "retry-outgoing": N_("let deliveries be tried again"),
    "drop-outgoing": N_("drop deliveries"),
    "outgoing-contact": N_("see a part of an address"),
    "audit": N_("search what was done in the office"),
    "banners": N_("see all announcements"),
    "put-up-banner": N_("put up or take down an announcement"),
    "findings": N_("see the findings about the office"),
    "acknowledge-finding": N_("take notice of a finding for the office"),
    "lost-numbers": N_("see the numbers that were passed over"),
}

OF_PERMITS: Mapping[str, str] = {
    "number": N_("number"),
    "permit_type": N_("kind of permit"),
    "holder": N_("holder"),
    "object": N_("object"),
    "issued_on": N_("date"),
    "valid_from": N_("first day"),
    "valid_until": N_("last day"),
    "validity_text": N_("validity"),
    "status_index": N_("place in the status list"),
    "receipt_number": N_("case"),
}

DIFFERENCES: Mapping[str, str] = {
    "unknown": N_("not on the staff record"),
    "inactive": N_("recorded as away or gone"),
    "roles": N_("a role that the record does not hold, or no longer"),
    "units": N_("a unit that the record does not hold, or no longer"),
    "position": N_("a position that the record does not hold, or no longer"),
    "accounts": N_("own public accounts other than those declared"),
}
