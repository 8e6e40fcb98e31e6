"""``perizinan consents``, with the lines of the page on phones; and what ``cases show`` says of messages."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from perizinan_core.cli._case_show import _delivery_state
from perizinan_core.services._deliveries import DeliveryState, MessageDelivery
from perizinan_core.testing import HOST

PAGE = Path(__file__).parents[2] / "docs/how-to/messages-to-phones.md"
PHONE = """
from perizinan_core.hooks import NotificationChannelEntry, hookimpl
from perizinan_core.testing._fakes import CollectingPhone

perizinan_api = 1


@hookimpl
def register_notification_channels():
    return [NotificationChannelEntry(name="telepon", open=lambda *, context: CollectingPhone())]
"""


@pytest.fixture(scope="module")
def case(folder_of, tmp_path_factory, empty_database):
    """An office with a channel to phones, and a case whose applicant has a number."""
    site = tmp_path_factory.mktemp("phone")
    (site / "phone_plugin-1.dist-info").mkdir()
    record = site / "phone_plugin-1.dist-info"
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: phone-plugin\nVersion: 1\n")
    (record / "entry_points.txt").write_text("[perizinan_core.plugins]\nphone = phone_plugin\n")
    (site / "phone_plugin.py").write_text(PHONE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        folder = tmp_path_factory.mktemp("consents")
        made = folder_of(folder / "office")
        database = empty_database("sqlite", folder)
        made.write_settings(database)
        made.run("migrate")
        with made.open() as opened:
            kit = made.kit(opened)
            found = kit.office.applications.get(kit.submit().id, actor=HOST)
        made.write_settings(database, more='[plugins]\nchannels = ["mail-folder", "telepon"]\n')
        yield made, found.receipt_number


def printed(word):
    """The line of the page for a subcommand, as words without the name of the program."""
    line = next(
        line for line in PAGE.read_text().splitlines() if line.startswith(f"perizinan consents {word}")
    )
    return shlex.split(line)[1:]


def run(case, word, **options):
    office, number = case
    here = {"$PERKARA": number, "apprise-phone": "telepon"}
    return office.run(*(here.get(part, part) for part in printed(word)), **options)


def agreed(case):
    office, number = case
    (row,) = json.loads(office.run("consents", "list", number, "--json", "--officer", "loket-1"))
    return row["agreed"]


def test_the_lines_of_the_page_record_a_consent_and_its_withdrawal(case):
    """The text is shown before it is agreed to; what is listed follows."""
    before = run(case, "list", language="id")
    given = run(case, "give")
    after = agreed(case)
    taken = run(case, "withdraw", language="id")

    assert "belum disetujui" in before
    assert "WhatsApp" in given
    assert "The consent is on record." in given
    assert after
    assert "Penarikan persetujuan sudah dicatat" in taken
    assert not agreed(case)


@pytest.mark.parametrize("word", ["give", "withdraw"])
def test_only_the_counter_records_it_and_only_for_a_channel_that_is_there(case, word):
    """The use case decides who may; a slip in the name of the channel is said."""
    office, number = case
    proof = ("--document", "passport", *(["--yes"] if word == "give" else []))

    assert "auditor" in office.run(
        "consents", word, number, "telepon", *proof, "--officer", "auditor", code=1
    )
    assert "telepn" in office.run("consents", word, number, "telepn", *proof, "--officer", "loket-1", code=1)
    assert not agreed(case)


@pytest.mark.parametrize(
    ("into", "told"),
    [(None, "sent together with others"), (7, "sent together with others (message 7)")],
)
def test_a_case_says_into_which_message_something_was_collected(into, told):
    """By the number that the outbox knows."""
    delivery = MessageDelivery(
        number=3,
        kind="file_complete",
        happened_at=None,
        event="",
        recipient="applicant",
        channel="smtp",
        state=DeliveryState.COLLECTED,
        at=None,
        attempts=1,
        next_try=None,
        error=None,
        collected_into=into,
    )

    assert told == _delivery_state(delivery, "en")
