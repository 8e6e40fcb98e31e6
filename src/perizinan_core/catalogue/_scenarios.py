"""The vocabulary of ``tests:`` in permit files: given, do, expect (docs/reference/catalogue-format.md)."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.model._application import ApplicationState

__all__ = ["APPLICANT_KEYS", "EXPECT_KEYS", "GIVEN_KEYS", "PREVIOUS_KEYS", "STATES", "STEPS"]

GIVEN_KEYS = ("applicant", "kind", "represented", "form", "papers", "submitted_at", "previous")
"""What an example starts from."""

APPLICANT_KEYS = ("kind", "name", "legal_form", "has_nib", "has_npwp", "village", "district")
PREVIOUS_KEYS = ("number", "type", "issued_on", "valid_until")

STEPS: Mapping[str, tuple[str, ...]] = {
    "submit": ("at",),
    "resubmit": ("at", "form", "papers"),
    "decide": ("stage", "outcome", "reason", "at"),
    "request_stage": ("stage", "at"),
    "request_correction": ("items", "stage", "reason", "at"),
    "approve": ("at",),
    "refuse": ("reasons", "at"),
    "issue": ("at",),
    "withdraw": ("at",),
    "pay": ("amount", "at"),
    "wait": ("until",),
}
"""Steps with their details."""

EXPECT_KEYS = (
    *("state", "fee", "deadline", "late", "number", "valid_from", "valid_until"),
    *("slots", "stages", "missing", "error"),
)
"""What an example may expect."""

STATES = tuple(state.value for state in ApplicationState)
