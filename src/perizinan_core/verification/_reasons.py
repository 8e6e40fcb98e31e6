"""
Every reason that a check can give: stable code, sentence, and the verdict it leads to.

The table is the policy of this room in one place. A check that fails or stays open names a code;
the code alone decides the verdict. Among several, the lowest `Weight` wins: whether a file is a
permit of the office at all comes before whether that permit is in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.verification._signature_reasons import SENTENCES

__all__ = ["REASONS", "ReasonEntry", "Weight"]


class Weight(IntEnum):
    """What a reason decides, strongest first."""

    UNREADABLE = 1
    UNSIGNED = 2
    NOT_VALID = 3
    WRONG_ISSUER = 4
    UNPROVEN = 5
    """Indeterminate, because the signature or the signer cannot be judged."""
    NOT_IN_FORCE = 6
    STATUS_OPEN = 7
    """Indeterminate, because the status is not known."""
    NONE = 8
    """Says something without deciding."""


@attrs.frozen
class ReasonEntry:
    """One line of the table."""

    weight: Weight
    sentence: str
    """English msgid."""


def _table(weight: Weight, sentences: Mapping[str, str]) -> dict[str, ReasonEntry]:
    return {code: ReasonEntry(weight, sentence) for code, sentence in sentences.items()}


_PASSED = _table(
    Weight.NONE,
    {
        "authority-document-current": N_("The office's authority document is current."),
        "file-readable": N_("The file is a complete PDF."),
        "signature-found": N_("The file is signed ({count} signature(s))."),
        "covers-everything": N_("The signature covers the whole file."),
        "later-changes-allowed": N_(
            "After the signature only proofs of time or further signatures were added."
        ),
        "content-intact": N_("What the signature covers is as it was signed."),
        "chain-trusted": N_("The certificate leads to a root that is trusted here ({root})."),
        "development-root": N_("Signed under a development root: this is a test document and not a permit."),
        "copy-of-a-permit": N_(
            "The QR code in this copy is genuine: the office issued permit {number} to {holder} for {object}. {problem}"
        ),
        "certificate-good": N_("The certificate was valid at the time of signing and may sign documents."),
        "revoked-after-signing": N_(
            "The certificate was revoked on {day}; the signature is proven to be older."
        ),
        "trusted-time-proven": N_("A timestamp proves that the signature existed on {day}."),
        "trusted-time-records": N_("The office's records show that this file was signed on {day}."),
        "signer-entitled": N_("The signer was entitled to issue this kind of permit on {day}."),
        "permit-data-good": N_("The data of the permit is there and complete."),
        "text-agrees": N_("The printed text says the same as the data."),
        "qr-agrees": N_("The QR claims say the same as the data."),
        "qr-readable": N_("The QR code of a permit was read."),
        "qr-other-address": N_(
            "A QR code was read, but its address ({address}) is not the office's present one: do not open it."
        ),
        "qr-genuine": N_("The office signed what the QR code says, with a key that held on {day}."),
        "qr-text-agrees": N_(
            "The page prints number, holder, object and dates as in its QR code; whether anything else was "
            "changed, only the file as it was issued tells: check that with perizinan verify."
        ),
        "within-dates": N_("The permit is within its dates."),
        "status-in-force": N_("The office's records say: in force."),
        "status-list-valid": N_("The office's status list of {day} says: in force."),
    },
)
_LEFT_OUT = _table(
    Weight.NONE,
    {
        "not-reached": N_("Not checked, because an earlier check did not pass."),
        "no-trusted-time": N_(
            "Not checked: the file carries no timestamp; the time is the signer's own statement."
        ),
        "qr-not-found": N_("Not checked: no QR code of the office was found in the file."),
        "text-not-comparable": N_(
            "Not checked: the page is written in a script that cannot be read back safely."
        ),
        "qr-tells-nothing": N_("Not checked: a QR code says nothing about it."),
        "paper-not-checked": N_(
            "The QR code proves what the office issued, not that the paper around it is unchanged: "
            "compare number, holder, object and dates with the paper."
        ),
        "status-not-checked": N_(
            "status: not checked. Ask the office whether the permit was revoked or suspended."
        ),
    },
)
_UNREADABLE = _table(
    Weight.UNREADABLE,
    {
        "cannot-open": N_("The file cannot be opened."),
        "too-large": N_("The file is larger than {limit} bytes, more than a permit needs."),
        "empty-file": N_("The file is empty."),
        "not-a-pdf": N_("The file is not a PDF."),
        "picture-not-a-pdf": N_(
            "The file is a picture (a photo, scan or screenshot) and not a PDF, so nothing in it is signed. "
            "Ask its holder for the PDF as it was issued."
        ),
        "file-cut-off": N_("The end of the file is missing: it was damaged on the way. Ask for it again."),
        "file-damaged": N_("The PDF is damaged and carries no signature ({problem})."),
        "time-limit": N_("The file took longer than {seconds} seconds and was given up."),
        "not-a-file": N_("It is not an ordinary file, so it was not opened."),
        "archive-unreadable": N_(
            "The archive cannot be unpacked here: it is damaged, encrypted or of an unknown kind."
        ),
        "archive-limit": N_("The archive was given up: it holds more than {limit}."),
        "internal-limit": N_("The file is built in a way that cannot be read safely."),
        "image-cannot-open": N_("The picture cannot be opened."),
        "image-too-large": N_(
            "The picture is larger than {limit} MiB. Take the photo with a lower resolution."
        ),
        "image-too-many-pixels": N_(
            "The picture has {size} megapixels, more than the {limit} that are read. "
            "Take the photo with a lower resolution."
        ),
        "image-damaged": N_("The picture is damaged. Send or take it again."),
        "image-unknown-kind": N_(
            "The file is not a PNG, JPEG, WebP or HEIC picture. Take a photo of the code, or save the page as PNG."
        ),
        "image-no-code": N_(
            "No QR code was found in the picture. Take the photo again: in even light, without reflections, "
            "straight from the front, so near that the code fills a third of the picture."
        ),
        "image-code-damaged": N_(
            "There is a QR code in the picture, but it cannot be read: it is blurred, covered or damaged. "
            "Hold the camera still, wipe the paper, go nearer."
        ),
        "qr-claims-damaged": N_("The code is one of a permit, but incomplete ({problem}). Scan it again."),
        "pdf-no-code": N_(
            "No QR code was found in the PDF. Save the page as PNG, or check the file with perizinan verify."
        ),
    },
)
_UNSIGNED = _table(
    Weight.UNSIGNED,
    {
        "no-signature": N_(
            "The file carries no electronic signature: anyone could have written it, and a print to PDF "
            "has none. Ask its holder for the PDF as it was issued."
        ),
        "no-signature-scan": N_(
            "The pages of the file are pictures, as a scanner or a photo makes them: a scan carries no electronic "
            "signature. Ask its holder for the PDF as it was issued."
        ),
        "no-signature-saved-again": N_(
            "The file holds the data of a permit, but its signature is gone: a program saved or joined "
            "it again, or someone wrote it. Ask its holder for the PDF as it was issued, not opened and "
            "saved."
        ),
        "qr-no-claims": N_(
            "The code holds nothing that an office signed, so anyone could have made it. It holds: {content}."
        ),
    },
)
_NOT_VALID = _table(
    Weight.NOT_VALID,
    {
        "signed-file-damaged": N_(
            "The file was changed after signing; its structure is broken ({problem}). A mail program that puts text "
            "before it or rewrites line ends does that too: ask for the file again, in a ZIP archive."
        ),
        "byte-range-wrong": N_(
            "The signature does not fit the place where it stands: the file was changed after signing, or a program "
            "opened it and saved it again. Ask for the PDF as it was issued, not opened and saved."
        ),
        "signature-not-in-form": N_("The signature in the file is not the one that a reader would show."),
        "bytes-after-signature": N_(
            "{count} bytes were put behind the signed file, as mail gateways do with a notice: ask for the file again, "
            "as a download or in a ZIP archive."
        ),
        "shown-after-signature": N_(
            "Behind the last complete signed version of the file stands an unfinished addition, and "
            "readers that repair files show it: someone changed the file after signing, or it was cut "
            "off on the way."
        ),
        "later-changes-forbidden": N_(
            "The file was changed after signing, by an addition that is not allowed."
        ),
        "content-changed": N_(
            "The content was changed after signing: its checksum differs from the signed one."
        ),
        "signature-broken": N_("The signature does not fit its certificate."),
        "signature-malformed": N_("The signature is damaged ({problem})."),
        "signature-weak": N_("The signature uses a method that is too weak today ({method})."),
        "signature-format-unknown": N_("The signature has a format that permits never have ({format})."),
        "timestamp-broken": N_("The timestamp in the signature is damaged."),
        "certificate-stray": N_("The signature carries a certificate that belongs to no one in it."),
        "chain-incomplete": N_(
            "The certificate of a registered signer does not lead to a root that the office names: "
            "the chain in the file is damaged or incomplete."
        ),
        "chain-broken": N_("A certificate claims an issuer that did not issue it."),
        "certificate-malformed": N_(
            "The signer's certificate holds something that must be understood and is not."
        ),
        "certificate-key-usage": N_("The signer's certificate is not made for signing documents."),
        "signed-outside-certificate": N_(
            "The signer's certificate was not valid on the stated signing day ({day})."
        ),
        "certificate-revoked": N_(
            "The signer's certificate was revoked on {day}, before the stated time of signing."
        ),
        "permit-data-missing": N_("The data of a permit (permit.json) is missing in the file."),
        "permit-data-unreadable": N_("The data of the permit cannot be read ({problems})."),
        "permit-data-schema": N_("The data of the permit is not complete ({problems})."),
        "permit-other-authority": N_("The data names another office ({slug}) than the one that signed."),
        "text-disagrees": N_("The printed text differs from the data in: {fields}."),
        "text-unreadable": N_("The printed text cannot be read, so it cannot be compared."),
        "qr-disagrees": N_("The QR claims differ from the data in: {fields}."),
        "qr-broken": N_("The QR claims in the file are not signed by the office."),
        "qr-signature-wrong": N_("The QR code is not signed by the office, or was changed: it is forged."),
        "qr-of-another-permit": N_("The QR code on the page belongs to another permit ({number})."),
        "qr-on-another-text": N_(
            "The QR code is genuine, but the page around it prints something else in: {fields}."
        ),
        "records-other-file": N_("The office's records hold another file under this permit number."),
    },
)
_WRONG_ISSUER = _table(
    Weight.WRONG_ISSUER,
    {
        "chain-unknown-root": N_(
            "The signature is sound, but its certificate leads to no root that the office names."
        ),
        "signer-unknown": N_(
            "The signature is sound, but {signer} is not in the office's register of signatories."
        ),
        "signer-out-of-term": N_("The signer was not in office for {position} on {day}."),
        "signer-of-another-office": N_(
            "The file names {named} as its office, but {office} has the signer in its register: "
            "{named} did not issue it."
        ),
        "qr-key-of-another-office": N_(
            "The QR code bears the address of {named}, but a key of {office} signed it: {named} did not make it."
        ),
        "delegation-missing": N_(
            "The signer was not entitled to issue permits of the kind {permit_type} on {day}."
        ),
        "delegation-differs": N_(
            "The letter names a delegation ({delegation}) that the register does not hold."
        ),
        "position-differs": N_(
            "The letter is signed for {stated}, but the certificate belongs to {registered}."
        ),
        "qr-key-unknown": N_("The QR code is signed with a key that is not the office's ({kid})."),
        "qr-key-out-of-term": N_("The office's key that signed the QR code did not hold on {day}."),
    },
)
_UNPROVEN = _table(
    Weight.UNPROVEN,
    {
        "office-unknown": N_(
            "The file names the office {office}, which is not one of the {count} known here, and none of "
            "them knows the signer. Ask that office for the address and the fingerprint of its authority "
            "document, and fetch it: perizinan authority fetch ADDRESS --into FOLDER --fingerprint "
            "FINGERPRINT"
        ),
        "authority-document-unusable": N_(
            "The authority document of {office} cannot be used ({problems}). Fetch it again from the office: "
            "perizinan authority fetch ADDRESS --into FOLDER --fingerprint FINGERPRINT"
        ),
        "directory-expired": N_(
            "The directory of offices of {keeper} ended on {day}. Update it and check again: "
            "perizinan directory update --file directory.json --from ADDRESS"
        ),
        "authority-document-expired": N_(
            "The office's authority document ended on {day}. Update it and check again: "
            "perizinan authority update --file authority.json --from {address}"
        ),
        "authority-document-superseded": N_(
            "The office has withdrawn something since this version ({version}) of its authority document; the lowest "
            "that may be used is {lowest}. Update it and check again: "
            "perizinan authority update --file authority.json --from {address}"
        ),
        "signer-unknown-yet": N_(
            "{signer} is not in the office's register of signatories of {last}; the file is dated later ({day}), so "
            "the register may be too old to know the signer. Update it and check again: "
            "perizinan authority update --file authority.json --from {address}"
        ),
        "qr-key-unknown-yet": N_(
            "The QR code is signed with a key ({kid}) that the office's authority document of {last} does not name; "
            "the code is dated later ({day}), so the document may be too old to know the key. Update it and check "
            "again: perizinan authority update --file authority.json --from {address}"
        ),
        "certificate-ended-no-proof": N_(
            "The certificate has ended since, and nothing proves that the signature is older."
        ),
        "certificate-revoked-no-proof": N_(
            "The certificate was revoked on {day}, and nothing proves that the signature is older."
        ),
        "timestamp-untrusted": N_(
            "A timestamp in the file leads to no root that is trusted here: it proves nothing, or was damaged."
        ),
        "unfinished-after-signature": N_(
            "Behind the last complete signed version of the file stands an unfinished addition that "
            "changes nothing that is shown: the file was cut off on the way, or someone put something "
            "behind it."
        ),
        "signing-time-missing": N_("The signature does not state when it was made."),
        "signed-after-check": N_(
            "The signature is dated after the moment for which the check was asked ({day})."
        ),
    },
)
_NOT_IN_FORCE = _table(
    Weight.NOT_IN_FORCE,
    {
        "permit-expired": N_("The permit is genuine, but it ended on {day}."),
        "permit-not-yet": N_("The permit is genuine, but it only begins on {day}."),
        "status-awaiting-signature": N_("The office's records say: not issued yet."),
        "status-expired": N_("The office's records say: expired."),
        "status-suspended": N_("The office's records say: suspended since {day}."),
        "status-revoked": N_("The office's records say: revoked since {day}."),
        "status-annulled": N_("The office's records say: annulled since {day}."),
        "status-superseded": N_("The office's records say: replaced by another permit since {day}."),
        "status-list-invalid": N_(
            "The permit is genuine, but the office's status list of {day} says: revoked or annulled."
        ),
        "status-list-suspended": N_(
            "The permit is genuine, but the office's status list of {day} says: suspended."
        ),
        "status-list-superseded": N_(
            "The permit is genuine, but the office's status list of {day} says: replaced by a newer permit."
        ),
    },
)
_STATUS_OPEN = _table(
    Weight.STATUS_OPEN,
    {
        "status-unavailable": N_("The status could not be read ({problem})."),
        "status-not-given": N_(
            "The office publishes a status list, but this check was made without it, so it is not known whether the "
            "permit was revoked. Fetch the list from {address} and check again with it."
        ),
        "status-time-limit": N_(
            "The status did not arrive within {seconds} seconds. Check again, or ask the office."
        ),
        "status-unknown-permit": N_("The records that were asked do not know this permit."),
        "status-older-than-permit": N_(
            "The status that was asked for is older than the permit (of {day}): fetch the current status list."
        ),
        "status-list-terms": N_(
            "The office's authority document does not say how its status list is checked."
        ),
        "status-list-missing": N_(
            "The office's status list is missing: without it no one knows whether the permit was "
            "revoked. Fetch status-list.cwt from the office's site and lay it beside authority.json."
        ),
        "status-list-malformed": N_("The status list is damaged, or is not a status list: fetch it again."),
        "status-list-wrong-signature": N_("The status list is not signed by the office: fetch it again."),
        "status-list-key-unknown": N_(
            "The status list is signed with a key that this authority document does not name, because the document is "
            "older. Update it and check again: perizinan authority update --file authority.json --from the address "
            "where the office publishes it."
        ),
        "status-list-wrong-subject": N_("The status list belongs to another office or address."),
        "status-list-out-of-range": N_(
            "The status list does not reach to this permit: it is older than the permit. Fetch the current one."
        ),
        "status-list-too-old": N_("The status list is too old to rely on: fetch the current one."),
        "status-list-not-yet": N_(
            "The status list was made after the moment for which the check was asked, and says nothing about it."
        ),
        "status-list-unreachable": N_("The status list could not be fetched, and there is no saved copy."),
    },
)

_SIGNATURES = {
    code: entry
    for name, sentences in SENTENCES.items()
    for code, entry in _table(Weight[name], sentences).items()
}

REASONS: Mapping[str, ReasonEntry] = {
    **_PASSED,
    **_LEFT_OUT,
    **_UNREADABLE,
    **_UNSIGNED,
    **_NOT_VALID,
    **_WRONG_ISSUER,
    **_UNPROVEN,
    **_NOT_IN_FORCE,
    **_STATUS_OPEN,
    **_SIGNATURES,
}
"""All reasons by code."""
