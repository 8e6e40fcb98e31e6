"""Mails about accounts. A link in them holds a token, which is good once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from uuid import uuid4

from perizinan_core import PerizinanError
from perizinan_core.hooks import Notification
from perizinan_core.i18n import N_
from perizinan_portal._kit import Services, say
from perizinan_portal._kit._services import HOST

__all__ = ["send_mail"]

_log = logging.getLogger("perizinan_portal")

_CLOSING = N_(
    "If you did not ask for this, do nothing: without the link nothing changes. No officer will ever ask you for it."
)


def send_mail(
    services: Services,
    *,
    kind: str,
    email: str,
    name: str,
    language: str,
    subject: str,
    text: str,
    link: str = "",
    fields: Mapping[str, str] | None = None,
    wait: bool = False,
) -> None:
    """
    Send a mail about an account.

    Args:
        services: Of the portal.
        kind: What it is about, for the channel.
        email: To whom.
        name: Of the person.
        language: Of the text.
        subject: English msgid.
        text: English msgid.
        link: Address on its own line, or nothing.
        fields: Further values of the text.
        wait: False sends it beside the answer: how long the answer takes tells no one whether there is an account.
    """
    authority = services.office.authority.name.to(language)
    parts = [say(text, language, office=authority, **(fields or {}))]
    parts += [link, say(_CLOSING, language)] if link else []
    message = Notification(
        id=uuid4().hex,
        kind=kind,
        recipient_name=name or email,
        email=email,
        phone=None,
        language=language,
        subject=f"{say(subject, language)} – {authority}",
        body="\n\n".join([*parts, authority]) + "\n",
        created_at=services.office.now(),
        idempotency_key=uuid4().hex,
    )
    if wait:
        services.office.messages.send(message, actor=HOST)
        return
    threading.Thread(target=_send, args=(services, message), daemon=True).start()


def _send(services: Services, message: Notification) -> None:
    try:
        services.office.messages.send(message, actor=HOST)
    except PerizinanError as error:
        _log.warning("mail about an account was not sent: %s", error.code)
