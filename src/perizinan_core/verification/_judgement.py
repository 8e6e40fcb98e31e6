"""The checks of one file while they are being made, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Collection

from perizinan_core.verification._reasons import REASONS, Weight
from perizinan_core.verification._report import Check, CheckName, Outcome, Reason, Verdict

_VERDICTS = {
    Weight.UNREADABLE: Verdict.UNREADABLE,
    Weight.UNSIGNED: Verdict.UNSIGNED,
    Weight.NOT_VALID: Verdict.NOT_VALID,
    Weight.WRONG_ISSUER: Verdict.WRONG_ISSUER,
    Weight.UNPROVEN: Verdict.INDETERMINATE,
    Weight.NOT_IN_FORCE: Verdict.NOT_IN_FORCE,
    Weight.STATUS_OPEN: Verdict.INDETERMINATE,
}
_OPEN = (Weight.UNPROVEN, Weight.STATUS_OPEN)
_MUST_PASS = frozenset(CheckName) - {
    CheckName.REVOCATION,
    CheckName.TRUSTED_TIME,
    CheckName.PRINTED_TEXT,
    CheckName.QR,
    CheckName.STATUS,
}
"""Checks without which nothing is valid; the others may be left out, and the report says so."""


class RefusedError(Exception):
    """Something that cannot be looked into further; says why, for the report."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.reason = Reason(code, fields)


class Judgement:
    """Collects one result per check; a later, worse result replaces an earlier one."""

    def __init__(self, must_pass: Collection[CheckName] = _MUST_PASS) -> None:
        self._checks: dict[CheckName, Check] = {}
        self._must_pass = must_pass
        self._harmless: set[CheckName] = set()
        """Open questions that decide nothing."""

    def passed(self, name: CheckName, code: str, **fields: object) -> None:
        """Note that a check passed, unless something worse is noted already."""
        self._checks.setdefault(name, Check(name, Outcome.PASSED, Reason(code, fields)))

    def left_out(self, name: CheckName, code: str, **fields: object) -> None:
        """Note that a check was not made, unless something is noted already."""
        self._checks.setdefault(name, Check(name, Outcome.NOT_CHECKED, Reason(code, fields)))

    def wondered(self, name: CheckName, code: str) -> None:
        """Note an open question that leaves nothing else open, unless something is noted already."""
        if name not in self._checks:
            self._harmless.add(name)
            self.doubted(name, code)

    def doubted(self, name: CheckName, code: str, **fields: object) -> None:
        """Note that a check, and with it the file, stays open, unless something is noted already."""
        self._checks.setdefault(name, Check(name, Outcome.INDETERMINATE, Reason(code, fields)))

    def refuse(self, name: CheckName, code: str, **fields: object) -> None:
        """Note that a check failed or stays open, as the code says; the stronger of two reasons stays."""
        weight = REASONS[code].weight
        outcome = Outcome.INDETERMINATE if weight in _OPEN else Outcome.FAILED
        known = self._checks.get(name)
        if known is None or REASONS[known.reason.code].weight > weight:
            self._checks[name] = Check(name, outcome, Reason(code, fields))
            self._harmless.discard(name)

    def forget(self, name: CheckName) -> None:
        """Take back a check that is to be made again with better knowledge."""
        self._checks.pop(name, None)

    def outcome(self, name: CheckName) -> Outcome | None:
        """Return how a check ended, or None when it was not made yet."""
        check = self._checks.get(name)
        return check.outcome if check is not None else None

    def code(self, name: CheckName) -> str | None:
        """Return the reason code of a check, or None when it was not made yet."""
        check = self._checks.get(name)
        return check.reason.code if check is not None else None

    def reason(self, name: CheckName) -> Reason | None:
        """Return the reason of a check, or None when it was not made yet."""
        check = self._checks.get(name)
        return check.reason if check is not None else None

    def failed(self, *names: CheckName) -> bool:
        """Return True when one of the checks (all, when none is named) failed."""
        return any(self.outcome(name) is Outcome.FAILED for name in names or tuple(CheckName))

    def checks(self) -> tuple[Check, ...]:
        """Return every check in order; those not reached say so."""
        missing = Reason("not-reached")
        return tuple(
            self._checks.get(name) or Check(name, Outcome.NOT_CHECKED, missing) for name in CheckName
        )

    def verdict(self) -> Verdict:
        """
        Return the verdict: the strongest reason decides; valid only when every required check passed.

        A required check that was skipped without a reason elsewhere cannot happen; if it does,
        the answer is indeterminate and never valid.
        """
        checks = self.checks()
        weights = [
            REASONS[item.reason.code].weight
            for item in checks
            if item.outcome in (Outcome.FAILED, Outcome.INDETERMINATE) and item.name not in self._harmless
        ]
        if weights:
            # A reason that decides nothing elsewhere leaves the file open.
            return _VERDICTS[min(Weight.UNPROVEN if item is Weight.NONE else item for item in weights)]
        complete = all(item.outcome is Outcome.PASSED for item in checks if item.name in self._must_pass)
        return Verdict.VALID if complete else Verdict.INDETERMINATE
