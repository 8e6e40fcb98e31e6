"""The story of ``make demo-large``: one permit from the catalogue to the letter, and a look at it from outside."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
from demo_large_parts import PATIENCE, PERIZINAN, POSITION, Parts
from demo_large_words import DemoError, Speaker

from perizinan_core._demo._city import City, _give_accounts
from perizinan_core._demo._city_staff import hire
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._people import HOST
from perizinan_core._demo._story import Story
from perizinan_core.bootstrap import Office, load_plugins, load_settings, migrate_database
from perizinan_core.model import Actor
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType

__all__ = ["check", "expect", "tell_story"]


class NowClock(StoryClock):
    """The clock of this machine: workers and portal run beside the story."""

    def __call__(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)

    def forward(self, **_amount: float) -> None:
        """Wait for nothing."""

    def to_morning(self, _calendar: WorkingCalendar) -> None:
        """Wait for nothing."""


@attrs.frozen
class LargeStory(Story):
    """The story of one permit, signed by the service of the officer."""

    passphrase: str = attrs.field(repr=False, kw_only=True)
    told: str = attrs.field(kw_only=True)
    """Who brings the messages."""

    def hire(self, _permit_type: PermitType, _position: str) -> None:
        """Take the staff that can log in."""

    def sign(self, case: str, signer: Actor) -> Permit:
        """Let the officer give the passphrase, as on the page of the portal."""
        return self.office.permits.issue(
            case, actor=signer, idempotency_key="demo-issue", secret=lambda _position: self.passphrase
        )

    def deliver(self) -> str:
        """Leave it to the workers."""
        return self.told


def tell_story(
    settings: Path, parts: Parts, portal: Any, out: Path, speaker: Speaker
) -> tuple[City, Mapping[str, Any]]:
    """Open the office, hire, give accounts, and play one permit; return who can log in, and the summary."""
    migrate_database(load_settings(settings), load_plugins())
    now = datetime.now(UTC)
    clock = NowClock(now, now)
    city = City(folder=out, password=f"{secrets.token_hex(2)}-{secrets.token_hex(3)}")
    with Office.open(load_settings(settings), clock=clock) as office:
        hire(office)
        today = office.today()
        office.publication.bind(POSITION, parts.key.certificate, first_day=today, actor=HOST)
        owner = _give_accounts(office, portal, city.password)[0]
        story = LargeStory(
            office,
            clock,
            out,
            speaker.scene,
            speaker.language,
            owner=owner,
            passphrase=parts.signing.passphrase,
            told=speaker.words("workers"),
        )
        return city, story.run()


def check(settings: Path, out: Path, summary: Mapping[str, Any], parts: Parts, speaker: Speaker) -> None:
    """
    Look at the result from outside.

    Raises:
        DemoError: something is missing.
    """
    mails = _delivered(settings, out / "mail")
    command = [PERIZINAN, "verify", str(out / "permit.pdf"), "--authority", str(out / "authority.json")]
    done = subprocess.run(
        [*command, "--status", str(out / "status-list.cwt"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    expect(
        done.returncode == 0, f"perizinan verify: {done.returncode} {done.stdout[:500]} {done.stderr[:500]}"
    )
    calls = parts.signing.asked
    expect(calls == 1, f"the signing service was asked {calls} times")
    kept = [path for path in (out / "s3" / parts.s3.bucket).rglob("*") if path.is_file()]
    expect(any(summary["signed_sha256"] in str(path) for path in kept), "the permit is not in the bucket")
    speaker.step(
        "checked",
        speaker.words("verified", code=done.returncode),
        speaker.words("signed", calls=calls),
        speaker.words("kept", count=len(kept)),
        speaker.words("mails", count=mails),
    )


def _delivered(settings: Path, folder: Path) -> int:
    """Wait until nothing is left in the outbox; return how many mails came."""
    end = time.monotonic() + PATIENCE
    with Office.open(load_settings(settings)) as office:
        while True:
            with office.storage.unit_of_work(read_only=True) as work:
                counts = work.outbox.by_target()
            expect(not any(item.given_up for item in counts), "messages were given up")
            if not any(item.waiting for item in counts):
                break
            expect(time.monotonic() < end, "messages are still waiting")
            time.sleep(0.3)
    mails = len(list(folder.glob("*.eml")))
    expect(mails > 0, "no mail came")
    return mails


def expect(is_so: bool, reason: str) -> None:  # noqa: FBT001 - a condition
    """Raise what is wrong unless it is so."""
    if not is_so:
        raise DemoError(reason)
