"""Texts of messages that an authority or a plugin writes itself, in the place of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from perizinan_core.model._events import EventKind
    from perizinan_core.model._held import HeldOutcome

__all__ = ["MessageText"]


@attrs.frozen(kw_only=True)
class MessageText:
    """
    What people receive because of one kind of event, in one language.

    Placeholders in braces are those of our own text, listed in ``docs/reference/message-texts.md``; all that say
    something of the case (reasons, periods, sums) have to stand in the new text too.
    """

    kind: EventKind
    language: Literal["id", "en"]
    subject: str
    """One line."""

    body: str
    """Plain text; the greeting, the sentence on fees and the signature of the office are added."""

    outcome: HeldOutcome | None = None
    """Which outcome it is about, for ``document_hold_ended`` alone."""
