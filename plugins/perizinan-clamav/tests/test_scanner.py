"""The scanner keeps what every upload scanner promises, with a real clamd behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from perizinan_clamav import ClamavError, ClamavScanner, Clamd

from perizinan_core.testing import UploadScannerSuite


def scanner_of(daemon, **settings):
    return ClamavScanner(daemon.clamd, lambda: datetime.now(UTC), **settings)


class TestScanner(UploadScannerSuite):
    """Verdicts, threads, failures, and silence about names."""

    bad = b"before PERIZINAN-UJI-BERKAS-BERBAHAYA-7f3a after"

    @pytest.fixture
    def scanner(self, daemon):
        return scanner_of(daemon)

    def broken(self, scanner):
        assert scanner.clamd == self._daemon.clamd
        return self._daemon.stopped()

    @pytest.fixture(autouse=True)
    def _with_daemon(self, daemon):
        self._daemon = daemon


def test_a_database_without_a_day_is_named(daemon):
    """A database of one's own alone is not what an office should rely on."""
    with pytest.raises(ClamavError) as caught:
        scanner_of(daemon).check()

    assert "clamd-no-database" == caught.value.code
    assert "freshclam" in caught.value.message("id")


@pytest.mark.parametrize(("days", "code"), [(0, None), (7, None), (8, "clamd-database-old")])
def test_an_old_database_is_named(answering, days, code):
    """By the day that clamd states for it."""
    scanner = ClamavScanner(
        Clamd(answering(b"ClamAV 1.4.3/27500/Mon Nov 23 09:00:00 2026\0"), 5.0),
        lambda: datetime(2026, 11, 23, 9, 30, tzinfo=UTC) + timedelta(days=days),
    )
    if code is None:
        scanner.check()
        return
    with pytest.raises(ClamavError) as caught:
        scanner.check()

    assert code == caught.value.code
    assert "8 hari" in caught.value.message("id")


def test_what_was_not_searched_to_its_end_is_refused_and_not_called_harmful(answering, tmp_path):
    """AlertExceedsMax makes a find of a limit."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    scanner = ClamavScanner(
        Clamd(answering(b"stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0"), 5.0), lambda: None
    )
    (found,) = scanner.scan(path, None)

    assert "clamav-not-searched" == found.code
    assert "berbahaya “" not in found.message("id")
