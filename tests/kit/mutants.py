"""
Broken plugins, each with one fault that a real one could have. Not collected with the suite: see test_mutants.py.

Every class inherits the conformance suite of its kind, and must fail the test that it names.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
from perizinan_kota_bontang import _plugin as bontang

from perizinan_core.documents import FolderDocumentStore, InMemoryDocumentStore
from perizinan_core.hooks import ApplicantCheckResult, SendOutcome
from perizinan_core.rendering import TypstRenderer
from perizinan_core.signing import SignatureAlgorithm, sign_pdf
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.storage.memory._store import MemoryUnitOfWork
from perizinan_core.testing import (
    ApplicantCheckSuite,
    AuthoritySuite,
    CollectingChannel,
    Delivered,
    DigestSignerSuite,
    DocumentSignerSuite,
    DocumentStoreSuite,
    FakeSigningService,
    NotificationChannelSuite,
    RendererSuite,
    UploadScannerSuite,
    sample_applicant,
    sample_ca,
    sample_letter,
    sample_signer,
)
from perizinan_core.testing.storage import WIB, StorageSuite
from tests.kit.test_our_own import Register, WordScanner

_log = logging.getLogger("mutant")


# --- document stores


class _Stores(DocumentStoreSuite):
    made = InMemoryDocumentStore

    @pytest.fixture
    def store(self):
        return self.made()

    def damage(self, store, sha256):
        store.damage(sha256)


class TestStoreDropsFsync(DocumentStoreSuite):
    """Answers before the disk has it."""

    caught_by = "test_what_is_put_is_forced_to_the_disk"

    on_disk = True

    @pytest.fixture
    def store(self, tmp_path, monkeypatch):
        lazy = SimpleNamespace(**{**vars(os), "fsync": lambda _file: None})
        for module in ("_folder_store", "_folder_links", "_folder_access"):
            monkeypatch.setattr(f"perizinan_core.documents.{module}.os", lazy)
        self.folder = tmp_path
        return FolderDocumentStore(tmp_path)

    def damage(self, store, sha256):  # noqa: ARG002 - the suite hands it over
        path = self.folder / "objects" / sha256[:2] / sha256[2:]
        path.write_bytes(path.read_bytes()[:-1] + b"~")


class _SwapsDocuments(InMemoryDocumentStore):
    def open(self, sha256):
        other = next((key for key in self._content if key != sha256), sha256)
        return super().open(other)


class TestStoreSwapsTwoDocuments(_Stores):
    """Gives one applicant another's paper."""

    caught_by = "test_many_documents_come_back_each_under_its_own_hash"

    made = _SwapsDocuments


class _OverwritesNames(InMemoryDocumentStore):
    def link(self, name, sha256):
        self._names[name] = sha256


class TestStoreOverwritesNames(_Stores):
    """A letter that was issued can be replaced."""

    caught_by = "test_a_name_is_written_once"

    made = _OverwritesNames


class _KeepsBrokenUploads(InMemoryDocumentStore):
    def put(self, stream, *, max_bytes=None, expected_sha256=None):
        content = b""
        with suppress(Exception):
            while piece := stream.read(65536):
                content += piece
        return super().put(io.BytesIO(content), max_bytes=max_bytes, expected_sha256=expected_sha256)


class TestStoreKeepsUploadsThatBrokeOff(_Stores):
    """Half a scan counts as a scan."""

    caught_by = "test_an_upload_that_breaks_off_leaves_nothing"

    made = _KeepsBrokenUploads


# --- records


class _Numbers:
    def __init__(self, real):
        self._real = real

    def __getattr__(self, name):
        return getattr(self._real, name)

    def take(self, register, year, **given):
        return self._real.take(register, year, **given) + 1


class _GapUnit(MemoryUnitOfWork):
    def __enter__(self):
        super().__enter__()
        self.numbers = _Numbers(self.numbers)
        return self


class _GapStorage(MemoryStorage):
    def unit_of_work(self, *, read_only=False, foreseen=()):
        del foreseen
        return _GapUnit(self._held, read_only=read_only)


class TestStorageLeavesGaps(StorageSuite):
    """A number is passed over."""

    caught_by = "test_numbers_follow_each_other_in_each_register_and_year"

    @pytest.fixture
    def storage(self):
        return _GapStorage(zone=WIB)


class _EagerUnit(MemoryUnitOfWork):
    def __exit__(self, kind, error, trace):
        if self._access is not None and not self._read_only and self._access.is_open:
            with suppress(Exception):
                self._held.replace(self._access.read())
        return super().__exit__(kind, error, trace)


class _EagerStorage(MemoryStorage):
    def unit_of_work(self, *, read_only=False, foreseen=()):
        del foreseen
        return _EagerUnit(self._held, read_only=read_only)


class TestStorageKeepsWhatWasNotCommitted(StorageSuite):
    """An error in the middle leaves half of a use case."""

    caught_by = "test_an_exception_undoes_everything_and_comes_through"

    @pytest.fixture
    def storage(self):
        return _EagerStorage(zone=WIB)


# --- channels


class _Channel(CollectingChannel):
    """Keeps every promise."""

    def send(self, notification):
        if notification.email is None:
            return SendOutcome.PASSED_OVER
        return super().send(notification)


class _Channels(NotificationChannelSuite):
    made = _Channel

    @pytest.fixture
    def channel(self):
        return self.made()

    def delivered(self, channel):
        return [
            Delivered(address=item.email, subject=item.subject, body=item.body)
            for item in channel.sent.values()
            if item.email
        ]

    @contextmanager
    def broken(self, channel):
        channel.failing.add("application_submitted")
        yield
        channel.failing.clear()


class _SendsTwice(_Channel):
    def send(self, notification):
        answer = super().send(notification)
        if answer is SendOutcome.ACCEPTED:
            self.sent[f"{notification.id}-{self.calls}"] = notification
        return answer


class TestChannelSendsTwice(_Channels):
    """The applicant is told twice."""

    caught_by = "test_the_same_id_is_sent_once"

    made = _SendsTwice


class _Swallows(_Channel):
    def send(self, notification):
        try:
            return super().send(notification)
        except ConnectionError:
            return SendOutcome.ACCEPTED


class TestChannelSwallowsFailures(_Channels):
    """A message that was never sent counts as sent."""

    caught_by = "test_a_failure_is_raised_and_nothing_is_called_sent"

    made = _Swallows


class _SaysAccepted(_Channel):
    def send(self, notification):
        super().send(notification)
        return SendOutcome.ACCEPTED


class TestChannelAcceptsWithoutAnAddress(_Channels):
    """Time runs against somebody who cannot be reached."""

    caught_by = "test_without_the_address_nothing_is_sent_and_nothing_raised"

    made = _SaysAccepted


class _Cuts(_Channel):
    def send(self, notification):
        return super().send(attrs.evolve(notification, body=notification.body[:160]))


class TestChannelCutsTexts(_Channels):
    """The end of the letter is lost."""

    caught_by = "test_the_whole_text_arrives_as_it_was_written"

    made = _Cuts


class _Mixes(_Channel):
    def send(self, notification):
        if notification.email is None:
            return SendOutcome.PASSED_OVER
        first = next(iter(self.sent.values()), notification)
        return super().send(attrs.evolve(notification, email=first.email))


class TestChannelSendsToTheFirstAddress(_Channels):
    """One applicant's letter goes to another."""

    caught_by = "test_many_messages_at_once_reach_whom_they_are_for"

    made = _Mixes


class _Logs(_Channel):
    def send(self, notification):
        _log.info("to %s: %s", notification.email, notification.body)
        return super().send(notification)


class TestChannelLogsPeople(_Channels):
    """Personal data in the log."""

    caught_by = "test_nothing_personal_is_logged"

    made = _Logs


# --- signers


@attrs.define
class _Key:
    inner: object = attrs.field(factory=lambda: sample_signer("kepala"))

    @property
    def certificate(self):
        return self.inner.certificate

    @property
    def chain(self):
        return self.inner.chain

    @property
    def algorithm(self):
        return self.inner.algorithm

    def sign(self, data):
        return self.inner.sign(data)


class _Keys(DigestSignerSuite):
    made = _Key
    can_fail = False

    @pytest.fixture
    def signer(self):
        return self.made()

    @pytest.fixture
    def root(self):
        return sample_ca().root.certificate


class _SignsAnotherDigest(_Key):
    def sign(self, data):
        return self.inner.sign(data + b" ")


class TestSignerSignsAnotherDigest(_Keys):
    """What is signed is not what was asked for."""

    caught_by = "test_the_certificate_proves_what_was_signed"

    made = _SignsAnotherDigest


class _Remembers(_Key):
    def sign(self, data):
        if not hasattr(type(self), "first"):
            type(self).first = self.inner.sign(data)
        return type(self).first


class TestSignerAnswersFromMemory(_Keys):
    """The first signature for every letter."""

    caught_by = "test_other_data_get_another_signature"

    made = _Remembers


class _NamesAnotherAlgorithm(_Key):
    @property
    def algorithm(self):
        return SignatureAlgorithm.ECDSA_SHA384


class TestSignerNamesAnotherAlgorithm(_Keys):
    """The container says SHA-384 of a P-256 signature."""

    caught_by = "test_the_algorithm_fits_the_key"

    made = _NamesAnotherAlgorithm


class _ShowsItsSecret(_Key):
    def __repr__(self):
        return "Key(passphrase='rahasia')"


class TestSignerShowsItsSecret(_Keys):
    """In every traceback."""

    caught_by = "test_no_secret_is_shown"

    made = _ShowsItsSecret
    secrets = ("rahasia",)


class _Services(DocumentSignerSuite):
    made = FakeSigningService

    @pytest.fixture
    def signer(self):
        return self.made(sample_signer("kepala"))

    @pytest.fixture
    def root(self):
        return sample_ca().root.certificate

    def asked(self, signer):
        return len(signer.asked)

    @contextmanager
    def broken(self, signer):
        signer.answers = False
        yield
        signer.answers = True


class _TriesAgain(FakeSigningService):
    def sign_document(self, pdf, request):
        with suppress(ConnectionResetError):
            return super().sign_document(pdf, request)
        return super().sign_document(pdf, request)


class TestServiceIsAskedAgain(_Services):
    """A second signature that no one wanted."""

    caught_by = "test_a_failure_is_raised_and_not_tried_again"

    made = _TriesAgain


class _SavesAnew(FakeSigningService):
    def sign_document(self, pdf, request):
        self.asked.append(pdf)
        return sign_pdf(TypstRenderer().render(_other_letter()), self.key, request)


def _other_letter():
    return sample_letter(holder="Orang Lain")


class TestServiceReturnsAnotherLetter(_Services):
    """Signed, and not the one that was sent."""

    caught_by = "test_a_signed_letter_is_valid_and_unchanged_below"

    made = _SavesAnew


# --- scanners


class _Scanners(UploadScannerSuite):
    made = partial(WordScanner, b"JAHAT")
    bad = b"JAHAT"

    @pytest.fixture
    def scanner(self):
        return self.made()

    @contextmanager
    def broken(self, scanner):
        scanner.runs = False
        yield
        scanner.runs = True


class _FailsOpen(WordScanner):
    def scan(self, path, report):
        if not self.runs:
            return []
        return list(super().scan(path, report))


class TestScannerFailsOpen(_Scanners):
    """Down means harmless."""

    caught_by = "test_a_failure_is_no_verdict"

    made = partial(_FailsOpen, b"JAHAT")


class _LooksOnce(WordScanner):
    seen = False

    def scan(self, path, report):
        if self.seen:
            return []
        self.seen = True
        return list(super().scan(path, report))


class TestScannerLooksOnce(_Scanners):
    """Only the first file is looked at."""

    caught_by = "test_what_is_bad_is_refused_wherever_it_stands"

    made = partial(_LooksOnce, b"JAHAT")


class _Removes(WordScanner):
    def scan(self, path, report):
        found = list(super().scan(path, report))
        path.unlink()
        return found


class TestScannerRemovesTheFile(_Scanners):
    """As virus scanners like to."""

    caught_by = "test_the_file_is_left_as_it_is"

    made = partial(_Removes, b"JAHAT")


# --- renderers


class _Renderers(RendererSuite):
    made = TypstRenderer

    @pytest.fixture
    def renderer(self):
        return self.made()


class _ForgetsTheAnnex(TypstRenderer):
    def render(self, letter):
        return super().render(attrs.evolve(letter, annex=None))


class TestRendererForgetsTheAnnex(_Renderers):
    """The list of items is missing."""

    caught_by = "test_a_long_annex_is_printed_whole"

    made = _ForgetsTheAnnex


class _ReplacesLetters(TypstRenderer):
    def render(self, letter):
        plain = letter.statement.holder.encode("ascii", "replace").decode()
        return super().render(attrs.evolve(letter, statement=attrs.evolve(letter.statement, holder=plain)))


class TestRendererReplacesLetters(_Renderers):
    """The name on the letter is not the holder's."""

    caught_by = "test_a_text_that_cannot_be_printed_is_refused"

    made = _ReplacesLetters


class _DraftsLookReal(TypstRenderer):
    def rehearse(self, letter):
        statement = attrs.evolve(letter.statement, number="500/1/2026")
        return self.render(attrs.evolve(letter, statement=statement, qr_text="HTTPS://A.EXAMPLE/V1#AA"))


class TestRendererDraftsLookReal(_Renderers):
    """A draft that could pass for a permit."""

    caught_by = "test_a_rehearsal_needs_no_number_and_says_that_it_is_a_draft"

    made = _DraftsLookReal


class _CodesOf(RendererSuite):
    @pytest.fixture
    def renderer(self, tmp_path):
        (tmp_path / "letter.typ").write_text(
            '#import "@perizinan/letter:1.0.0" as core\n'
            "#let template(letter, ..rest) = {\n"
            f"  letter.qr.size = letter.qr.size * {self.share}\n"
            "  core.template(letter, ..rest)\n"
            "}\n"
        )
        return TypstRenderer(templates={"letter": tmp_path})


class TestSoundTemplate(_CodesOf):
    """The template of the two below, with codes of the usual size."""

    share = 1


class TestRendererDrawsSmallCodes(_CodesOf):
    """No phone reads the code from paper."""

    caught_by = "test_the_code_of_every_form_is_read_from_a_scan"

    share = 0.4


class TestRendererDrawsCodesABitSmall(_CodesOf):
    """Read from a clean scan, but not from worn paper."""

    caught_by = "test_the_code_of_every_form_is_read_from_a_scan"

    share = 0.8


# --- checks of applicants


class _Checks(ApplicantCheckSuite):
    made = partial(Register, {sample_applicant().name})

    @pytest.fixture(autouse=True)
    def _made(self):
        self.plugin = self.made()

    @pytest.fixture
    def check(self):
        return self.plugin.decide_applicant_check

    @pytest.fixture
    def unknown(self):
        return attrs.evolve(sample_applicant(), name="Tanpa Nama Terdaftar")

    @contextmanager
    def broken(self):
        self.plugin.runs = False
        yield
        self.plugin.runs = True


class _AcceptsWhenDown(Register):
    def decide_applicant_check(self, applicant):
        if not self.runs:
            return ApplicantCheckResult(accepted=True, verified_by="register")
        return super().decide_applicant_check(applicant)


class TestCheckAcceptsWhenDown(_Checks):
    """No register, no question."""

    caught_by = "test_a_failure_accepts_nobody"

    made = partial(_AcceptsWhenDown, {sample_applicant().name})


class _LogsNumbers(Register):
    def decide_applicant_check(self, applicant):
        _log.warning("asked about %s", applicant.nik)
        return super().decide_applicant_check(applicant)


class TestCheckLogsNumbers(_Checks):
    """Identity numbers in the log."""

    caught_by = "test_nothing_personal_is_logged_or_told"

    made = partial(_LogsNumbers, {sample_applicant().name})


# --- authorities


class TestAuthorityHasAGapInItsTariffs(AuthoritySuite):
    """An area between two bands has no tariff."""

    caught_by = "test_the_catalogue_has_no_problem"

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory):
        target = tmp_path_factory.mktemp("gap") / "data"
        shutil.copytree(bontang.DATA, target)
        path: Path = target / "tariffs" / "izin-gangguan.yaml"
        path.write_text(path.read_text().replace("[jasa, 100, 500, 1000]", "[jasa, 150, 500, 1000]"))
        return target

    @pytest.fixture(scope="class")
    @classmethod
    def pack(cls):
        return bontang.load_pack()


class TestAuthorityHasFieldsWithoutTitles(AuthoritySuite):
    """Applicants read the names of fields."""

    caught_by = "test_applicants_read_words_and_no_codes"

    @pytest.fixture(scope="class")
    @classmethod
    def pack(cls):
        pack = bontang.load_pack()
        bare = {"type": "object", "properties": {"luas": {"type": "number"}}}
        types = tuple(attrs.evolve(item, form_schema=bare) for item in pack.catalogue.permit_types)
        return attrs.evolve(pack, catalogue=attrs.evolve(pack.catalogue, permit_types=types))


class TestAuthorityLostItsTemplate(AuthoritySuite):
    """A type names a letter that is not there."""

    caught_by = "test_templates_and_pictures_are_there"

    @pytest.fixture(scope="class")
    @classmethod
    def pack(cls):
        return attrs.evolve(bontang.load_pack(), templates={})


# --- what the mutants are made of, without a fault


class TestSoundChannel(_Channels):
    """Passes."""


class TestSoundKey(_Keys):
    """Passes."""


class TestSoundService(_Services):
    """Passes."""
