"""What happens by itself: messages at least once, and one bad thing never stops the others."""

import email
import email.policy
import threading
from datetime import timedelta

import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks import MailFolderChannel, Notification
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._applicant import Representative
from perizinan_core.model._case import CorrectionItem
from perizinan_core.testing._fakes import CollectingChannel
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_applicant, sample_office


def test_a_failing_channel_is_tried_again_later_and_stops_nothing_else(any_kit, new_url):
    """The other channel gets every message, and the failed one arrives when the server is back."""
    broken, sound = CollectingChannel(failing={"application_submitted"}), CollectingChannel()
    kit = sample_office(storage=any_kit._context.storage, channels={"broken": broken, "sound": sound})
    kit.submit()
    first = kit.office.worker.run_once()
    at_once = kit.office.worker.run_once()
    broken.failing.clear()
    kit.clock.forward(hours=1)
    later = kit.office.worker.run_once()

    assert 1 == first.failed
    assert first.delivered > 0
    assert at_once.is_idle
    assert (1, 0) == (later.delivered, later.failed)
    assert set(sound.sent) == set(broken.sent)
    assert 1 == len(sound.of_kind("application_submitted"))


def test_two_workers_at_once_deliver_each_message_once(database_kit):
    """Each entry is leased to one of them."""
    for _ in range(6):
        database_kit.submit()
    start = threading.Barrier(2)

    def work():
        start.wait()
        database_kit.office.worker.run_once()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 6 == len(database_kit.mail.of_kind("application_submitted"))
    assert len(database_kit.mail.sent) == database_kit.mail.calls


def test_a_worker_that_died_is_followed_by_another(kit):
    """What it had claimed comes back after its lease, under the same id."""
    kit.submit()
    with kit._context.storage.unit_of_work() as work:
        work.outbox.claim("dead", now=kit.clock(), lease=timedelta(minutes=5), limit=100)
        work.commit()
    early = kit.office.worker.deliver()
    kit.clock.forward(minutes=6)
    late = kit.office.worker.deliver()

    assert (0, 0) == early
    assert late[0] > 0


def test_a_message_that_cannot_be_written_is_tried_again(kit, monkeypatch):
    """The others are delivered meanwhile."""
    from perizinan_core.services import _composing as composing

    kit.submit()
    real = composing.messages_for

    def fragile(event, **given):
        if event.kind.value == "application_submitted":
            raise ZeroDivisionError
        return real(event, **given)

    monkeypatch.setattr(composing, "messages_for", fragile)
    done = kit.office.worker.run_once()
    monkeypatch.undo()
    kit.clock.forward(hours=1)

    assert 1 == done.failed
    assert 1 == kit.office.worker.run_once().delivered


def test_a_changed_calendar_moves_open_deadlines(kit):
    """Old and new stand in the history."""
    import attrs

    from perizinan_core.hooks._types import AuthorityPack
    from perizinan_core.model._calendar import Holiday, HolidayKind

    case = kit.submit()
    before = kit.decide(case.id, "periksa").clock.due
    calendar = kit.office.authority.calendar
    changed = attrs.evolve(
        calendar,
        version="2026.2",
        holidays=(
            *calendar.holidays,
            Holiday(
                day=MORNING.date() + timedelta(days=2),
                name="Pilkada",
                kind=HolidayKind.REGIONAL,
                source=calendar.holidays[0].source,
            ),
        ),
    )
    authority = attrs.evolve(kit.office.authority, calendar=changed)
    catalogue = attrs.evolve(kit.office.catalogue, authority=authority)
    later = sample_office(
        storage=kit._context.storage, pack=AuthorityPack(authority=authority, catalogue=catalogue)
    )
    done = later.office.worker.run_once(now=kit.clock() + timedelta(hours=1))
    after = later.office.applications.get(case.id, actor=HOST).clock.due

    assert 1 == done.deadlines_changed
    assert after > before


def test_everybody_concerned_is_told_in_the_language_of_the_office(kit):
    """Applicant and representative; Indonesian sentences, none left in English."""
    agent = Representative(
        person=sample_applicant(name="Kuasa", email="kuasa@surat.example"), actor_id="kuasa"
    )
    case = kit.draft(representative=agent)
    kit.fill(case.id)
    from io import BytesIO

    from perizinan_core.testing._fakes import small_png

    kit.office.applications.attach_power_of_attorney(
        case.id, BytesIO(small_png(9)), file_name="k.png", actor=APPLICANT
    )
    kit.hand_in(case.id)
    kit.office.reviews.request_correction(
        case.id,
        "periksa",
        (CorrectionItem(target="ktp", reason="Buram"), CorrectionItem(target="form:lokasi", reason="Kurang")),
        actor=kit.assignee(case.id, "periksa"),
    )
    kit.office.worker.run_once()
    told = kit.mail.of_kind("correction_requested")

    assert {"sekar@surat.example", "kuasa@surat.example"} == {item.email for item in told}
    assert "- KTP: Buram\n- Lokasi: Kurang" in told[0].body
    assert "16 Maret 2026" in told[0].body
    assert "pengaduan@contoh.example" in told[0].body
    assert told[0].body.startswith("Yth. Sekar Contohwati,")
    assert "hand it in" not in told[0].body


def test_every_status_of_a_permit_has_its_message(kit):
    """Suspended, in force again, revoked: each with its reason."""
    permit = kit.permit()
    head = kit.officer("pimpinan")
    for step in (kit.office.permits.suspend, kit.office.permits.reinstate, kit.office.permits.revoke):
        kit.clock.forward(hours=1)
        step(permit.id, reason="Alasan contoh", legal_basis="Perda", actor=head)
    kit.office.worker.run_once()
    kinds = ("permit_issued", "permit_suspended", "permit_reinstated", "permit_revoked")
    bodies = [kit.mail.of_kind(kind)[0].body for kind in kinds]

    assert all(permit.number in body for body in bodies)
    assert all("Alasan contoh" in body for body in bodies[1:])
    assert "1 Maret 2027" in bodies[0]


NASTY = [
    'Sekar"\r\nBcc: semua@korban.example',
    "Sekar\nSubject: palsu",
    "Sekar\x0b\x1c\x85\u2028 Contoh",
    "Sekar <semua@korban.example>, lain@korban.example",
    "I Gusti Ayu Ngurah–Ratna ꦱꦼꦏꦂ",
]


@pytest.mark.parametrize("name", NASTY)
def test_a_name_cannot_smuggle_headers_into_a_mail(tmp_path, name):
    """Read back with the standard library: one recipient, our subject, nothing else."""
    channel = MailFolderChannel(tmp_path / "keluar")
    channel.send(made_notification(name, subject=f"Izin untuk {name}"))
    (path,) = (tmp_path / "keluar").iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    assert ["sekar@surat.example"] == [item.addr_spec for item in mail["To"].addresses]
    assert mail["Bcc"] is None
    assert 1 == len(mail.get_all("Subject"))
    assert not mail.defects
    assert "Isi surat.\n" == mail.get_content().replace("\r\n", "\n")
    assert 0o600 == path.stat().st_mode & 0o777


def test_a_mail_is_written_once_for_each_id(tmp_path):
    """A repeated delivery leaves the first file as it is, and no half-written file."""
    channel = MailFolderChannel(tmp_path)
    channel.send(made_notification("Sekar"))
    channel.send(made_notification("Orang Lain"))
    (path,) = tmp_path.iterdir()

    assert "kabupaten-contoh-1-0.eml" == path.name
    assert b"Orang Lain" not in path.read_bytes()


def test_somebody_without_an_address_still_gets_a_file(tmp_path):
    """So that an office sees whom it cannot reach."""
    import attrs

    channel = MailFolderChannel(tmp_path)
    channel.send(attrs.evolve(made_notification("Sekar"), email=None))
    (path,) = tmp_path.iterdir()

    assert "tanpa-alamat@perizinan.invalid" in path.read_text()


def test_an_id_is_never_a_path(tmp_path):
    """Only letters, digits and hyphens make the file's name."""
    import attrs

    channel = MailFolderChannel(tmp_path / "a" / "b")
    channel.send(attrs.evolve(made_notification("Sekar"), id="../../x/y"))

    assert ["xy.eml"] == [item.name for item in (tmp_path / "a" / "b").iterdir()]


def test_strangers_cannot_make_the_worker_do_anything(kit):
    """The worker has no actor; what it does is decided by the clock alone."""
    kit.submit()
    kit.office.worker.run_once()
    with pytest.raises(PerizinanError):
        kit.office.reviews.queue(actor=Actor(id="x", kind=ActorKind.APPLICANT))

    assert kit.office.worker.run_once().is_idle


def made_notification(name, *, subject="Izin terbit"):
    """Return a message to somebody."""
    return Notification(
        id="kabupaten-contoh-1-0",
        kind="permit_issued",
        recipient_name=name,
        email="sekar@surat.example",
        phone=None,
        language="id",
        subject=subject,
        body="Isi surat.\n",
        created_at=MORNING,
    )
