"""The mail channel, against a real mail server on loopback."""

from __future__ import annotations

import logging
import ssl
from datetime import UTC, datetime

import attrs
import pytest

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.hooks import (
    DeliveryError,
    Notification,
    Secret,
    SendOutcome,
    SmtpChannel,
    SmtpSettings,
)
from perizinan_core.testing import Delivered, NotificationChannelSuite, check_plugin_settings
from perizinan_core.testing._refusals import raises_code
from tests.hooks.mail_server import PASSWORD, USER, certificate, mail_server

SENDER = "DPMPTSP Kota Contoh <perizinan@contoh.example>"
MESSAGE = Notification(
    id="kota-contoh-0190aaaa-0000-7000-8000-000000000001",
    kind="application_submitted",
    recipient_name="Ibu Ayu Contoh",
    email="ayu@contoh.example",
    phone=None,
    language="id",
    subject="Permohonan diterima – tanda terima P-1",
    body="Yth. Ibu Ayu,\n\nberkas Anda telah kami terima.\n",
    created_at=datetime(2026, 6, 2, 2, 0, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def running():
    """Return one server for the tests that change nothing about its encryption."""
    with mail_server() as server:
        yield server


@pytest.fixture
def server(running):
    """Return it with an empty mailbox."""
    running.mailbox.__init__()
    return running


def channel_to(server, **changes):
    return SmtpChannel(
        SmtpSettings(
            **{"host": "127.0.0.1", "port": server.port, "security": "none", "sender": SENDER, **changes}
        )
    )


class TestSmtp(NotificationChannelSuite):
    """The promises of every channel."""

    @pytest.fixture
    def server(self, server):
        self.mail_server = server
        return server

    @pytest.fixture
    def channel(self, server):
        return channel_to(server)

    def delivered(self, channel):
        del channel
        return [
            Delivered(address=address, subject=mail["subject"], body=mail.get_content())
            for address, mail in self.mail_server.mailbox.mails
        ]

    def broken(self, channel):
        del channel
        return self.mail_server.stopped()


def test_a_mail_says_who_sent_it_when_and_that_a_program_did(server):
    """With a message id of the sender's domain, which another try has too."""
    channel_to(server, reply_to="loket@contoh.example").send(MESSAGE)
    channel_to(server).send(MESSAGE)
    (_, mail), (_, again) = server.mailbox.mails

    assert SENDER == mail["from"]
    assert "Ibu Ayu Contoh <ayu@contoh.example>" == mail["to"]
    assert MESSAGE.subject == mail["subject"]
    assert "loket@contoh.example" == mail["reply-to"]
    assert "auto-generated" == mail["auto-submitted"]
    assert "id" == mail["content-language"]
    assert MESSAGE.created_at == mail["date"].datetime
    assert f"<{MESSAGE.id}@contoh.example>" == mail["message-id"] == again["message-id"]


@pytest.mark.parametrize(
    ("answer", "code", "final", "told"),
    [
        ("550 5.1.1 No such user ayu@contoh.example", "recipient-refused", True, "550 5.1.1"),
        ("552 5.2.2 Mailbox full", "recipient-refused", True, "552 5.2.2"),
        ("550 5.7.1 Relaying denied", "mail-server-refused", False, "550 5.7.1"),
        ("554 Policy", "mail-server-refused", False, "554"),
        ("450 4.2.0 Greylisted, ayu@contoh.example", "delivery-deferred", False, "450 4.2.0"),
        ("452 4.2.2 Over quota", "delivery-deferred", False, "452 4.2.2"),
    ],
)
def test_what_a_server_answers_to_an_address_tells_whether_to_try_again(server, answer, code, final, told):
    """For good, not yet, or a matter between the server and this office; the text of the answer stays out."""
    server.mailbox.to_recipient["ayu@contoh.example"] = answer
    with raises_code(code) as caught:
        channel_to(server).send(MESSAGE)

    assert final is caught.value.is_final
    assert told == caught.value.details()["answer"]
    assert "ayu" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("answer", "code", "final"),
    [
        ("554 5.2.3 Too long for this mailbox", "message-refused", True),
        ("554 5.7.1 Spam", "mail-server-refused", False),
        ("451 4.3.0 Try later", "delivery-deferred", False),
    ],
)
def test_what_a_server_answers_to_the_text_tells_whether_to_try_again(server, answer, code, final):
    """The address was good, and the mail was not taken."""
    server.mailbox.to_mail = answer
    with raises_code(code) as caught:
        channel_to(server).send(MESSAGE)

    assert final is caught.value.is_final
    assert [] == server.mailbox.mails


def test_one_refused_recipient_keeps_no_other_from_their_mail(server):
    """Each message is for one person."""
    server.mailbox.to_recipient["ayu@contoh.example"] = "550 5.1.1 no"
    channel = channel_to(server)
    with raises_code("recipient-refused"):
        channel.send(MESSAGE)
    channel.send(attrs.evolve(MESSAGE, id="other", email="budi@contoh.example"))

    assert ["budi@contoh.example"] == [address for address, _ in server.mailbox.mails]


def test_a_connection_cut_before_the_answer_is_tried_again_with_the_same_id(server):
    """The server may have kept it: the id says that both are one mail."""
    channel = channel_to(server)
    server.mailbox.cuts = True
    with raises_code("mail-server-lost") as caught:
        channel.send(MESSAGE)
    server.mailbox.cuts = False

    assert not caught.value.is_final
    assert SendOutcome.ACCEPTED is channel.send(MESSAGE)
    assert [f"<{MESSAGE.id}@contoh.example>"] == [mail["message-id"] for _, mail in server.mailbox.mails]


def test_an_address_that_no_mail_server_understands_is_refused_for_good(server):
    """The model takes none; a portal may hand one in."""
    with raises_code("recipient-refused"):
        channel_to(server).send(attrs.evolve(MESSAGE, email="ayü@contoh.example"))


def test_a_refused_sender_is_a_matter_of_the_settings(server):
    """And `check` says so before the first applicant waits for a mail."""
    server.mailbox.to_sender = "553 5.7.1 Sender not owned by user"
    channel = channel_to(server)
    for act in (channel.check, lambda: channel.send(MESSAGE)):
        with raises_code("mail-server-refused"):
            act()


def test_a_check_sends_nothing(server):
    """It only asks."""
    channel_to(server).check()

    assert [] == server.mailbox.mails


def test_a_server_that_is_not_there_is_named(server):
    """With its port; nothing about the recipient."""
    with server.stopped(), raises_code("mail-server-unreachable") as caught:
        channel_to(server).send(MESSAGE)

    assert f"127.0.0.1:{server.port}" in caught.value.message("id")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_nothing_is_sent_to_a_server_with_another_name(tmp_path, security):
    """Trusted root, wrong name; with the right name the mail and the login arrive."""
    context, root = certificate(tmp_path, "localhost")
    options = {"starttls": context} if security == "starttls" else {"tls": context}
    login = {"user": USER, "password": Secret(PASSWORD.encode())}
    with mail_server(login=True, **options) as server:
        settings = {"security": security, "ca_file": root, **login}
        with raises_code("mail-server-untrusted") as caught:
            channel_to(server, **settings).send(MESSAGE)
        before = list(server.mailbox.logins)
        channel_to(server, host="localhost", **settings).send(MESSAGE)

        assert [] == before
        assert "127.0.0.1" in caught.value.message("en")
        assert [USER] == server.mailbox.logins
        assert 1 == len(server.mailbox.mails)


def test_an_unknown_root_and_a_server_without_encryption_are_refused(tmp_path, server):
    """No one listens in because someone stood in between."""
    context, _ = certificate(tmp_path, "localhost")
    with mail_server(starttls=context) as other, raises_code("mail-server-untrusted"):
        channel_to(other, host="localhost", security="starttls").send(MESSAGE)
    with raises_code("mail-server-untrusted"):
        channel_to(server, security="starttls").send(MESSAGE)
    assert [] == server.mailbox.mails


def test_a_wrong_password_is_a_matter_of_the_settings():
    """Neither user nor password is repeated; it is tried once, because mail servers lock accounts."""
    with mail_server(login=True) as server:
        channel = channel_to(server, user=USER, password=Secret(b"salah"))
        with raises_code("mail-server-refused") as caught:
            channel.check()

    assert [USER] == server.mailbox.logins
    assert "salah" not in str(caught.value)
    assert USER not in str(caught.value)


def test_the_log_holds_no_address_when_a_mail_is_refused(server, caplog):
    """Not even smtplib's own words."""
    server.mailbox.to_recipient["ayu@contoh.example"] = "550 5.1.1 ayu@contoh.example unknown"
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as caught:
        channel_to(server).send(MESSAGE)
    logged = [item.getMessage() for item in caplog.records]

    assert "ayu" not in " ".join(logged) + repr(caught.value) + str(caught.value.__context__ or "")


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ({}, "required field missing @ $.sender"),
        ({"sender": "bukan alamat"}, "sender: expected one mail address"),
        ({"sender": "a@b.example, c@d.example"}, "sender: expected one mail address"),
        ({"sender": SENDER, "port": 0}, "value for port"),
        ({"sender": SENDER, "security": "ssl"}, "$.security"),
        ({"sender": SENDER, "user": USER}, "user, password: expected both, or neither"),
        ({"sender": SENDER, "timeout": 600}, "value for timeout"),
        (
            {"sender": SENDER, "security": "none", "user": USER, "password": "file:p"},
            "security: expected starttls",
        ),
    ],
)
def test_settings_that_cannot_work_are_named_when_the_office_opens(tmp_path, table, part):
    """Before anyone waits for a mail."""
    (tmp_path / "p").write_text(PASSWORD)
    with pytest.raises(BootstrapError) as caught:
        check_plugin_settings(SmtpSettings, {"host": "mail.contoh.example", **table}, folder=tmp_path)

    assert part in str(caught.value)


def test_settings_fetch_the_password_and_know_the_usual_ports(tmp_path):
    """587, 465 and 25."""
    (tmp_path / "p").write_text(PASSWORD + "\n")
    given = {"host": "mail.contoh.example", "sender": SENDER, "user": USER, "password": "file:p"}
    found = check_plugin_settings(SmtpSettings, given, folder=tmp_path)
    ports = [
        SmtpSettings(host="m", sender=SENDER, security=kind).server for kind in ("starttls", "tls", "none")
    ]

    assert PASSWORD.encode() == found.password.reveal()
    assert PASSWORD not in repr(found)
    assert ["m:587", "m:465", "m:25"] == ports


def test_the_trust_of_the_system_is_the_default():
    """No setting switches the proof off."""
    context = SmtpChannel(SmtpSettings(host="m", sender=SENDER))._trusted()

    assert ssl.CERT_REQUIRED is context.verify_mode
    assert context.check_hostname
