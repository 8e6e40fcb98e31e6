"""A permit that comes from the bucket itself, where the office chose so: a real S3 service behind the portal."""

from __future__ import annotations

import urllib.request

from perizinan_portal import _plugin
from perizinan_portal.testing import sample_portal

from perizinan_core.documents import SealedDocumentStore, SealKey, SealKeys
from perizinan_core.testing import sample_office


def test_the_holder_is_led_to_the_bucket_and_no_one_else_is(overwriting, prefix, tmp_path):
    """A 303 that no one keeps, to an address that is good without a login; another applicant gets none."""
    bucket = SealedDocumentStore(
        overwriting.open(prefix), SealKeys((SealKey.derived("uji", b"k" * 32),)), public_in_plain=True
    )
    office = sample_office(development=True, plugins={"portal": _plugin}, documents=bucket, direct_permits=60)
    kit = sample_portal(tmp_path, office=office)
    holder, stranger = kit.visitor("warga"), kit.visitor("orang-lain")
    permit = office.permit(actor=kit.actor("warga"))
    path = f"/izin-saya/{permit.id}/izin.pdf"
    answer = holder.request("GET", path, follow=False)
    address = answer.headers["location"]
    with urllib.request.urlopen(address) as found:
        served = found.read()

    assert (303, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert permit.signed_sha256 in address
    assert served == bucket.read(permit.signed_sha256, 10**8)
    assert 404 == stranger.request("GET", path, follow=False).status_code
    kit.close()
