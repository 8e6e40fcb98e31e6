"""What the project brings itself, held to the kit that plugin authors inherit."""

from __future__ import annotations

import email
import email.policy
import shutil
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from perizinan_kota_blitar import _plugin as blitar
from perizinan_kota_bontang import _plugin as bontang

from perizinan_core.documents import Finding, Severity
from perizinan_core.hooks import ApplicantCheckResult, MailFolderChannel, Rounds, SendOutcome
from perizinan_core.rendering import TypstRenderer
from perizinan_core.testing import (
    MORNING,
    ApplicantCheckSuite,
    AuthoritySuite,
    Delivered,
    DigestSignerSuite,
    DocumentSignerSuite,
    FakeSigningService,
    FrontendSuite,
    NotificationChannelSuite,
    RendererSuite,
    UploadScannerSuite,
    WorkQueueSuite,
    sample_applicant,
    sample_ca,
    sample_signer,
)


class TestMailFolder(NotificationChannelSuite):
    """The built-in channel, where a mail program collects the files."""

    without_address = SendOutcome.KEPT

    @pytest.fixture
    def channel(self, tmp_path):
        return MailFolderChannel(tmp_path / "mail", forwarded=True)

    def delivered(self, channel):
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in channel.folder.glob("*.eml")
        ]
        return [
            Delivered(
                address=mail["to"].addresses[0].addr_spec,
                subject=mail["subject"],
                body=mail.get_content(),
            )
            for mail in mails
        ]

    @contextmanager
    def broken(self, channel):
        """Put a file in the place of the folder."""
        aside = channel.folder.with_name("aside")
        if channel.folder.exists():
            channel.folder.rename(aside)
        channel.folder.write_text("not a folder")
        yield
        channel.folder.unlink()
        if aside.exists():
            shutil.move(aside, channel.folder)


class TestFileKey(DigestSignerSuite):
    """The built-in signer, with each kind of key."""

    can_fail = False

    @pytest.fixture(params=["rsa-2048", "rsa-2048 with PSS", "p-256", "p-384"])
    def signer(self, request):
        kind, _, pss = request.param.partition(" with ")
        return sample_ca().issue("kepala", now=MORNING, kind=kind).signer(pss=bool(pss))

    @pytest.fixture
    def root(self):
        return sample_ca().root.certificate


class TestSigningService(DocumentSignerSuite):
    """The stand-in for a service in the kit itself."""

    @pytest.fixture
    def signer(self):
        return FakeSigningService(sample_signer("kepala"))

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


class TestTypst(RendererSuite):
    """The built-in renderer."""

    @pytest.fixture
    def renderer(self):
        return TypstRenderer()


class TestKotaBlitar(AuthoritySuite):
    """The first real authority."""

    @pytest.fixture(scope="class")
    @classmethod
    def pack(cls):
        return blitar.load_pack()

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls):
        return blitar.DATA


class TestKotaBontang(AuthoritySuite):
    """The example of another shape."""

    @pytest.fixture(scope="class")
    @classmethod
    def pack(cls):
        return bontang.load_pack()

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls):
        return bontang.DATA


class TestPages(FrontendSuite):
    """The pages of perizinan-verify."""

    plugin = "perizinan_verify._plugin"
    frontend = "verify"


class TestPortal(FrontendSuite):
    """The pages of perizinan-portal."""

    plugin = "perizinan_portal._plugin"
    frontend = "portal"


class WordScanner:
    """Refuses files that hold a word: the smallest real scanner."""

    name = "word"

    def __init__(self, word: bytes) -> None:
        self.word = word
        self.runs = True

    def scan(self, path: Path, report):
        del report
        if not self.runs:
            raise ConnectionRefusedError("the scanner is not running")
        if self.word in path.read_bytes():
            yield Finding("word", Severity.REFUSE, "The file holds a forbidden word.")


class TestWordScanner(UploadScannerSuite):
    """A scanner of ten lines passes."""

    bad = b"KATA-TERLARANG"

    @pytest.fixture
    def scanner(self):
        return WordScanner(self.bad)

    @contextmanager
    def broken(self, scanner):
        scanner.runs = False
        yield
        scanner.runs = True


class Register:
    """A register of residents: the smallest real check."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.runs = True

    def decide_applicant_check(self, applicant):
        if not self.runs:
            raise ConnectionRefusedError("the register is not running")
        if applicant.name in self.names:
            return ApplicantCheckResult(accepted=True, verified_by="register")
        return ApplicantCheckResult(
            accepted=False, reason="Data diri tidak ditemukan. Periksa ejaan nama seperti pada KTP."
        )


class TestRegister(ApplicantCheckSuite):
    """A check of ten lines passes."""

    @pytest.fixture(autouse=True)
    def _register(self):
        self.register = Register({sample_applicant().name})

    @pytest.fixture
    def check(self):
        return self.register.decide_applicant_check

    @pytest.fixture
    def unknown(self):
        return attrs.evolve(sample_applicant(), name="Tanpa Nama Terdaftar")

    @contextmanager
    def broken(self):
        self.register.runs = False
        yield
        self.register.runs = True


class TestRounds(WorkQueueSuite):
    """The built-in queue, which looks at everything."""

    @pytest.fixture
    def queue(self):
        return Rounds()

    def another(self, queue):
        return queue
