"""
What every `UploadScanner` must do.

::

    class TestMyScanner(UploadScannerSuite):
        @pytest.fixture
        def scanner(self, daemon):
            return MyScanner(daemon.address)

        bad = EICAR

        @contextmanager
        def broken(self, scanner):
            with daemon.stopped():
                yield
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import ClassVar

import pytest

from perizinan_core.documents import Finding, Severity, UploadReport, UploadScanner
from perizinan_core.testing._fakes import small_png

__all__ = ["UploadScannerSuite"]

_THREADS = 8


class UploadScannerSuite:
    """Subclass it, give a ``scanner`` fixture, `bad` and `broken`."""

    bad: ClassVar[bytes] = b""
    """Content that the scanner refuses."""

    @pytest.fixture
    def scanner(self) -> UploadScanner:
        """Return the scanner."""
        raise NotImplementedError

    def broken(self, scanner: UploadScanner) -> AbstractContextManager[None]:
        """Let the service behind the scanner fail inside the block."""
        raise NotImplementedError

    def scan(
        self, scanner: UploadScanner, folder: Path, content: bytes, name: str = "a.png"
    ) -> tuple[Finding, ...]:
        """Let a file be looked at as the office does."""
        path = folder / hashlib.sha256(content + name.encode()).hexdigest()
        path.write_bytes(content)
        found: Iterable[Finding] = scanner.scan(path, _report(content, name))
        return tuple(found)

    def test_it_has_a_name_for_operators(self, scanner: UploadScanner) -> None:
        """Short and in plain letters."""
        assert scanner.name.strip() == scanner.name
        assert 1 <= len(scanner.name) <= 40
        assert scanner.name.isprintable()

    @pytest.mark.parametrize(
        "content", [small_png(1), b"", b"x", bytes(range(256)) * 8192], ids=["png", "empty", "one", "2 MB"]
    )
    def test_what_is_harmless_is_let_through(
        self, scanner: UploadScanner, tmp_path: Path, content: bytes
    ) -> None:
        """Nothing is found that keeps the file out."""
        assert [
            item for item in self.scan(scanner, tmp_path, content) if item.severity is not Severity.NOTE
        ] == []

    def test_what_is_bad_is_refused_with_a_sentence(self, scanner: UploadScanner, tmp_path: Path) -> None:
        """The applicant reads a sentence in either language, whatever the file is called."""
        for name in ("a.png", "berkas ktp é.pdf", "x" * 200 + ".jpg"):
            found = self.scan(scanner, tmp_path, self.bad, name)

            assert Severity.REFUSE in {item.severity for item in found}
            assert all(item.code and item.message("id") and item.message("en") for item in found)

    def test_what_is_bad_is_refused_wherever_it_stands(self, scanner: UploadScanner, tmp_path: Path) -> None:
        """A file that was let through once does not open the way for the next one."""
        self.scan(scanner, tmp_path, small_png(2))

        assert self.scan(scanner, tmp_path, self.bad)
        assert self.scan(scanner, tmp_path, self.bad)

    def test_the_file_is_left_as_it_is(self, scanner: UploadScanner, tmp_path: Path) -> None:
        """A scanner reads."""
        content = small_png(3)
        self.scan(scanner, tmp_path, content)

        assert [content] == [path.read_bytes() for path in tmp_path.iterdir()]

    def test_several_threads_get_the_verdict_of_their_own_file(
        self, scanner: UploadScanner, tmp_path: Path
    ) -> None:
        """No verdict is mistaken for another's."""

        def refused(number: int) -> bool:
            folder = tmp_path / str(number)
            folder.mkdir()
            content = self.bad if number % 2 else small_png(number)
            return any(item.severity is Severity.REFUSE for item in self.scan(scanner, folder, content))

        with ThreadPoolExecutor(_THREADS) as pool:
            verdicts = list(pool.map(refused, range(_THREADS * 2)))

        assert [bool(number % 2) for number in range(_THREADS * 2)] == verdicts

    def test_a_failure_is_no_verdict(self, scanner: UploadScanner, tmp_path: Path) -> None:
        """It raises, and the office holds the file; the next look works."""
        with self.broken(scanner):
            try:
                found = self.scan(scanner, tmp_path, small_png(4))
            except Exception:  # noqa: BLE001 - whichever it is
                found = None
            assert found is None or Severity.HOLD in {item.severity for item in found}

        assert self.scan(scanner, tmp_path, self.bad)

    def test_a_failure_lets_nothing_bad_through(self, scanner: UploadScanner, tmp_path: Path) -> None:
        """Fails closed."""
        with self.broken(scanner), suppress(Exception):
            assert self.scan(scanner, tmp_path, self.bad)

    def test_names_of_files_are_not_logged(
        self, scanner: UploadScanner, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """They hold names of people."""
        with caplog.at_level(logging.DEBUG):
            self.scan(scanner, tmp_path, small_png(5), "KTP Sekar Contohwati.png")
            self.scan(scanner, tmp_path, self.bad, "KTP Sekar Contohwati.png")

        assert "Sekar" not in " ".join(record.getMessage() for record in caplog.records)


def _report(content: bytes, name: str) -> UploadReport:
    return UploadReport(
        file_name=name,
        content_type="image/png",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
