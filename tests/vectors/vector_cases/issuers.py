# ruff: noqa: E501 - tables of cases: what was done and why stand beside each other
"""Who signed, with what, when: good permits of every kind, forgers, officers without the right, certificates, status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from unittest.mock import patch

import attrs
from cryptography import x509

from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing._file_key import FileKeySigner
from perizinan_core.signing._ports import SignatureAlgorithm
from perizinan_core.signing.ltv import Level
from vector_cases import Case, builder
from vector_cases.setting import DAY, SIGNED, Setting
from vector_cases.shapes import hybrid, object_streams, xref_stream

__all__ = ["cases"]

build = builder()
_VALID, _BROKEN, _OPEN, _ENDED = "valid", "not_valid", "indeterminate", "not_in_force"
_REVOKED = "revocation list in the file"
_OLD = "The stated day lies after the issue of the authority document, which may be too old to know the signer: never valid, and undecided until a current document or list says more."


def cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _good(setting)
    yield from _levels(setting)
    yield from _dates(setting)
    yield from _forgers(setting)
    yield from _not_entitled(setting)
    yield from _certificates(setting)
    yield from _status(setting)
    yield Case(
        name="issuer_same_ca_current_list_fail", data=setting.world.permit(setting.world.outsider), verdict="wrong_issuer",
        codes=("signer-unknown",), status="names-version", authority="office-with-status",
        why="A company's certificate of the same CA; the office's list, made after the stated day, names this version of its authority document as the current one, so that nobody came later.",
    )  # fmt: skip


def _good(setting: Setting) -> Iterator[Case]:
    world, said = setting.world, build.statement()
    passed = "TOTAL_PASSED"
    made = [
        ("plain", world.permit(), "One PAdES B-B signature (ECDSA P-256, SHA-256) over the whole file, by the entitled officer."),
        ("p384", world.permit(setting.p384), "The same with ECDSA P-384 and SHA-384."),
        *(
            (name, world.permit(issued), f"The same with {name.upper().replace('_', '-')} (PKCS#1 v1.5, SHA-256).")
            for name, issued in setting.rsa.items()
        ),
        ("xref_stream", build.sign(xref_stream(build.permit_objects(said)), world.head), "The letter has a cross-reference stream instead of a table."),
        ("object_stream", build.sign(object_streams(build.permit_objects(said)), world.head), "Dictionaries of the letter lie in a compressed object stream."),
        ("hybrid", build.sign(hybrid(build.permit_objects(said), hidden=9), world.head), "A hybrid-reference file: a classic table, and a stream for one object."),
        ("qr_link", build.sign(build.small_pdf(said, link=world.qr_text(said)), world.head), "The QR claims lie over the code as a link, signed, and agree with the data."),
        ("two_signatures", build.sign(world.permit(), world.head, build.CHECKED_AT), "Signed twice by the entitled officer; a later signature is an allowed change."),
        ("two_officers", build.sign(world.permit(), setting.p384, SIGNED + DAY), "Countersigned a day later by another entitled officer."),
        ("acting_officer", world.permit(setting.acting), "Signed by an acting officer (Plh.) within the days of the delegation."),
    ]  # fmt: skip
    for name, data, why in made:
        yield Case(name=f"good_{name}", data=data, verdict="valid", signature=passed, why=why)
    yield Case(
        name="good_rsa_pss", data=build.sign(build.small_pdf(said), setting.rsa["rsa_2048"], pss=True), verdict="valid",
        signature=passed, repeatable=False, why="RSASSA-PSS with a salt of 32 bytes; the salt is new every time.",
    )  # fmt: skip
    yield Case(
        name="good_no_end", data=world.permit(valid_until=None), verdict="valid", signature=passed,
        at="2027-02-01T09:00:00+07:00", why="A permit without a last day, judged two months later.",
    )  # fmt: skip


def _levels(setting: Setting) -> Iterator[Case]:
    services = setting.services
    issued = services.officer(SIGNED - 30 * DAY, SIGNED + 60 * DAY, told=("crl",))
    signed = services.sign(build.small_pdf(build.statement()), issued)
    timed = services.sign(build.small_pdf(build.statement()), issued, stamped=SIGNED)
    lt, lta = services.raised(timed, Level.B_LT), services.raised(timed, Level.B_LTA)
    doc_stamped = services.raised(signed, Level.B_T)
    for name, data, why in (
        ("b_t", timed, "B-T: a timestamp (RFC 3161) in the signature."),
        ("b_t_document_timestamp", doc_stamped, "B-T by a document timestamp behind the signature."),
        ("b_lt", lt, "B-LT: certificates and revocation lists in the file."),
        ("b_lta", lta, "B-LTA: the same, and an archive timestamp over it."),
    ):
        yield Case(name=f"good_{name}", data=data, verdict="valid", authority="services", signature="TOTAL_PASSED", why=why)  # fmt: skip
        damaged = bytearray(data)
        if name != "b_t":
            continue
        place = data.index(b"stream") + 12
        damaged[place] ^= 1
        yield Case(
            name="timestamped_page_changed_fail", data=bytes(damaged), verdict="not_valid", authority="services", codes=("content-changed",),
            signature="TOTAL_FAILED/HASH_FAILURE", why="A byte of the page changed in a B-T file: the timestamp does not make it any better.",
        )  # fmt: skip
    asked = services.officer(SIGNED - 30 * DAY, SIGNED + 60 * DAY, told=("ocsp",))
    answered = services.raised(
        services.sign(build.small_pdf(build.statement()), asked, stamped=SIGNED), Level.B_LT
    )
    yield Case(
        name="good_b_lt_ocsp", data=answered, verdict="valid", authority="services", signature="TOTAL_PASSED", repeatable=False,
        why="B-LT with an OCSP answer of a delegated responder, which states the machine's time when it was made.",
    )  # fmt: skip
    start = lta.rindex(b"/Contents <") + 11
    container = lta[start : lta.index(b">", start)].rstrip(b"0")
    for name, place, verdict, code, what in (
        ("", len(container) - 20, "not_valid", "timestamp-broken", "its signature: whatever follows the permit's signature must be sound"),
        ("_certificate", 900, "indeterminate", "timestamp-untrusted", "a certificate in it, which then leads nowhere"),
    ):  # fmt: skip
        stamp = start + place
        broken = lta[:stamp] + (b"0" if lta[stamp : stamp + 1] != b"0" else b"1") + lta[stamp + 1 :]
        yield Case(
            name=f"archive_timestamp{name}_damaged_fail", data=broken, verdict=verdict, authority="services", codes=(code,),
            why=f"A digit of the archive timestamp of a B-LTA file is another, in {what}.",
        )  # fmt: skip
    yield Case(
        name="archive_cut_off_fail", data=lta[:-100], verdict="unreadable", authority="services", codes=("file-cut-off",),
        why="A B-LTA file whose last 100 bytes are missing must not be judged by the older revision in it.",
    )  # fmt: skip


def _dates(setting: Setting) -> Iterator[Case]:
    good = setting.world.permit()
    for name, at, verdict, code, why in (
        ("good_first_second", "2026-12-01T00:00:00+07:00", "valid", None, "The first second of the first day, on the authority's clocks."),
        ("good_last_second", "2026-12-07T23:59:59+07:00", "valid", None, "The last second of the last day, on the authority's clocks."),
        ("expired_fail", "2026-12-08T00:00:00+07:00", "not_in_force", "permit-expired", "The second after its last day."),
        ("not_yet_fail", "2026-11-30T23:59:59+07:00", "not_in_force", "permit-not-yet", "The second before its first day."),
    ):  # fmt: skip
        yield Case(name=name, data=good, verdict=verdict, codes=(code,) if code else (), at=at, signature="TOTAL_PASSED", why=why)  # fmt: skip
    yield Case(
        name="authority_document_ended_fail", data=setting.world.permit(valid_until=None), verdict="indeterminate",
        codes=("authority-document-expired",), at="2027-11-01T09:00:00+07:00",
        why="The authority document by which it is judged has ended: nobody knows what the office says today.",
    )  # fmt: skip


def _forgers(setting: Setting) -> Iterator[Case]:
    world, now = setting.world, SIGNED - 300 * DAY
    fake = SyntheticCA.create(now)
    twin = fake.issue("Kepala DPMPTSP", now=now, kind="p-256")
    genuine_above = attrs.evolve(twin, chain=(world.ca.issuing.certificate, world.ca.root.certificate))
    cyrillic = SyntheticCA.create(now, name="СА").issue("Kepala DPMPTSP", now=now, kind="p-256")
    own = SyntheticCA.create(now, name="Kepala DPMPTSP").root
    unknown = "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"
    for name, issued, code, verdict, why in (
        ("same_names", twin, "chain-unknown-root", "wrong_issuer", "A home-made root, issuing CA and officer with exactly the genuine names, but other keys: the certificates claim the genuine root."),
        ("issuer_homoglyph", cyrillic, "chain-unknown-root", "wrong_issuer", "A CA whose name is written with Cyrillic letters that look the same."),
        ("self_signed", attrs.evolve(own, chain=()), None, "wrong_issuer", "A self-signed certificate with the officer's name."),
    ):  # fmt: skip
        data = _by(issued)
        yield Case(name=f"forged_{name}_fail", data=data, verdict=verdict, codes=(code,) if code else (), signature=unknown if code == "chain-unknown-root" else None, why=why)  # fmt: skip
    yield Case(
        name="forged_genuine_chain_fail", data=_by(genuine_above), verdict="not_valid", codes=("certificate-stray",),
        why="The forger's certificate, with the genuine issuing CA and root beside it: names fit, signatures do not.",
    )  # fmt: skip
    for name, subject, why in (
        ("homoglyph", "Kераla DPMPTSP", "Cyrillic letters in the officer's name look like Latin ones."),
        ("zero_width", "Kepala\u200b DPMPTSP", "A zero-width space in the officer's name cannot be seen."),
        (
            "same",
            "Kepala DPMPTSP",
            "The very name of the officer, on another person's certificate of the same CA.",
        ),
        ("capitals", "KEPALA DPMPTSP", "The officer's name in capitals."),
        ("right_to_left", "Kepala \u202ePTSPMPD", "A direction mark shows the letters in another order."),
    ):
        issued = world.ca.issue(subject, now=now, kind="p-256")
        yield Case(
            name=f"lookalike_{name}_fail", data=_by(issued), verdict="indeterminate", codes=("signer-unknown-yet",),
            signature="TOTAL_PASSED", why=f"{why} The register binds certificates, not names. {_OLD}",
        )  # fmt: skip


def _by(issued: Issued, at: datetime = SIGNED) -> bytes:
    """Sign as a forger does, whom no check of our own signing stops."""
    signer = FileKeySigner(issued.key, issued.certificate, issued.chain, SignatureAlgorithm.ECDSA_SHA256)
    with (
        patch("perizinan_core.signing._cms.check_certificate", return_value=tuple(SignatureAlgorithm)),
        patch("perizinan_core.signing._sign.check_validity"),
    ):
        return sign_pdf(build.small_pdf(build.statement()), signer, SigningRequest(signed_at=at))


def _not_entitled(setting: Setting) -> Iterator[Case]:
    world, said = setting.world, build.statement()
    deputy = attrs.evolve(said.signatory, position="sekretaris")
    elsewhere = attrs.evolve(said.signatory, position="wali-kota")
    mandate = attrs.evolve(said.signatory, delegation="mandate-1999")
    rows = [
        ("same_ca", world.permit(world.outsider), "signer-unknown-yet", "A company's certificate of the same CA: sound, and not in the office's register."),
        ("other_ca", world.permit(world.stranger), "chain-unknown-root", "A certificate of another CA."),
        ("former", world.permit(world.former), "signer-out-of-term", "The officer left at the end of 2025; the certificate is still valid."),
        ("permit_type", world.permit(world.deputy, signatory=deputy), "delegation-missing", "Entitled, but for another kind of permit."),
        ("position", world.permit(signatory=elsewhere), "position-differs", "The letter names another position than the register has for the signer."),
        ("delegation_named", world.permit(signatory=mandate), "delegation-differs", "The letter names a delegation that the register does not hold."),
        ("delegation_ended", world.permit(setting.acted), "delegation-missing", "The acting officer's delegation (Plt.) ended the day before."),
        ("delegation_not_begun", world.permit(setting.coming), "delegation-missing", "The delegation begins the day after."),
        ("second_signer", build.sign(world.permit(), world.outsider), "signer-unknown-yet", "A second signature by somebody from outside makes it look confirmed by others."),
        ("first_signer", build.sign(world.permit(world.outsider), world.head), "signer-unknown-yet", "Somebody from outside signed before the officer."),
    ]  # fmt: skip
    for name, data, code, why in rows:
        old = code == "signer-unknown-yet"
        yield Case(
            name=f"issuer_{name}_fail", data=data, verdict="indeterminate" if old else "wrong_issuer", codes=(code,),
            why=f"{why} {_OLD}" if old else why,
        )  # fmt: skip
    yield Case(
        name="issuer_other_office_fail", data=world.permit(), verdict="indeterminate", codes=("signer-unknown-yet",), authority="other-office",
        why=f"A sound permit of one office, judged by the authority document of another office under the same CA. {_OLD}",
    )  # fmt: skip
    yield Case(
        name="issuer_neighbour_fail", data=world.permit(world.outsider), verdict="not_valid", codes=("permit-other-authority",),
        authority="other-office", why="Signed by the neighbour's officer, but the data names this office.",
    )  # fmt: skip


def _certificates(setting: Setting) -> Iterator[Case]:
    services, pdf = setting.services, build.small_pdf(build.statement(valid_until=None))
    short = services.officer(SIGNED - 30 * DAY, SIGNED + 60 * DAY)
    ended = services.officer(SIGNED - 60 * DAY, SIGNED - 10 * DAY)
    future = services.officer(SIGNED + timedelta(seconds=1), SIGNED + 60 * DAY)
    late, soon = "2027-03-05T10:00:00+07:00", "2026-12-15T10:00:00+07:00"
    plain, timed = services.sign(pdf, short), services.sign(pdf, short, stamped=SIGNED)
    gap = services.sign(pdf, short, stamped=SIGNED + 61 * DAY)
    before, after = SIGNED - 5 * DAY, SIGNED + 5 * DAY
    rows = [
        ("certificate_ended_later_fail", plain, late, _OPEN, "certificate-ended-no-proof", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "The certificate has ended since, and nothing proves that the signature is older."),
        ("good_certificate_ended_later_timestamp", timed, late, _VALID, None, "TOTAL_PASSED", "The certificate has ended since, and a timestamp proves that the signature is older."),
        ("certificate_ended_timestamp_too_late_fail", gap, late, _OPEN, None, None, "Stated in time, but the timestamp is younger than the end of the certificate."),
        ("certificate_ended_before_fail", services.sign(pdf, ended), soon, _OPEN, "certificate-ended-no-proof", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "The stated time lies ten days after the end of the certificate, and nothing proves another."),
        ("certificate_not_begun_fail", services.sign(pdf, future), soon, _BROKEN, "signed-outside-certificate", None, "Signed one second before the certificate begins."),
        ("certificate_revoked_before_fail", services.revoked(plain, short, before), soon, _BROKEN, "certificate-revoked", "TOTAL_FAILED/REVOKED", f"Revoked five days before signing ({_REVOKED})."),
        ("certificate_revoked_before_timestamp_fail", services.revoked(timed, short, before), soon, _BROKEN, "certificate-revoked", "TOTAL_FAILED/REVOKED", f"Revoked five days before signing ({_REVOKED}); the timestamp only proves it."),
        ("certificate_revoked_after_fail", services.revoked(plain, short, after), soon, _OPEN, "certificate-revoked-no-proof", "INDETERMINATE/REVOKED_NO_POE", f"Revoked five days after the stated time ({_REVOKED}), and nothing proves that time."),
        ("good_certificate_revoked_after_timestamp", services.revoked(timed, short, after), soon, _VALID, None, "TOTAL_PASSED", f"Revoked five days after signing ({_REVOKED}); a timestamp proves that it was signed before."),
    ]  # fmt: skip
    for name, data, at, verdict, code, words, why in rows:
        codes = (code,) if code else ()
        yield Case(name=name, data=data, verdict=verdict, codes=codes, signature=words, at=at, authority="services", why=why)  # fmt: skip
    yield Case(
        name="certificate_key_usage_fail", data=_by(setting.encipherer), verdict="not_valid", codes=("certificate-key-usage",),
        why="The certificate is made for encryption, not for signing documents.",
    )  # fmt: skip
    critical = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    odd = setting.world.ca.issue("Aneh", now=SIGNED - 300 * DAY, kind="p-256", extensions=[(critical, True)])
    yield Case(
        name="certificate_critical_extension_fail", data=_by(odd), verdict="not_valid", codes=("certificate-malformed",),
        why="The certificate holds a critical extension that nobody knows (RFC 5280 4.2: it must then be refused).",
    )  # fmt: skip


def _status(setting: Setting) -> Iterator[Case]:
    good = setting.world.permit()
    rows = [
        ("good_status", "in-force", "valid", (), "The status list says: in force."),
        ("good_status_neighbours", "neighbours-revoked", "valid", (), "The places beside this permit's are revoked, its own is not."),
        ("status_revoked_fail", "revoked", _ENDED, ("status-list-invalid",), "The status list says: revoked or annulled."),
        ("status_suspended_fail", "suspended", _ENDED, ("status-list-suspended",), "The status list says: suspended."),
        ("status_superseded_fail", "superseded", _ENDED, ("status-list-superseded",), "The status list says: replaced by a newer permit."),
        ("status_too_old_fail", "too-old", _OPEN, ("status-list-too-old",), "The list is 25 hours old, the office allows 24."),
        ("status_ended_fail", "ended", _OPEN, ("status-list-too-old",), "The list says itself that it ended an hour ago."),
        ("status_too_short_fail", "too-short", _OPEN, ("status-list-out-of-range",), "The list does not reach to the place of this permit."),
        ("status_too_new_fail", "too-new", _OPEN, ("status-list-not-yet",), "The list was made an hour after the moment of the check."),
        ("status_of_another_address_fail", "of-another-address", _OPEN, ("status-list-wrong-subject",), "Signed by the office, but the list of another address."),
        ("status_wrong_key_fail", "wrong-key", _OPEN, ("status-list-wrong-signature",), "A list in force for everybody, signed by a key that is not the office's."),
        ("status_damaged_fail", "damaged", _OPEN, (), "One bit of the list's signature is another."),
        ("status_cut_off_fail", "cut-off", _OPEN, ("status-list-malformed",), "Half of the list."),
    ]  # fmt: skip
    for name, status, verdict, codes, why in rows:
        yield Case(name=name, data=good, verdict=verdict, codes=codes, status=status, authority="office-with-status", why=why)  # fmt: skip
    yield Case(
        name="status_missing_fail", data=good, verdict=_OPEN, codes=("status-list-missing",), authority="office-with-status",
        why="The office publishes a status list, and none is at hand: undecided, never valid.",
    )  # fmt: skip
    yield Case(
        name="good_status_left_out", data=good, verdict="valid", codes=("status-not-checked",), no_status=True,
        authority="office-with-status", why="The caller asks expressly not to look at the status; the report says so.",
    )  # fmt: skip
    yield Case(
        name="status_revoked_and_expired_fail", data=setting.world.permit(valid_until=date(2026, 12, 1)), verdict=_ENDED,
        codes=("permit-expired",), status="revoked", authority="office-with-status", why="Expired and revoked.",
    )  # fmt: skip
