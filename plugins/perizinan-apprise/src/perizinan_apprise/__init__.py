"""
Messages to phones, rooms and webhooks, through Apprise.

`PhoneChannel` reaches one person by phone number (SMS, WhatsApp, Signal …); `RoomChannel` tells a room of the office,
or a program, that something happened, without personal data.
"""

from pathlib import Path as _Path

from perizinan_apprise._channels import PhoneChannel, RoomChannel
from perizinan_apprise._errors import AppriseError
from perizinan_apprise._settings import PhoneSettings, RoomSettings, Style
from perizinan_core.i18n import add_locale_dir as _add_locale_dir

__all__ = ["AppriseError", "PhoneChannel", "PhoneSettings", "RoomChannel", "RoomSettings", "Style"]

_add_locale_dir(_Path(__file__).parent / "locale")
