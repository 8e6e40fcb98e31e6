"""The channels keep what every channel promises, over a real webhook; other services by what is sent to them."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import attrs
import pytest
import requests
from perizinan_apprise import AppriseError, PhoneChannel, PhoneSettings, RoomChannel, RoomSettings, Style
from perizinan_apprise._sending import Sent

from perizinan_core.hooks import Notification, Secret, SendOutcome
from perizinan_core.testing import Delivered, NotificationChannelSuite

MESSAGE = Notification(
    id="0190aaaa-0000-7000-8000-000000000001",
    kind="application_submitted",
    recipient_name="Sekar Contohwati",
    email="sekar@contoh.example",
    phone="+6281200000001",
    language="id",
    subject="Permohonan diterima",
    body="Permohonan Anda sudah kami terima.",
    created_at=datetime(2026, 6, 2, 2, 0, tzinfo=UTC),
    data={"receipt_number": "TT/00001/DPMPTSP/2026", "permit_type": "reklame"},
)


def phone(tmp_path, url, **changes):
    chosen = {"service": "WhatsApp", "style": Style.WHOLE, **changes}
    return PhoneChannel(PhoneSettings(url=Secret(url.encode()), **chosen), Sent(tmp_path / "sent"))


class TestPhone(NotificationChannelSuite):
    """By phone number, to a gateway of one's own."""

    needs = "phone"

    @pytest.fixture
    def channel(self, hook, tmp_path):
        self._hook = hook
        return phone(tmp_path, f"json://127.0.0.1:{hook.server_port}/kirim/{{phone}}")

    def delivered(self, channel):
        assert channel.settings
        for path, message in self._hook.arrived:
            number = path.rstrip("/").rpartition("/")[2]
            yield Delivered(address=f"+{number}", subject=message["title"], body=message["message"])

    def broken(self, channel):
        assert channel.settings
        return self._hook.broken()


@pytest.fixture
def recorded(monkeypatch):
    """Keep what would go to services on the internet, and answer as they do."""
    seen = []

    def send(_self, request, **_given):
        seen.append(request)
        answer = requests.Response()
        answer.status_code, answer.request = 201, request
        answer._content = json.dumps({"ok": True, "messages": [{"id": "wamid.1"}], "sid": "SM1"}).encode()
        return answer

    monkeypatch.setattr(requests.Session, "send", send)
    return seen


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("twilio://AC{a32}:{a32}@+15005550006/{{phone}}", "api.twilio.com"),
        ("whatsapp://{token}@100000000000000/{{phone}}", "graph.facebook.com"),
        ("signal://127.0.0.1:9/+15005550006/{{phone}}", "127.0.0.1"),
    ],
    ids=["sms", "whatsapp", "signal"],
)
def test_services_get_the_number_and_the_text(tmp_path, recorded, url, host):
    """As their interfaces want it; nothing was sent to them in fact."""
    filled = url.format(a32="a" * 32, token="EAA" + "b" * 40)
    channel = phone(tmp_path, filled)

    assert SendOutcome.ACCEPTED is channel.send(MESSAGE)
    (request,) = recorded
    assert host in request.url
    assert "6281200000001" in str(request.body)
    assert "kami" in str(request.body)


def test_a_short_message_names_the_receipt_and_no_person(hook, tmp_path):
    """One sentence; neither name nor what the case is about."""
    channel = phone(
        tmp_path,
        f"json://127.0.0.1:{hook.server_port}/{{phone}}",
        style=Style.SHORT,
        address="https://izin.example.go.id/lacak",
    )
    channel.send(MESSAGE)
    ((_, message),) = hook.arrived

    assert (
        "Ada kabar tentang permohonan Anda TT/00001/DPMPTSP/2026. https://izin.example.go.id/lacak"
        == message["message"]
    )


def test_a_room_hears_once_of_an_event_and_of_no_person(hook, tmp_path):
    """Two people are notified of it; time runs for neither by what the room got."""
    url = Secret(f"json://127.0.0.1:{hook.server_port}/ruang".encode())
    channel = RoomChannel(RoomSettings(url=url), Sent(tmp_path / "sent"))
    other = attrs.evolve(MESSAGE, id="0190aaaa-0000-7000-8000-000000000002", recipient_name="Ayu Contohwati")

    assert [SendOutcome.KEPT] * 2 == [channel.send(MESSAGE), channel.send(other)]
    ((_, message),) = hook.arrived
    assert "TT/00001/DPMPTSP/2026 application_submitted" == message["message"]
    assert not [word for word in ("Sekar", "Ayu", "62812", "contoh.example") if word in json.dumps(message)]


def test_a_room_hears_only_what_it_wants(hook, tmp_path):
    """By kind of event; what has no receipt number has no case."""
    url = Secret(f"json://127.0.0.1:{hook.server_port}/ruang".encode())
    channel = RoomChannel(RoomSettings(url=url, kinds=("permit_issued",)), Sent(tmp_path / "sent"))

    assert SendOutcome.PASSED_OVER is channel.send(MESSAGE)
    assert SendOutcome.PASSED_OVER is channel.send(attrs.evolve(MESSAGE, kind="permit_issued", data={}))
    assert SendOutcome.KEPT is channel.send(attrs.evolve(MESSAGE, kind="permit_issued"))
    assert 1 == len(hook.arrived)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("twilio://AC:x@+1/fixed", "apprise-no-phone"),
        ("unknown-service://{phone}", "apprise-url"),
        ("{phone}", "apprise-url"),
        ("", "apprise-no-phone"),
    ],
)
def test_an_address_that_cannot_be_meant_is_named_when_the_office_opens(tmp_path, url, code):
    """Without the address, which holds a token."""
    with pytest.raises(AppriseError) as caught:
        phone(tmp_path, url)

    assert code == caught.value.code
    assert "twilio://AC" not in caught.value.message("id")


def test_the_token_is_in_no_log_and_no_error(hook, tmp_path, caplog):
    """Whatever Apprise and the library below it have to say."""
    channel = phone(tmp_path, f"json://petugas:kunci-rahasia@127.0.0.1:{hook.server_port}/{{phone}}")
    with caplog.at_level(logging.DEBUG), hook.broken(), pytest.raises(AppriseError) as caught:
        channel.send(MESSAGE)
    told = f"{caught.value} {channel!r} " + " ".join(record.getMessage() for record in caplog.records)

    assert not [word for word in ("kunci-rahasia", "62812", "Sekar") if word in told]


def test_what_was_sent_is_forgotten_after_a_while(hook, tmp_path):
    """The folder does not grow for ever."""
    import os

    channel = phone(tmp_path, f"json://127.0.0.1:{hook.server_port}/{{phone}}")
    channel.send(MESSAGE)
    (mark,) = channel.sent.folder.iterdir()
    os.utime(mark, (0, 0))
    channel.sent.tidy()

    assert [] == list(channel.sent.folder.iterdir())
