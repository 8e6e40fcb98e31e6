"""What else happens in the demonstration's city: a mailbox that is away, complaints, a survey, waits, a revocation."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import attrs

from perizinan_core._demo._citizens import citizens
from perizinan_core._demo._city_papers import Papers
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._wishes import form_for
from perizinan_core.bootstrap import Office
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._complaint import ComplaintKind
from perizinan_core.model._survey import SurveyElement

__all__ = ["COMPLAINTS", "Complaint", "answers", "keep_upload", "lose_message"]

_AWAY = timedelta(minutes=95)
"""Longer than the longest pause between two tries of a message."""

_TRIES = 130
"""More than a message is given."""


@attrs.frozen(kw_only=True)
class Complaint:
    """Something that someone complains about, and the answer where there is one."""

    kind: ComplaintKind
    text: str
    answer: str = ""


COMPLAINTS = (
    Complaint(
        kind=ComplaintKind.SUGGESTION,
        text="Apakah loket buka pada jam istirahat hari Jumat?",
        answer="Loket tutup pukul 11.30 sampai 13.00 pada hari Jumat.",
    ),
    Complaint(
        kind=ComplaintKind.SERVICE,
        text="Rekomendasi perhubungan untuk permohonan saya sudah dua minggu belum selesai.",
        answer="Dua petugas sedang bertugas di luar; berkas Anda diperiksa besok pagi.",
    ),
    Complaint(kind=ComplaintKind.SERVICE, text="Petugas meminta berkas yang sudah saya unggah."),
    Complaint(kind=ComplaintKind.SUGGESTION, text="Mohon ditambah contoh denah yang benar."),
    Complaint(kind=ComplaintKind.ABUSE, text="Seseorang menawarkan izin lebih cepat dengan imbalan."),
)
"""Filed one after the other over the weeks."""


def lose_message(office: Office, clock: StoryClock, mail: Path) -> None:
    """
    Let one message fail for good: in the week before everything, the folder of messages is a file.

    It is tried as long as any message, then given up: it stands in the outbox until someone lets it be tried again.
    """
    owner = Actor(id="warga-000", kind=ActorKind.APPLICANT)
    citizen = citizens(1, Random(0))[0]
    chance, papers, kind = Random(1), Papers(), "rekomendasi-sip-nakes"
    day = office.authority.calendar.time_zone.local(clock()).date()
    case = office.applications.start(
        kind, applicant=citizen.person, actor=owner, form=form_for(kind, citizen, day, chance)
    )
    for view in office.applications.slots(case.id, actor=owner):
        if view.terms.min_files:
            content, name = papers.for_slot(view.terms.key, view.requirement.label.id)
            office.applications.upload(case.id, view.terms.key, BytesIO(content), file_name=name, actor=owner)
    office.applications.submit(case.id, actor=owner)
    office.worker.deliver()
    mail.rename(mail.with_name(f"{mail.name}-away"))
    mail.write_text("", encoding="utf-8")
    office.applications.withdraw(case.id, reason="Salah memilih jenis izin.", actor=owner)
    for _ in range(_TRIES):
        office.worker.deliver()
        clock.moment += _AWAY
    mail.unlink()
    mail.with_name(f"{mail.name}-away").rename(mail)
    for failure in office.worker.failures()[1:]:
        office.worker.retry(failure)


def keep_upload(office: Office, case: str, slot: str, signed: bytes, owner: Actor) -> None:
    """Upload a signed letter with something behind its end: the counter has to look at it."""
    try:
        office.applications.upload(
            case,
            slot,
            BytesIO(signed + b"\n" + b"%" * 4096),
            file_name="surat bertanda tangan.pdf",
            actor=owner,
        )
    except UploadKeptError:
        return
    raise AssertionError("a signed file with data behind its end was not held")


def answers(chance: Random) -> dict[str, int]:
    """Return answers to the survey: mostly good."""
    return {element.value: chance.choice((2, 3, 3, 3, 4, 4)) for element in SurveyElement}
