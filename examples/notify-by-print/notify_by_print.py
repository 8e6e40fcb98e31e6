"""Prints each message instead of sending it: a notification channel in a few lines."""

import sys
from threading import Lock

import attrs

from perizinan_core.hooks import Notification, NotificationChannelEntry, PluginContext, SendOutcome, hookimpl

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@attrs.frozen
class PrintSettings:
    """The channel's own table of perizinan.toml, ``[plugin.print]``."""

    width: int = attrs.field(default=100, validator=attrs.validators.ge(20))


@attrs.define
class PrintChannel:
    """Writes to standard output; a real channel would speak to a mail or message service here."""

    context: PluginContext[PrintSettings]
    _sent: set[str] = attrs.field(factory=set, init=False)
    _one_at_a_time: Lock = attrs.field(factory=Lock, init=False)

    def send(self, notification: Notification) -> SendOutcome:
        """Print the message once; the worker may deliver the same id again after a crash."""
        with self._one_at_a_time:
            if notification.id not in self._sent:
                text = f"[{notification.kind}] {notification.email or notification.phone}: {notification.subject}"
                sys.stdout.write(text[: self.context.settings.width] + "\n")
                self._sent.add(notification.id)
        return SendOutcome.KEPT  # a service that carries it to the person would make it ACCEPTED


@hookimpl
def register_notification_channels() -> list[NotificationChannelEntry]:
    """Offer the channel; ``channels = ["print"]`` chooses it."""
    return [NotificationChannelEntry(name="print", open=PrintChannel, settings=PrintSettings)]
