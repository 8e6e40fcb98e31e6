"""Kinds of permit, documents, and what a correction asks for."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._words import KINDS
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "permit-type-not-open": Code(
        N_(
            "{permit_type} (version {version}) is not open for applications on {day}: it is incomplete "
            "or not in force then. Choose the version in force, or ask the office which permit takes its "
            "place."
        )
    ),
    "permit-type-mismatch": Code(
        N_(
            "The application belongs to {expected}, but {received} was given. Load the one that the case "
            "names."
        )
    ),
    "previous-permit": Code(
        N_(
            "An application for {kind} and the permit it refers to ({permit}) do not fit together: a new "
            "permit refers to none, every other kind to an issued permit of the same type. Choose the "
            "permit again."
        ),
        labels={"kind": KINDS},
    ),
    "unknown-document": Code(
        N_(
            "The application holds no current document {document}; it may have been replaced. Load the "
            "list again."
        )
    ),
    # `document`: Id that was received twice.
    "document-id-taken": Code(
        N_(
            "The application already has a document with the id {document}. Give every upload an id of "
            "its own."
        )
    ),
    "correction-unanswered": Code(
        N_(
            "The correction also asks for {targets}, where nothing was changed yet. Upload these "
            "documents, then hand in the correction."
        )
    ),
    "correction-limit": Code(
        N_(
            "{used} of {limit} correction rounds are used, so no further correction can be asked for. "
            "Judge the stage on what is there."
        )
    ),
    # `targets`: Targets that were received and do not exist, stand there twice or have no reason.
    # `known`: Targets that exist: slot keys and `form:<field>`.
    "correction-target": Code(
        N_(
            "A correction can name each place for a document and each field of the form once, with a "
            "reason; not possible: {targets}. There are: {known}. Correct the list of items."
        )
    ),
    "correction-window-passed": Code(
        N_(
            "The correction was due by {answer_by}, and today is {today}: the application lapses. Begin "
            "a new application; papers already handed in can be uploaded again."
        )
    ),
}
