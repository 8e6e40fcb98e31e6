"""What the plugin offers: the channels ``apprise-phone`` and ``apprise-room``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perizinan_apprise._settings import PhoneSettings, RoomSettings
from perizinan_core.hooks import NotificationChannelEntry, PluginContext, hookimpl

if TYPE_CHECKING:
    from perizinan_apprise._channels import PhoneChannel, RoomChannel

__all__ = ["open_phone", "open_room", "perizinan_api", "register_notification_channels"]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@hookimpl
def register_notification_channels() -> list[NotificationChannelEntry]:
    """Offer the channels; ``channels = ["smtp", "apprise-phone"]`` in ``[plugins]`` chooses one."""
    return [
        NotificationChannelEntry(name="apprise-phone", open=open_phone, settings=PhoneSettings),
        NotificationChannelEntry(name="apprise-room", open=open_room, settings=RoomSettings),
    ]


def open_phone(*, context: PluginContext[PhoneSettings]) -> PhoneChannel:
    """
    Open the channel to phones.

    Raises:
        AppriseError: ``apprise-no-phone``, ``apprise-url``.
    """
    from perizinan_apprise._channels import PhoneChannel
    from perizinan_apprise._sending import Sent

    sent = Sent(context.folder / "sent")
    sent.tidy()
    return PhoneChannel(context.settings, sent)


def open_room(*, context: PluginContext[RoomSettings]) -> RoomChannel:
    """
    Open the channel to a room.

    Raises:
        AppriseError: ``apprise-url``.
    """
    from perizinan_apprise._channels import RoomChannel
    from perizinan_apprise._sending import Sent

    sent = Sent(context.folder / "sent")
    sent.tidy()
    return RoomChannel(context.settings, sent)
