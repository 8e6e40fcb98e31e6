"""
A permit from catalogue to verified PDF, shown in scenes.

The clock of the story begins some working days ago and ends now, so that the permit is in force when the
story is over. Nothing is faked: the scans are drawn, inspected and stored, the officers are found by
rotation, the letter is signed with a key of the development CA.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs

from perizinan_core._converters import to_json
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._papers import paper_for
from perizinan_core._demo._people import APPLICANT, HOST, applicant, staff_for
from perizinan_core._demo._scans import draw_sketch_pdf
from perizinan_core.bootstrap import (
    Office,
)
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._case import CorrectionItem, InspectionMinutes, StageOutcome, StageStatus
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.published import NO_STATUS, read_authority_document
from perizinan_core.verification import Report, verify_permit
from perizinan_core.verification._words import headline

__all__ = ["Scene", "Story", "tell"]

PERMIT_TYPE = "penggunaan-jalan-trotoar-tanah"
MISSING = "ktp"
UNCLEAR = "denah"


@attrs.frozen(kw_only=True)
class Scene:
    """One step of the story, for people."""

    title: str
    lines: tuple[str, ...] = ()


def tell(
    office: Office, clock: StoryClock, out: Path, say: Callable[[Scene], None], *, language: str
) -> Mapping[str, Any]:
    """
    Tell the story and leave what came of it in ``out``.

    The files are ``permit.pdf``, ``authority.json``, ``status-list.cwt``, ``receipt.json``, ``summary.json``.

    Args:
        office: From `open_demo_office`.
        clock: Its clock.
        out: Folder for the files.
        say: Called with each scene as it happens.
        language: Of the scenes.

    Returns:
        What ``summary.json`` says.
    """
    return Story(office, clock, out, say, language).run()


@attrs.frozen
class Story:
    """The story; what depends on the parts of the office can be played in another way."""

    office: Office
    clock: StoryClock
    out: Path
    show: Callable[[Scene], None]
    language: str
    owner: Actor = APPLICANT
    """Whose account applies."""

    def run(self) -> Mapping[str, Any]:
        """Play it, and return what ``summary.json`` says."""
        permit_type = self.office.catalogue.find(PERMIT_TYPE, on=self._today())
        self._catalogue(permit_type)
        position = self.office.authority.delegations_for(PERMIT_TYPE, self._today())[0].position
        self.hire(permit_type, position)
        case = self._apply()
        self._complete(case)
        case = self._correct(case, permit_type)
        case = self._review(case, permit_type)
        permit = self._issue(case, position)
        report = self._verify(permit)
        return self._leave(case.id, permit, report)

    def hire(self, permit_type: PermitType, position: str) -> None:
        """Put staff on record."""
        for officer in staff_for(permit_type, self.office.authority, position):
            self.office.reviews.add_officer(officer, actor=HOST)

    def sign(self, case: str, signer: Actor) -> Permit:
        """Have the permit issued."""
        return self.office.permits.issue(case, actor=signer, idempotency_key="demo-issue")

    def deliver(self) -> str:
        """Bring what is to be told to whom it is for, and say how."""
        done = self.office.worker.run_once()
        return self._t(
            N_("{count} events delivered; mails lie as files in the outbox folder"), count=done.delivered
        )

    def _catalogue(self, permit_type: PermitType) -> None:
        types = self.office.permit_types()
        complete = [item for item in types if item.complete]
        fee = permit_type.fee.note.to(self.language) if permit_type.fee and permit_type.fee.note else ""
        self._say(
            N_("1. The catalogue: what is needed, how long it takes, what it costs"),
            self._t(
                N_("{authority}: {count} kinds of permits, {open} open for applications."),
                authority=self.office.authority.name.to(self.language),
                count=len(types),
                open=len(complete),
            ),
            permit_type.name.to(self.language),
            self._t(
                N_("{requirements} papers, {stages} steps, {limit} working days. {fee}"),
                requirements=len(permit_type.requirements),
                stages=len(permit_type.stages),
                limit=permit_type.time_limit.limit.value if permit_type.time_limit else "-",
                fee=fee,
            ),
        )

    def _apply(self) -> Application:
        today = self.office.authority.calendar.time_zone.local(self.clock.limit).date()
        case = self.office.applications.start(
            PERMIT_TYPE,
            applicant=applicant(),
            actor=self.owner,
            form={
                "subtype": "jalan",
                "kegiatan": "bazar",
                "sifat_kegiatan": "komersial",
                "menutup_jalan": True,
                "uraian": "Bazar kuliner dan pentas seni",
                "lokasi": "Jalan Contoh sisi timur",
                "kelurahan": "Contoh",
                "kecamatan": "kepanjenkidul",
                "luas": 240,
                "mulai": today.isoformat(),
                "selesai": (today + timedelta(days=2)).isoformat(),
                "jam": "16.00 sampai 22.00 WIB",
            },
        )
        lines = [self._refused_upload(case)]
        for number, view in enumerate(self.office.applications.slots(case.id, actor=self.owner)):
            if view.terms.key == MISSING:
                continue
            self.clock.forward(minutes=2)
            label = view.requirement.label
            lines.append(self._upload(case, view.terms.key, label.id, label.to(self.language), number))
        self._say(N_("2. From home: the applicant fills the form and uploads scans"), *lines)
        return case

    def _refused_upload(self, case: Application) -> str:
        """Show what happens to a file that only calls itself a PDF."""
        try:
            self.office.applications.upload(
                case.id,
                UNCLEAR,
                BytesIO(b"<html><script>alert(1)</script></html>"),
                file_name="denah.pdf",
                actor=self.owner,
            )
        except UploadRefusedError as error:
            return self._t(N_("refused: denah.pdf: {reason}"), reason=error.message(self.language))
        raise AssertionError("a page of HTML was accepted as a PDF")

    def _upload(self, case: Application, slot: str, label: str, shown: str, seed: int) -> str:
        content, name = paper_for(slot, label, seed, self._today())
        document = self.office.applications.upload(
            case.id, slot, BytesIO(content), file_name=name, actor=self.owner
        )
        return self._t(
            N_("accepted: {label} ({size} KB, {kind})"),
            label=shown,
            size=document.size // 1000,
            kind=document.content_type,
        )

    def _complete(self, case: Application) -> None:
        try:
            self.office.applications.submit(case.id, actor=self.owner)
        except SubmissionRefusedError as error:
            reasons = [problem.message(self.language) for problem in error.problems]
        else:
            raise AssertionError("an application without an identity card was accepted")
        self.clock.forward(minutes=6)
        uploaded = self._upload(case, MISSING, "KTP", "KTP", 99)
        self.clock.forward(minutes=1)
        receipt = self.office.applications.submit(case.id, actor=self.owner, idempotency_key="demo-submit")
        self._say(
            N_("3. A paper is missing: nothing is lost, and everything that is wrong is said at once"),
            *reasons,
            uploaded,
            self._t(
                N_("submitted: receipt {number}, {files} files, each with its SHA-256"),
                number=receipt.receipt_number,
                files=len(receipt.files),
            ),
        )

    def _correct(self, case: Application, permit_type: PermitType) -> Application:
        stage = next(item for item in permit_type.stages if item.kind is StageKind.COMPLETENESS_CHECK)
        self.clock.forward(hours=1)
        now = self.office.applications.get(case.id, actor=self.owner)
        officer = self._assignee(now, stage.code)
        now = self.office.reviews.request_correction(
            case.id,
            stage.code,
            (
                CorrectionItem(
                    target=UNCLEAR, reason="Nama jalan dan jalur pengganti belum terlihat pada denah."
                ),
            ),
            actor=officer,
        )
        request = now.corrections[-1]
        old = next(item for item in now.current_documents() if item.slot == UNCLEAR)
        asked = self._t(
            N_("{officer} asks for a correction: {reason} Until {day}; the clock waits."),
            officer=officer.name,
            reason=request.items[0].reason,
            day=format_date(request.answer_by, self.language),
        )
        self.clock.to_morning(self.office.authority.calendar)
        self.office.applications.upload(
            case.id,
            UNCLEAR,
            BytesIO(draw_sketch_pdf("Denah lokasi dan jalur pengganti", seed=77)),
            file_name="denah-baru.pdf",
            actor=self.owner,
            replaces=old.id,
        )
        self.clock.forward(minutes=5)
        self.office.applications.submit(case.id, actor=self.owner, idempotency_key="demo-resubmit")
        self._say(
            N_("4. A correction: with its reason, its list and its last day"),
            asked,
            self._t(N_("The applicant hands in a better sketch; the review continues where it stopped.")),
        )
        return self.office.applications.get(case.id, actor=self.owner)

    def _review(self, case: Application, permit_type: PermitType) -> Application:
        lines: list[str] = []
        now = case
        while True:
            open_stages = [item for item in now.stages if item.status is StageStatus.OPEN]
            if not open_stages:
                break
            if len(open_stages) > 1:
                names = [permit_type.stage(item.stage).label.to(self.language) for item in open_stages]
                lines.append(self._t(N_("side by side: {stages}"), stages=", ".join(names)))
            for state in open_stages:
                self.clock.forward(minutes=35)
                now = self._judge(now, state.stage, permit_type, lines)
            self.clock.to_morning(self.office.authority.calendar)
        due = case.clock.due or (now.clock.deadlines[-1].due if now.clock.deadlines else None)
        if due is not None:
            lines.append(self._t(N_("The decision was due on {day}."), day=format_date(due, self.language)))
        self._say(N_("5. The review: officers found by rotation, duties kept apart"), *lines)
        return now

    def _judge(self, case: Application, stage: str, permit_type: PermitType, lines: list[str]) -> Application:
        rule = permit_type.stage(stage)
        officer = self._assignee(case, stage)
        label = rule.label.to(self.language)
        if rule.kind is StageKind.APPROVAL:
            lines.append(self._t(N_("{stage}: {officer} approves"), stage=label, officer=officer.name))
            return self.office.reviews.approve(case.id, actor=officer)
        minutes = None
        if rule.kind is StageKind.SITE_INSPECTION:
            minutes = InspectionMinutes(
                day=self._today(),
                inspectors=(officer.id,),
                findings="Lokasi sesuai denah; jalur pengganti tersedia.",
                favourable=True,
            )
        decided = self.office.reviews.decide(
            case.id, stage, StageOutcome.POSITIVE, actor=officer, minutes=minutes
        )
        state = decided.stage_state(stage)
        letter = f", {state.letter.number}" if state is not None and state.letter is not None else ""
        lines.append(
            self._t(
                N_("{stage}: {officer}, positive{letter}"), stage=label, officer=officer.name, letter=letter
            )
        )
        return decided

    def _issue(self, case: Application, position: str) -> Permit:
        self.clock.moment = self.clock.limit
        signer = next(
            item for item in self.office.reviews.officers(actor=HOST) if item.position == position
        ).as_actor()
        permit = self.sign(case.id, signer)
        self._say(
            N_("6. The permit: number taken, letter made and signed, kept write-once"),
            self._t(
                N_("Number {number}, signed by the {title} (development certificate)"),
                number=permit.number,
                title=self.office.authority.position(position).title.id,
            ),
            self.deliver(),
        )
        return permit

    def _verify(self, permit: Permit) -> Report:
        with self.office.permits.open_pdf(permit.id, actor=self.owner) as file:
            pdf = file.read()
        document = self.office.publication.authority_json()
        (self.out / "permit.pdf").write_bytes(pdf)
        (self.out / "authority.json").write_bytes(document)
        self.office.status_lists.publish(folder=self.out, now=self.clock())
        report = verify_permit(
            pdf,
            authority=read_authority_document(document),
            at=self.clock(),
            status=self.office.status,
        )
        changed = bytearray(pdf)
        changed[len(pdf) // 2] ^= 1
        forged = verify_permit(
            bytes(changed), authority=read_authority_document(document), at=self.clock(), status=NO_STATUS
        )
        self._say(
            N_("7. Anyone checks it, without an account"),
            self._t(N_("permit.pdf: {verdict}"), verdict=self._verdict(report)),
            self._t(N_("with one bit changed: {verdict}"), verdict=self._verdict(forged)),
        )
        return report

    def _verdict(self, report: Report) -> str:
        said = headline(report)
        return f"{self._t(said.word)} ({self._t(said.meaning)})"

    def _leave(self, case_id: str, permit: Permit, report: Report) -> Mapping[str, Any]:
        receipt = self.office.applications.signed_receipt(case_id, actor=self.owner)
        (self.out / "receipt.json").write_bytes(receipt)
        history = self.office.applications.history(case_id, actor=self.owner)
        summary = {
            "authority": self.office.authority.slug,
            "permit_type": permit.permit_type,
            "receipt_number": self.office.applications.receipt(case_id, actor=self.owner).receipt_number,
            "permit_number": permit.number,
            "issued_on": permit.issued_on.isoformat(),
            "valid_until": permit.valid_until.isoformat() if permit.valid_until else None,
            "signed_sha256": permit.signed_sha256,
            "verdict": report.verdict.value,
            "events": [to_json(event) for event in history],
        }
        text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
        (self.out / "summary.json").write_text(text, encoding="utf-8")
        return summary

    def _assignee(self, case: Application, stage: str) -> Actor:
        state = case.stage_state(stage)
        staff = {item.id: item for item in self.office.reviews.officers(actor=HOST)}
        if state is None or state.assignee is None:
            raise AssertionError(f"no one was assigned to {stage}")
        return staff[state.assignee].as_actor()

    def _today(self) -> date:
        return self.office.authority.calendar.time_zone.local(self.clock()).date()

    def _say(self, title: str, *lines: str) -> None:
        self.show(Scene(title=self._t(title), lines=tuple(lines)))

    def _t(self, sentence: str, **fields: object) -> str:
        return translate(sentence, self.language, **fields)
