"""Asking plugins whether a draft may go, and having them forget it once it is gone."""

from __future__ import annotations

import attrs

from perizinan_core.errors.services import ServiceError
from perizinan_core.hooks._consumers import DeliveredEvent
from perizinan_core.hooks._retention import RetentionParticipant
from perizinan_core.services._context import OfficeContext

__all__ = ["Forgetting", "require_not_kept"]

_SECONDS = 10.0


def require_not_kept(context: OfficeContext, case: str) -> None:
    """
    Pass when no plugin keeps a case; asked outside of any unit of work, because it may take long.

    Raises:
        ServiceError: ``kept-by-plugin``: a plugin names a reason.
        ServiceError: ``retention-unanswered``: one could not say; the case stays.
    """
    for name, participant in context.retention:
        try:
            reason = context.calls.call(
                f"retention {name}",
                _SECONDS,
                lambda one=participant: one.keeps(case),  # type: ignore[misc]
            )
        except (Exception, SystemExit) as error:
            raise ServiceError("retention-unanswered", plugin=name, reason=type(error).__name__) from error
        if reason:
            raise ServiceError("kept-by-plugin", plugin=name, reason=str(reason))


@attrs.frozen
class Forgetting:
    """A participant as an event consumer: it forgets what was discarded, at least once."""

    _participant: RetentionParticipant

    def consume(self, delivered: DeliveredEvent) -> None:
        """Let it forget the case."""
        self._participant.forget(delivered.case)
