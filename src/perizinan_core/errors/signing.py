"""What can stop a signature, a timestamp or long-term data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "DamagedPdfError",
    "EncryptedPdfError",
    "LongTermError",
    "NothingSignedError",
    "SigningError",
    "TimestampServiceError",
    "UnsignablePdfError",
]

_PROBLEMS = {
    "malformed": N_("it is not a timestamp response (RFC 3161)"),
    "imprint": N_("it is a timestamp of something else"),
    "nonce": N_("it answers another request"),
    "policy": N_("it was made under another policy than the one asked for"),
    "certificate-missing": N_("the certificate of the service is not in it"),
    "signature": N_("its signature is broken"),
}

_REASONS = {
    "no-signature": N_("it holds no signature"),
    "unreadable": N_("it is not a whole, well-formed PDF"),
    "encrypted": N_("it is encrypted"),
    "signature-broken": N_("one of its signatures is broken"),
    "timestamp-broken": N_("one of its timestamps is broken"),
    "changed": N_("it was changed after it was signed"),
    "untrusted": N_("a certificate leads to none of the trusted roots"),
}


class SigningError(CodedError):
    """
    A document was not signed.

    Values of its codes:

    - ``address``: the address without its query, which may name private places
    - ``bits``: length of the key in bits
    - ``file``: name of the file, without its folders
    - ``kind``: what was received, e.g. ``"Ed25519"`` or ``"RSA-8192"``
    - ``minimum``: shortest accepted length in bits
    - ``name``: what was received
    - ``not_after``: last moment of validity, ISO 8601
    - ``not_before``: first moment of validity, ISO 8601
    - ``serial``: serial number of the certificate, hexadecimal: names it without naming the person
    - ``signed_at``: signing time, ISO 8601
    - ``usages``: what the certificate is for (RFC 5280 section 4.2.1.3)
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: (
                "field-name field-seed-value field-taken mark-not-drawable mark-outside mark-placement "
                "page-missing passphrase-needed passphrase-wrong pdf-cut pdf-damaged pdf-encrypted "
                "pdf-junk-before pdf-locked pdf-not pdf-xfa"
            ),
            Category.CONFLICT: "certificate-revoked long-term-too-late not-extendable renewal-useless",
            Category.OFFICE: (
                "certificate-missing certificate-not-valid key-file-unreadable key-mismatch key-missing "
                "key-unsupported key-usage key-weak signer-address timestamps-off"
            ),
            Category.OUTSIDE: (
                "extension-refused revocation-unavailable signature-mismatch signer-answer "
                "timestamp-answer timestamp-certificate timestamp-http-status timestamp-refused "
                "timestamp-time timestamp-timeout timestamp-too-large timestamp-unreachable "
                "timestamp-untrusted"
            ),
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "signer-address": Code(
            N_(
                "The signer address “{address}” cannot be read. Write file:/path/key.p12, or "
                "file:/path/key.pem?chain=/path/chain.pem; only chain= and pss= may follow the question mark."
            )
        ),
        "key-file-unreadable": Code(
            N_(
                "The key file “{file}” cannot be read as PKCS#12 (.p12, .pfx) or PEM. Check the path and the "
                "access rights, and that the file is complete."
            )
        ),
        "passphrase-needed": Code(
            N_("The key file “{file}” is protected by a passphrase and none was given. Enter the passphrase.")
        ),
        "passphrase-wrong": Code(N_("The passphrase does not open the key file “{file}”. Enter it again.")),
        "key-missing": Code(
            N_("The file “{file}” holds no private key. Export the certificate again together with its key.")
        ),
        "certificate-missing": Code(
            N_(
                "The file “{file}” holds no certificate. Put the signer's certificate and its chain into it, "
                "or name them with ?chain=/path/chain.pem."
            )
        ),
        "key-mismatch": Code(
            N_(
                "No certificate in “{file}” belongs to the private key. Use the certificate issued for this "
                "key."
            )
        ),
        "key-weak": Code(
            N_(
                "The RSA key of certificate {serial} has {bits} bits; at least {minimum} are needed. Ask the "
                "certification service for a certificate with a longer key."
            )
        ),
        "key-unsupported": Code(
            N_(
                "Certificate {serial} has a key of kind {kind}; RSA of 2048 to 4096 bits, P-256 and P-384 "
                "can sign. Ask for a certificate with such a key."
            )
        ),
        "key-usage": Code(
            N_(
                "Certificate {serial} is not for signing documents: its key usage is “{usages}”, expected "
                "digitalSignature or nonRepudiation. Use the signing certificate of the officer."
            )
        ),
        "certificate-not-valid": Code(
            N_(
                "Certificate {serial} is valid from {not_before} to {not_after}, not at the signing time "
                "{signed_at}. Renew the certificate, or check the clock of this machine."
            )
        ),
        # `serial`: Serial number of the certificate, hexadecimal.
        "signature-mismatch": Code(
            N_(
                "The signer returned a signature that certificate {serial} does not confirm; nothing was "
                "signed. Check that key and certificate of the signing device belong together."
            )
        ),
        "signer-answer": Code(
            N_(
                "The signing service did not return a signed PDF. Do not send the document again before its "
                "state at the service is known."
            )
        ),
    }


class NothingSignedError(SigningError):
    """
    A signing service said for certain that it signed nothing: the letter may be sent again once that is mended.

    Plugins raise subclasses with codes of their own; all else that a `DocumentSigner` raises leaves it in doubt.
    """


class LongTermError(SigningError):
    """
    Timestamps or long-term data could not be added; the signed file is as it was.

    Values of its codes:

    - ``ended_at``: ISO 8601
    - ``ends_at``: ISO 8601
    - ``reason``: one of the keys of the sentences above, e.g. ``"signature-broken"``
    - ``revoked_at``: ISO 8601
    - ``serial``: hexadecimal
    """

    codes: ClassVar[Mapping[str, Code]] = {
        # `reason`: What was tried and how it ended, without addresses.
        "revocation-unavailable": Code(
            N_(
                "Whether certificate {serial} was revoked could not be found out ({reason}). Check the "
                "network, or hand in the OCSP responses or revocation lists."
            )
        ),
        "certificate-revoked": Code(
            N_(
                "Certificate {serial} was revoked on {revoked_at}; no long-term data is added to what it "
                "signed. Look into the signer's certificate before anything else is issued."
            )
        ),
        "timestamps-off": Code(
            N_(
                "This office has no timestamp service, so nothing can be extended. Name one in the settings: "
                "[signing.timestamps], url = …"
            )
        ),
        # The extended file does not verify as well as the one before; it was not kept.
        # `reason`: Reason codes of the verification.
        "extension-refused": Code(
            N_(
                "The extended file does not verify ({reason}), so it was not kept. Check that the timestamp "
                "service's root certificate is among roots in [signing]."
            )
        ),
        "renewal-useless": Code(
            N_(
                "The timestamp service still uses a certificate that ends on {ends_at}, so a new archive "
                "timestamp would not last longer. Renew after the service has changed its certificate, or "
                "name another service."
            )
        ),
        "not-extendable": Code(
            N_(
                "Long-term data cannot be added to this file: {reason}. Use the signed file as it was issued."
            ),
            labels={"reason": _REASONS},
        ),
        "long-term-too-late": Code(
            N_(
                "Certificate {serial} ended on {ended_at}, before a timestamp proved when it was used; a "
                "timestamp made now cannot prove it any more. Keep the file with the office's records, which "
                "know the time."
            ),
            also=("reason",),
            defaults={"serial": "", "ended_at": ""},
        ),
    }


class TimestampServiceError(LongTermError):
    """
    The timestamp service did not give a usable timestamp.

    Values of its codes:

    - ``limit``: in bytes
    - ``not_after``: ISO 8601
    - ``not_before``: ISO 8601
    - ``now``: ISO 8601
    - ``fault``: one of the keys of the sentences above, e.g. ``"imprint"``
    - ``reason``: kind of the failure, e.g. ``"ConnectError"``
    - ``serial``: hexadecimal
    - ``stated``: ISO 8601
    - ``status``: PKIStatus of RFC 3161 section 2.4.2, e.g. ``"rejection"``
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "timestamp-unreachable": Code(
            N_(
                "The timestamp service {host} cannot be reached ({reason}). Check the address in "
                "[signing.timestamps] and the network; what waits for a timestamp is done on the next try."
            )
        ),
        "timestamp-timeout": Code(
            N_(
                "The timestamp service {host} did not answer within {seconds} seconds. Try again, or raise "
                "timeout in [signing.timestamps]."
            )
        ),
        "timestamp-http-status": Code(
            N_(
                "The timestamp service {host} answered with HTTP status {status} instead of 200. Check the "
                "address and the access rights of this office at the service."
            )
        ),
        "timestamp-too-large": Code(
            N_(
                "The answer of the timestamp service {host} is larger than {limit} bytes, which no timestamp "
                "is. Check that the address belongs to a timestamp service."
            )
        ),
        "timestamp-answer": Code(
            N_(
                "The answer of the timestamp service {host} cannot be used: {fault}. Check the address; if "
                "it is right, ask the service."
            ),
            labels={"fault": _PROBLEMS},
        ),
        # `reason`: What the service said, cut to 200 characters.
        "timestamp-refused": Code(
            N_(
                "The timestamp service {host} refused the request ({status}: {reason}). Check with the "
                "service whether this office may use it."
            )
        ),
        "timestamp-time": Code(
            N_(
                "The timestamp service {host} says that it is {stated}, this machine says {now}. Check the "
                "clock of this machine; if it is right, ask the service."
            )
        ),
        "timestamp-certificate": Code(
            N_(
                "The certificate {serial} of the timestamp service {host} is valid from {not_before} to "
                "{not_after} and must be for timestamps only; it cannot be used now. Ask the service for its "
                "new address or certificate."
            )
        ),
        "timestamp-untrusted": Code(
            N_(
                "The certificate of the timestamp service {host} leads to none of the trusted roots. If the "
                "service is the right one, add its root certificate to roots in [signing]."
            )
        ),
    }

    host: str
    """Host and port of the service; never the whole address, which may hold a password."""


class UnsignablePdfError(SigningError):
    """
    The PDF cannot be signed as it is.

    Values of its codes:

    - ``field``: name of the field of the earlier signature; empty if it is not known
    - ``height``: height of the page as shown, in points
    - ``name``: the asked-for name
    - ``offset``: where the header was found, in bytes
    - ``page``: asked-for page, counted from 1, or from the end with negative numbers
    - ``pages``: number of pages in the document
    - ``reason``: what the typesetter said, in English
    - ``width``: width of the page as shown, in points (1/72 inch)
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "pdf-not": Code(N_("This file is not a PDF: it does not begin with “%PDF-”. Sign a PDF file.")),
        "pdf-junk-before": Code(
            N_(
                "There are {offset} bytes before the beginning of this PDF, so its readers disagree about "
                "it. Save it again as PDF without them, then sign."
            )
        ),
        "pdf-cut": Code(
            N_(
                "This PDF does not end with its end mark (startxref … %%EOF): it was cut off or something "
                "was appended. Fetch the file again; a repaired guess is never signed."
            )
        ),
        "pdf-xfa": Code(
            N_(
                "This PDF contains an XFA form, whose content readers do not agree about. Print it to a "
                "plain PDF, then sign."
            )
        ),
        "pdf-locked": Code(
            N_(
                "An earlier signature (field “{field}”) locks this PDF: another signature would invalidate "
                "it. Sign before the document is locked."
            )
        ),
        "field-name": Code(
            N_("“{name}” cannot name a new signature field. Give a name without full stops and not empty.")
        ),
        "field-taken": Code(
            N_(
                "The field “{name}” of this PDF is signed already or is not a signature field. Choose "
                "another name."
            )
        ),
        # `name`: Name of the field.
        "field-seed-value": Code(
            N_(
                "The signature field “{name}” demands special properties of its signature (seed values). Use "
                "a new field, or remove the demands."
            )
        ),
        "page-missing": Code(
            N_(
                "The signature mark is wanted on page {page}, but the document has {pages} page(s). Give a "
                "page from 1 to {pages}, or -1 for the last."
            )
        ),
        "mark-placement": Code(
            N_(
                "The visible signature mark has no place: give page, position and size for a new field; an "
                "existing field must have a visible rectangle."
            )
        ),
        "mark-outside": Code(
            N_(
                "The signature mark does not lie on the page, which is {width} × {height} points. Move it or "
                "make it smaller."
            )
        ),
        "mark-not-drawable": Code(
            N_(
                "The signature mark cannot be drawn: {reason}. Use characters that the given fonts contain, "
                "a complete PNG or JPEG picture, and a mark large enough for its text."
            )
        ),
    }


@attrs.define(slots=False, eq=False)
class DamagedPdfError(UnsignablePdfError):
    """The PDF is damaged; other software would repair it silently, a signature must not."""

    fault: str
    """English clause that says what is wrong."""

    offset: int
    """Position in bytes from the start of the file; 0 if it is not known."""

    code: ClassVar[str] = "pdf-damaged"
    sentence: ClassVar[str] = N_(
        "This PDF is damaged: {fault} ({place}). Save it again with the program that made it, then sign."
    )

    def wording(self, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """Say the place, if it is known."""
        place = translate(N_("place unknown"), language)
        if self.offset:
            place = translate(N_("byte {offset}"), language, offset=self.offset)
        return {**super().wording(language), "place": place}


@attrs.define(slots=False, eq=False)
class EncryptedPdfError(UnsignablePdfError):
    """The PDF is encrypted."""

    code: ClassVar[str] = "pdf-encrypted"
    sentence: ClassVar[str] = N_(
        "This PDF is encrypted. Remove its password protection, then sign: a permit must be readable by all."
    )
