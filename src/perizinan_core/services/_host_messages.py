"""
Messages of the host application itself, such as the confirmation of an account: sent through the office's channels.

What happens in a case is told by the worker, from the outbox and until it is delivered. A message of this kind is sent
at once and once: who waits for it is at the screen, and asks for another one when it does not arrive.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import attrs

from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.hooks._notification import (
    Notification,
    NotificationChannel,
    PhoneChannel,
    SendOutcome,
)
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.services._arguments import checked

__all__ = ["HostMessages"]

_log = logging.getLogger(__name__)


@checked
@attrs.frozen
class HostMessages:
    """Messages of the host application, through the office's channels."""

    _channels: Mapping[str, NotificationChannel]

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels, in the order of the settings."""
        return tuple(self._channels)

    @property
    def phone_channels(self) -> tuple[str, ...]:
        """Names of the channels that bring messages to phone numbers; none where only mail is sent."""
        return tuple(
            name
            for name, channel in self._channels.items()
            if isinstance(channel, PhoneChannel) and channel.reaches_phones
        )

    def send(self, notification: Notification, *, actor: Actor) -> Mapping[str, SendOutcome]:
        """
        Hand a message to every channel, and return what each did with it.

        Args:
            notification: The message; its text is not kept by the office.
            actor: The host application.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``message-not-sent``: no channel took it; it can be tried again.
        """
        if actor.kind is not ActorKind.HOST:
            allowed = (ActorKind.HOST.value,)
            raise AccessDeniedError("access-denied", actor=actor.id, action="send-message", allowed=allowed)
        outcomes: dict[str, SendOutcome] = {}
        for name, channel in self._channels.items():
            try:
                outcomes[name] = channel.send(notification)
            except Exception as error:  # noqa: BLE001 - a channel is someone else's code, and another one may do it
                _log.warning("message %s failed on %s: %s", notification.id, name, type(error).__name__)
        if not any(outcome is not SendOutcome.PASSED_OVER for outcome in outcomes.values()):
            raise ServiceError("message-not-sent")
        return outcomes
