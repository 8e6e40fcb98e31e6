"""What stands in a message that brings others together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from perizinan_core.hooks._notification import Notification
from perizinan_core.hooks._texts import MessageText
from perizinan_core.i18n import N_, translate
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import EventKind
from perizinan_core.services._messages import inner_text, letter_text, phone_text

__all__ = ["DIGEST", "DigestWording", "digest_of"]


@attrs.frozen
class DigestWording:
    """Our own text."""

    subject: str
    body: str


DIGEST = DigestWording(
    N_("{count} messages from us"),
    N_(
        "This message brings {count} messages together:\n\n{items}\n\nWhere something is to be done by a certain day, "
        "we write about it by itself and at once."
    ),
)


def digest_of(
    messages: Sequence[Notification],
    *,
    authority: Authority,
    texts: Mapping[tuple[EventKind, str, str], MessageText],
    created_at: datetime,
) -> Notification:
    """Return one message that says what several say to the same place in the same language."""
    first = messages[0]
    language, names = first.language, {one.recipient_name for one in messages}
    items = [
        f"{number}. {one.subject}\n{inner_text(one, authority)}" for number, one in enumerate(messages, 1)
    ]
    fields = {"count": len(messages), "items": "\n\n".join(items)}
    own = texts.get((EventKind.MESSAGES_COLLECTED, "", language))
    if own is None:
        subject, body = (translate(text, language, **fields) for text in (DIGEST.subject, DIGEST.body))
    else:
        subject, body = own.subject.format(**fields), own.body.format(**fields)
    name = names.pop() if len(names) == 1 else ""
    return attrs.evolve(
        first,
        kind=EventKind.MESSAGES_COLLECTED.value,
        recipient_name=name,
        subject=subject,
        body=letter_text(name, body, authority, language, free=first.account is None),
        text=phone_text(body, authority, language),
        created_at=created_at,
        data={"count": len(messages)},
    )
