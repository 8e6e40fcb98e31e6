"""
A permit from application to verified PDF, in one program.

    python examples/issue_and_verify.py [FOLDER]

Sets up an office of a made-up regency in FOLDER (default: a temporary one) and leaves ``permit.pdf`` and
``authority.json`` there. Letters are signed by a development CA, which every certificate says.
"""

import sys
import tempfile
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image

from perizinan_core import Actor, ActorKind, Office, Person, verify_permit
from perizinan_core.bootstrap import OfficeSettings, Settings, SigningSettings, load_plugins, migrate_database
from perizinan_core.model import Address, Nik, Officer, Role, StageOutcome
from perizinan_core.published import read_authority_document

sys.path.insert(0, str(Path(__file__).parent / "kabupaten-mekar" / "src"))
import kabupaten_mekar  # in real life it is installed and found by itself

PLUGINS = {"kabupaten-mekar": kabupaten_mekar}
HOST = Actor(id="my-program", kind=ActorKind.HOST)
CITIZEN = Actor(id="account-17", kind=ActorKind.APPLICANT)
HERE = frozenset({"dpmptsp"})
CLERK = Officer(id="clerk", name="Petugas Loket", roles=frozenset({Role.FRONT_OFFICE}), units=HERE)
HEAD = Officer(id="head", name="Kepala Bidang", roles=frozenset({Role.OFFICE_HEAD}), units=HERE)
SIGNATORY = Officer(
    id="signatory",
    name="Kepala Dinas",
    roles=frozenset({Role.SIGNATORY}),
    units=HERE,
    position="kepala-dinas",
)


def main(folder: Path) -> int:
    """Issue a permit, check it, and return 0 when it is valid."""
    settings = Settings(
        office=OfficeSettings(authority="kabupaten-mekar"),
        signing=SigningSettings(development=True),
        folder=folder,
    )
    migrate_database(settings, load_plugins(extra=PLUGINS))
    with Office.open(settings, plugins=PLUGINS) as office:
        for officer in (CLERK, HEAD, SIGNATORY):
            office.reviews.add_officer(officer, actor=HOST)

        case = office.applications.start(
            "warung", applicant=applicant(), actor=CITIZEN, form={"lokasi": "Jalan Kenanga", "luas": 6}
        )
        office.applications.upload(case.id, "ktp", scan(), file_name="KTP saya.png", actor=CITIZEN)
        receipt = office.applications.submit(case.id, actor=CITIZEN, idempotency_key="click-1")
        print(f"received   {receipt.receipt_number}, {len(receipt.files)} file")

        office.reviews.decide(case.id, "periksa", StageOutcome.POSITIVE, actor=CLERK.as_actor())
        office.reviews.approve(case.id, actor=HEAD.as_actor())
        permit = office.permits.issue(case.id, actor=SIGNATORY.as_actor(), idempotency_key="click-2")
        print(f"issued     {permit.number}, valid until {permit.valid_until}")

        with office.permits.open_pdf(permit.id, actor=CITIZEN) as file:
            (folder / "permit.pdf").write_bytes(file.read())
        (folder / "authority.json").write_bytes(office.publication.authority_json())
        report = verify_permit(
            folder / "permit.pdf",
            authority=read_authority_document((folder / "authority.json").read_bytes()),
            at=office.now(),
            status=office.status,
        )
    print(f"verified   {report.verdict}: {folder / 'permit.pdf'}")
    return report.exit_code


def applicant() -> Person:
    """Return a person who does not exist: serial 0000 of a NIK is given to no one."""
    return Person(
        name="Dewi Contoh",
        nik=Nik.parse("3572015208900000"),
        birth_date=date(1990, 8, 12),
        address=Address(street="Jalan Contoh 12", village="Contoh", district="Contoh", regency="Mekar"),
        email="dewi@contoh.example",
    )


def scan() -> BytesIO:
    """Return a picture as a scanner would give it."""
    file = BytesIO()
    Image.new("RGB", (600, 380), "lightsteelblue").save(file, "PNG")
    file.seek(0)
    return file


if __name__ == "__main__":
    if len(sys.argv) > 1:
        chosen = Path(sys.argv[1])
        chosen.mkdir(parents=True, exist_ok=True)
        sys.exit(main(chosen))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
