"""
One message to one address, in silence, and once.

Apprise and the library below it log addresses and texts; nothing of that is logged while we send. What was sent is
noted in the plugin's folder under a hash of its id, so that a worker that died between the answer of the service and
its own note sends nothing twice.
"""

from __future__ import annotations

import hashlib
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import apprise
import attrs

from perizinan_apprise._errors import AppriseError
from perizinan_core.hooks import silenced

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Sent", "check_url", "hand_over"]

_KEPT_SECONDS = 60 * 24 * 60 * 60
_LOGGERS = ("apprise", "urllib3", "urllib3.connectionpool", "urllib3.util.retry", "requests")


def hand_over(channel: str, url: str, *, title: str, body: str) -> None:
    """
    Give a message to the service at an address.

    Raises:
        AppriseError: ``apprise-url``, ``apprise-refused``.
    """
    with silenced(*_LOGGERS):
        sender = apprise.Apprise()
        if not sender.add(url):
            raise AppriseError("apprise-url", channel=channel)
        taken = sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if not taken:
        raise AppriseError("apprise-refused", channel=channel)


def check_url(channel: str, url: str) -> None:
    """
    See that Apprise knows what an address is; nothing is sent.

    Raises:
        AppriseError: ``apprise-url``.
    """
    with silenced(*_LOGGERS), warnings.catch_warnings():
        # The first address makes Apprise load its services, some of which use modules that Python is giving up.
        warnings.simplefilter("ignore", DeprecationWarning)
        if not apprise.Apprise().add(url):
            raise AppriseError("apprise-url", channel=channel)


@attrs.define
class Sent:
    """Which messages went out."""

    folder: Path
    _turn: Lock = attrs.field(factory=Lock, init=False, repr=False)

    @contextmanager
    def once(self, key: str) -> Iterator[bool]:
        """Give whether a message is still to be sent, one caller at a time; it is noted when the block ends well."""
        mark = self.folder / hashlib.sha256(key.encode()).hexdigest()
        with self._turn:
            if mark.exists():
                yield False
                return
            yield True
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mark.touch(mode=0o600)

    def tidy(self) -> None:
        """Forget what was sent so long ago that no one tries it again."""
        limit = time.time() - _KEPT_SECONDS
        with suppress(OSError):
            for mark in self.folder.iterdir():
                if mark.stat().st_mtime < limit:
                    mark.unlink(missing_ok=True)
