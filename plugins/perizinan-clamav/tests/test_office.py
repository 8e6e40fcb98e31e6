"""An office with the scanner: what is found is refused, and nothing is lost while clamd is away."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from perizinan_clamav import ClamavScanner
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.testing import APPLICANT, HOST, sample_office


@pytest.fixture
def kit(daemon):
    """Return an office that asks the daemon."""
    return sample_office(scanners=[ClamavScanner(daemon.clamd, lambda: datetime.now(UTC))])


def picture(text: str) -> bytes:
    """Return a PNG with a remark in it."""
    remark = PngInfo()
    remark.add_text("Comment", text)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 40), "white").save(buffer, "PNG", pnginfo=remark)
    return buffer.getvalue()


def test_a_find_is_refused_with_its_name_and_a_remedy(kit, daemon):
    """The applicant reads what to do."""
    with pytest.raises(UploadRefusedError) as caught:
        kit.upload(kit.draft().id, "ktp", content=picture(daemon.mark.decode()))

    assert "Perizinan.Uji.UNOFFICIAL" in caught.value.message("id")
    assert "hasil pindai baru" in caught.value.message("id")


def test_a_file_waits_while_clamd_is_away_and_is_taken_when_it_is_back(kit, daemon):
    """Held, named by doctor, searched again by the worker, in its slot."""
    case, content = kit.draft().id, picture("KTP")
    with daemon.stopped():
        with pytest.raises(UploadKeptError):
            kit.upload(case, "ktp", content=content)
        views = kit.office.health.findings(actor=HOST)
    found = {view.finding.code: view.finding for view in views}
    kit.clock.forward(hours=1)
    kit.office.worker.run_once()
    (view,) = kit.office.applications.slots(case, actor=APPLICANT)

    assert daemon.socket in found["scanner-unusable"].message("id")
    assert () == view.held
    assert 1 == len(view.documents)
