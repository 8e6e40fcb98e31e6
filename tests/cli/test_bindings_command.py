"""``perizinan keys bind``, ``unbind`` and ``bindings``, and what the doctor says about them, on both databases."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.testing._offices import sample_ca, sample_signer


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request, tmp_path_factory, folder_of, empty_database):
    """An office with an administrator that has published nothing yet, once of each kind."""
    folder = tmp_path_factory.mktemp("office")
    made = folder_of(folder / "office")
    made.write_settings(empty_database(request.param, folder))
    made.run("migrate")
    made.run("officers", "add", "admin", "--name", "A", "--role", "administrator", "--unit", "dinas-izin")
    return made


def bindings(office):
    """Return the bindings as the command lists them."""
    return {
        (row["position"], row["state"]): row["sha256"]
        for row in json.loads(office.run("keys", "bindings", "--json"))
    }


def findings(office):
    """Return what the doctor says about bindings."""
    told = json.loads(office.run("doctor", "--quick", "--json", code=1))
    return {item["code"]: item for item in told["findings"] if item["code"].startswith("binding")}


def test_a_clerk_binds_corrects_and_ends_bindings(office, tmp_path):
    """From a file with its chain; a wrong one is withdrawn, a left-over one is named by the doctor and ended."""
    chain = tmp_path / "pejabat.pem"
    certificates = (sample_signer("sekretaris").certificate, sample_ca().issuing.certificate)
    chain.write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in certificates))
    own = bindings(office)["kepala", "open"]
    bound = office.run("keys", "bind", "kepala", str(chain), "--from", "2026-03-02", language="id")
    other = next(
        row["sha256"] for row in json.loads(office.run("keys", "bindings", "--json")) if row["sha256"] != own
    )
    left = findings(office)
    ended = office.run("keys", "unbind", "kepala", other, "--last-day", "2026-03-03", "--reason", "Pindah")
    as_openssl_prints = bytes.fromhex(own).hex(":").upper()
    silent = office.run("keys", "unbind", "kepala", as_openssl_prints, "--reason", " ", code=1)
    withdrawn = office.run(
        "keys", "unbind", "kepala", as_openssl_prints, "--reason", "Tertukar", language="id"
    )
    missing = findings(office)
    refused = office.run("keys", "unbind", "kepala", "00", "--reason", "Tertukar", code=1)
    shown = office.run("keys", "bindings", language="id")
    days = ("--from", "2026-03-02", "--to", "2026-06-30")
    lent = office.run("keys", "bind", "sekretaris", str(chain), *days)

    assert "menandatangani untuk jabatan kepala sejak 2 Maret 2026" in bound
    assert other in left["binding-left-over"]["advice"]
    assert "signs for the position sekretaris from 2 March 2026 to 30 June 2026" in lent
    assert "ends on 3 March 2026" in ended
    assert "Write why" in silent
    assert "ditarik" in withdrawn
    assert own in missing["binding-missing"]["message"]
    assert "binding-left-over" not in missing
    assert "No certificate 00 is bound to the position kepala" in refused
    assert "ditarik, tidak pernah menandatangani" in shown


def test_a_file_without_an_officers_certificate_is_named(office, tmp_path):
    """A root certificate, or something else."""
    for content in (sample_ca().root.certificate.public_bytes(Encoding.PEM), b"bukan sertifikat"):
        path = tmp_path / "salah.pem"
        path.write_bytes(content)
        told = office.run("keys", "bind", "kepala", str(path), "--from", "2026-03-02", code=1)
        assert "Expected one certificate of an officer" in told


def test_settings_with_an_unknown_position_are_refused_with_the_known_ones(new_folder, url_of):
    """Both tables are looked at; the office does not open."""
    made = new_folder("wrong")
    made.write_settings(
        url_of("sqlite"), more='[signing.signers]\nkepla = "a.p12"\n[signing.secrets]\nx-y = "env:A"\n'
    )
    made.run("migrate")
    told = made.run("keys", "list", code=1)

    assert "secrets.x-y, signers.kepla" in told
    assert "kepala, sekretaris" in told
