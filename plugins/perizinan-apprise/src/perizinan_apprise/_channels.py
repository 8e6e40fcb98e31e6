"""The two channels."""

from __future__ import annotations

from string import Formatter
from typing import ClassVar

import attrs

from perizinan_apprise._errors import AppriseError
from perizinan_apprise._sending import Sent, check_url, hand_over
from perizinan_apprise._settings import PhoneSettings, RoomSettings, Style
from perizinan_core.hooks import Notification, SendOutcome
from perizinan_core.i18n import N_, translate

__all__ = ["PhoneChannel", "RoomChannel"]

_SAMPLE = "628120000000"


@attrs.frozen
class PhoneChannel:
    """
    Reaches one person by phone number.

    Args:
        settings: Which service, and how much is said.
        sent: Which messages went out.

    Raises:
        AppriseError: ``apprise-no-phone``, ``apprise-url``.
    """

    settings: PhoneSettings
    sent: Sent
    name: str = "apprise-phone"

    def __attrs_post_init__(self) -> None:
        fields = {field for _, field, _, _ in Formatter().parse(self._url) if field}
        if "phone" not in fields:
            raise AppriseError("apprise-no-phone", channel=self.name)
        check_url(self.name, self._at(_SAMPLE))

    @property
    def service(self) -> str:
        """What people know it as; see `perizinan_core.hooks.ConsentChannel`."""
        return self.settings.service

    @property
    def reaches_phones(self) -> bool:
        """True where the whole text is sent: then a portal can confirm a number by a code."""
        return self.settings.style is not Style.SHORT

    def send(self, notification: Notification) -> SendOutcome:
        """
        Send the message to the phone of the person; see `NotificationChannel.send`.

        Raises:
            AppriseError: ``apprise-refused``: it is tried again later.
        """
        if notification.phone is None:
            return SendOutcome.PASSED_OVER
        digits = "".join(sign for sign in notification.phone if sign.isdigit())
        title, body = notification.subject, notification.text or notification.body
        if self.settings.style is Style.SHORT:
            title, body = "", self._short(notification)
        with self.sent.once(f"{self.name} {notification.id}") as wanted:
            if wanted:
                hand_over(self.name, self._at(digits), title=title, body=body)
        return SendOutcome.ACCEPTED

    def check(self) -> None:
        """See that the address is one that Apprise knows; services have no way to be asked without a message."""
        check_url(self.name, self._at(_SAMPLE))

    def _short(self, notification: Notification) -> str:
        receipt = str(notification.data.get("receipt_number") or "")
        if (count := notification.data.get("count")) is not None:
            sentence = N_("There is news in {count} matters of yours. {address}")
            said = translate(sentence, notification.language, count=count, address=self.settings.address)
            return " ".join(said.split())
        sentence = (
            N_("There is news about your case {receipt}. {address}")
            if receipt
            else N_("There is news about your case. {address}")
        )
        text = translate(sentence, notification.language, receipt=receipt, address=self.settings.address)
        return " ".join(text.split())

    def _at(self, digits: str) -> str:
        return self._url.replace("{phone}", digits)

    @property
    def _url(self) -> str:
        return self.settings.url.reveal().decode()


@attrs.frozen
class RoomChannel:
    """
    Tells one room or program that something happened: kind and receipt number, no person.

    Args:
        settings: Where, and of which kinds.
        sent: Which messages went out.

    Raises:
        AppriseError: ``apprise-url``.
    """

    settings: RoomSettings
    sent: Sent
    name: str = "apprise-room"
    is_shared: ClassVar[bool] = True
    """See `perizinan_core.hooks.SharedChannel`: a room hears of each thing by itself."""

    def __attrs_post_init__(self) -> None:
        self.check()

    def send(self, notification: Notification) -> SendOutcome:
        """
        Tell the room; the person is not reached by that, so no time runs from it.

        Raises:
            AppriseError: ``apprise-refused``: it is tried again later.
        """
        if self.settings.kinds and notification.kind not in self.settings.kinds:
            return SendOutcome.PASSED_OVER
        receipt = str(notification.data.get("receipt_number") or "")
        if not receipt:
            return SendOutcome.PASSED_OVER
        # Several people get a message about one event; the room hears of it once.
        key = f"{self.name} {notification.kind} {receipt} {notification.created_at.isoformat()}"
        with self.sent.once(key) as wanted:
            if wanted:
                url = self.settings.url.reveal().decode()
                hand_over(self.name, url, title="", body=f"{receipt} {notification.kind}")
        return SendOutcome.KEPT

    def check(self) -> None:
        """See that the address is one that Apprise knows."""
        check_url(self.name, self.settings.url.reveal().decode())
