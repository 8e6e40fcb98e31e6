"""
What can stop a signature: the key, its certificate, the signer's answer, or the PDF itself.

::

    SigningError
    ├── UnknownSignerSchemeError · SignerAddressError
    ├── KeyFileError
    │   ├── KeyFileUnreadableError · PassphraseNeededError · WrongPassphraseError
    │   └── NoPrivateKeyError · NoCertificateError · KeyMismatchError
    ├── CertificateError
    │   ├── WeakKeyError · UnsupportedKeyError · UnsupportedCurveError
    │   └── KeyUsageError · CertificateNotValidAtError
    ├── SignatureMismatchError · SignerAnswerError
    ├── DevelopmentNameError · DevelopmentFolderError
    └── UnsignablePdfError
        ├── NotAPdfError · JunkBeforePdfError · CutOrExtendedPdfError · DamagedPdfError
        ├── EncryptedPdfError · XfaFormError · ChangesForbiddenError
        ├── FieldNameError · FieldTakenError · SeedValueError
        └── PageNotFoundError · MarkPlacementError · MarkOutsidePageError · MarkNotDrawableError
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "CertificateError",
    "CertificateNotValidAtError",
    "ChangesForbiddenError",
    "CutOrExtendedPdfError",
    "DamagedPdfError",
    "DevelopmentFolderError",
    "DevelopmentNameError",
    "EncryptedPdfError",
    "FieldNameError",
    "FieldTakenError",
    "JunkBeforePdfError",
    "KeyFileError",
    "KeyFileUnreadableError",
    "KeyMismatchError",
    "KeyUsageError",
    "MarkNotDrawableError",
    "MarkOutsidePageError",
    "MarkPlacementError",
    "NoCertificateError",
    "NoPrivateKeyError",
    "NotAPdfError",
    "PageNotFoundError",
    "PassphraseNeededError",
    "SeedValueError",
    "SignatureMismatchError",
    "SignerAddressError",
    "SignerAnswerError",
    "SigningError",
    "UnknownSignerSchemeError",
    "UnsignablePdfError",
    "UnsupportedCurveError",
    "UnsupportedKeyError",
    "WeakKeyError",
    "WrongPassphraseError",
    "XfaFormError",
]


@attrs.define(slots=False, eq=False)
class SigningError(PerizinanError):
    """A document was not signed."""

    code: ClassVar[str] = "signing"


@attrs.define(slots=False, eq=False)
class UnknownSignerSchemeError(SigningError):
    """A signer address begins with a scheme that nothing here opens."""

    scheme: str
    """The part of the address before the colon."""

    known: tuple[str, ...]
    """Schemes that can be opened."""

    code: ClassVar[str] = "signer-scheme-unknown"
    sentence: ClassVar[str] = N_(
        "No signer opens addresses that begin with “{scheme}:”; known are: {known}. "
        "Install the plugin that offers “{scheme}”, or use a key file (file:/path/key.p12)."
    )


@attrs.define(slots=False, eq=False)
class SignerAddressError(SigningError):
    """A signer address cannot be understood."""

    address: str
    """The address without its query, which may name private places."""

    code: ClassVar[str] = "signer-address"
    sentence: ClassVar[str] = N_(
        "The signer address “{address}” cannot be read. Write file:/path/key.p12, or "
        "file:/path/key.pem?chain=/path/chain.pem; only chain= and pss= may follow the question mark."
    )


@attrs.define(slots=False, eq=False)
class KeyFileError(SigningError):
    """A key file cannot be used."""

    file: str
    """Name of the file, without its folders."""

    code: ClassVar[str] = "key-file"


@attrs.define(slots=False, eq=False)
class KeyFileUnreadableError(KeyFileError):
    """The file is missing, not readable, or neither PKCS#12 nor PEM."""

    code: ClassVar[str] = "key-file-unreadable"
    sentence: ClassVar[str] = N_(
        "The key file “{file}” cannot be read as PKCS#12 (.p12, .pfx) or PEM. "
        "Check the path and the access rights, and that the file is complete."
    )


@attrs.define(slots=False, eq=False)
class PassphraseNeededError(KeyFileError):
    """The key is encrypted and nobody gave a passphrase."""

    code: ClassVar[str] = "passphrase-needed"
    sentence: ClassVar[str] = N_(
        "The key file “{file}” is protected by a passphrase and none was given. Enter the passphrase."
    )


@attrs.define(slots=False, eq=False)
class WrongPassphraseError(KeyFileError):
    """The passphrase does not open the key file."""

    code: ClassVar[str] = "passphrase-wrong"
    sentence: ClassVar[str] = N_("The passphrase does not open the key file “{file}”. Enter it again.")


@attrs.define(slots=False, eq=False)
class NoPrivateKeyError(KeyFileError):
    """There is no private key in the file."""

    code: ClassVar[str] = "key-missing"
    sentence: ClassVar[str] = N_(
        "The file “{file}” holds no private key. Export the certificate again together with its key."
    )


@attrs.define(slots=False, eq=False)
class NoCertificateError(KeyFileError):
    """There is no certificate in the file."""

    code: ClassVar[str] = "certificate-missing"
    sentence: ClassVar[str] = N_(
        "The file “{file}” holds no certificate. Put the signer's certificate and its chain into it, "
        "or name them with ?chain=/path/chain.pem."
    )


@attrs.define(slots=False, eq=False)
class KeyMismatchError(KeyFileError):
    """No certificate in the file belongs to the private key."""

    code: ClassVar[str] = "key-mismatch"
    sentence: ClassVar[str] = N_(
        "No certificate in “{file}” belongs to the private key. Use the certificate issued for this key."
    )


@attrs.define(slots=False, eq=False)
class CertificateError(SigningError):
    """A certificate or its key is not fit for signing permits."""

    serial: str
    """Serial number of the certificate, hexadecimal: names it without naming the person."""

    code: ClassVar[str] = "certificate"


@attrs.define(slots=False, eq=False)
class WeakKeyError(CertificateError):
    """The RSA key is too short."""

    bits: int
    """Length of the key in bits."""

    minimum: int
    """Shortest accepted length in bits."""

    code: ClassVar[str] = "key-weak"
    sentence: ClassVar[str] = N_(
        "The RSA key of certificate {serial} has {bits} bits; at least {minimum} are needed. "
        "Ask the certification service for a certificate with a longer key."
    )


@attrs.define(slots=False, eq=False)
class UnsupportedKeyError(CertificateError):
    """The key is of a kind that permits are not signed with."""

    kind: str
    """What came, e.g. ``"Ed25519"`` or ``"RSA-8192"``."""

    code: ClassVar[str] = "key-unsupported"
    sentence: ClassVar[str] = N_(
        "Certificate {serial} has a key of kind {kind}; RSA of 2048 to 4096 bits, P-256 and P-384 can sign. "
        "Ask for a certificate with such a key."
    )


@attrs.define(slots=False, eq=False)
class UnsupportedCurveError(UnsupportedKeyError):
    """The elliptic curve is not one that PDF readers commonly check."""

    code: ClassVar[str] = "curve-unsupported"
    sentence: ClassVar[str] = N_(
        "Certificate {serial} uses the curve {kind}; P-256 and P-384 can sign. "
        "Ask for a certificate with such a key."
    )


@attrs.define(slots=False, eq=False)
class KeyUsageError(CertificateError):
    """The certificate was not issued for signing documents."""

    usages: tuple[str, ...]
    """What the certificate is for (RFC 5280 section 4.2.1.3)."""

    code: ClassVar[str] = "key-usage"
    sentence: ClassVar[str] = N_(
        "Certificate {serial} is not for signing documents: its key usage is “{usages}”, expected "
        "digitalSignature or nonRepudiation. Use the signing certificate of the officer."
    )


@attrs.define(slots=False, eq=False)
class CertificateNotValidAtError(CertificateError):
    """The certificate is not valid at the signing time."""

    signed_at: str
    """Signing time, ISO 8601."""

    not_before: str
    """First moment of validity, ISO 8601."""

    not_after: str
    """Last moment of validity, ISO 8601."""

    code: ClassVar[str] = "certificate-not-valid"
    sentence: ClassVar[str] = N_(
        "Certificate {serial} is valid from {not_before} to {not_after}, not at the signing time "
        "{signed_at}. Renew the certificate, or check the clock of this machine."
    )


@attrs.define(slots=False, eq=False)
class SignatureMismatchError(SigningError):
    """The signer answered with a signature that its own certificate does not confirm."""

    serial: str
    """Serial number of the certificate, hexadecimal."""

    code: ClassVar[str] = "signature-mismatch"
    sentence: ClassVar[str] = N_(
        "The signer returned a signature that certificate {serial} does not confirm; nothing was signed. "
        "Check that key and certificate of the signing device belong together."
    )


@attrs.define(slots=False, eq=False)
class SignerAnswerError(SigningError):
    """A signing service answered with something that is not the signed document."""

    code: ClassVar[str] = "signer-answer"
    sentence: ClassVar[str] = N_(
        "The signing service did not return a signed PDF. Do not send the document again before its "
        "state at the service is known."
    )


@attrs.define(slots=False, eq=False)
class DevelopmentNameError(SigningError):
    """A development signer needs a simple short name for its file and a name that fits a certificate."""

    name: str
    """What came."""

    code: ClassVar[str] = "development-name"
    sentence: ClassVar[str] = N_(
        "“{name}” cannot name a development signer. Use small letters, digits and hyphens for the file "
        "(at most 60), and at most 48 characters for the name in the certificate."
    )


@attrs.define(slots=False, eq=False)
class DevelopmentFolderError(SigningError):
    """The folder of the development CA holds files that cannot be used."""

    file: str
    """Name of the file inside the folder."""

    code: ClassVar[str] = "development-folder"
    sentence: ClassVar[str] = N_(
        "The development CA's file “{file}” cannot be used. Delete the whole folder; a new development CA "
        "is made on next use."
    )


@attrs.define(slots=False, eq=False)
class UnsignablePdfError(SigningError):
    """The PDF cannot be signed as it is."""

    code: ClassVar[str] = "pdf-unsignable"


@attrs.define(slots=False, eq=False)
class NotAPdfError(UnsignablePdfError):
    """The bytes do not begin like a PDF."""

    code: ClassVar[str] = "pdf-not"
    sentence: ClassVar[str] = N_("This file is not a PDF: it does not begin with “%PDF-”. Sign a PDF file.")


@attrs.define(slots=False, eq=False)
class JunkBeforePdfError(UnsignablePdfError):
    """Something stands before the PDF header."""

    offset: int
    """Where the header was found, in bytes."""

    code: ClassVar[str] = "pdf-junk-before"
    sentence: ClassVar[str] = N_(
        "There are {offset} bytes before the beginning of this PDF, so its readers disagree about it. "
        "Save it again as PDF without them, then sign."
    )


@attrs.define(slots=False, eq=False)
class CutOrExtendedPdfError(UnsignablePdfError):
    """The file does not end where a PDF ends."""

    code: ClassVar[str] = "pdf-cut"
    sentence: ClassVar[str] = N_(
        "This PDF does not end with its end mark (startxref … %%EOF): it was cut off or something was "
        "appended. Fetch the file again; a repaired guess is never signed."
    )


@attrs.define(slots=False, eq=False)
class DamagedPdfError(UnsignablePdfError):
    """The PDF is damaged; other software would repair it silently, a signature must not."""

    problem: str
    """English clause that says what is wrong."""

    offset: int
    """Position in bytes from the start of the file; 0 if it is not known."""

    code: ClassVar[str] = "pdf-damaged"
    sentence: ClassVar[str] = N_(
        "This PDF is damaged: {problem} ({place}). Save it again with the program that made it, then sign."
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


@attrs.define(slots=False, eq=False)
class XfaFormError(UnsignablePdfError):
    """The PDF carries an XFA form, which shows other content than the PDF pages."""

    code: ClassVar[str] = "pdf-xfa"
    sentence: ClassVar[str] = N_(
        "This PDF contains an XFA form, whose content readers do not agree about. "
        "Print it to a plain PDF, then sign."
    )


@attrs.define(slots=False, eq=False)
class ChangesForbiddenError(UnsignablePdfError):
    """An earlier signature forbids further signatures."""

    field: str
    """Name of the field of the earlier signature; empty if it is not known."""

    code: ClassVar[str] = "pdf-locked"
    sentence: ClassVar[str] = N_(
        "An earlier signature (field “{field}”) locks this PDF: another signature would invalidate it. "
        "Sign before the document is locked."
    )


@attrs.define(slots=False, eq=False)
class FieldNameError(UnsignablePdfError):
    """A signature field cannot have this name."""

    name: str
    """The asked-for name."""

    code: ClassVar[str] = "field-name"
    sentence: ClassVar[str] = N_(
        "“{name}” cannot name a new signature field. Give a name without full stops and not empty."
    )


@attrs.define(slots=False, eq=False)
class FieldTakenError(UnsignablePdfError):
    """The field of this name is signed already, or is not a signature field."""

    name: str
    """The asked-for name."""

    code: ClassVar[str] = "field-taken"
    sentence: ClassVar[str] = N_(
        "The field “{name}” of this PDF is signed already or is not a signature field. Choose another name."
    )


@attrs.define(slots=False, eq=False)
class SeedValueError(UnsignablePdfError):
    """The author of the field demands properties of the signature that cannot be promised."""

    name: str
    """Name of the field."""

    code: ClassVar[str] = "field-seed-value"
    sentence: ClassVar[str] = N_(
        "The signature field “{name}” demands special properties of its signature (seed values). "
        "Use a new field, or remove the demands."
    )


@attrs.define(slots=False, eq=False)
class PageNotFoundError(UnsignablePdfError):
    """The page for the visible mark does not exist."""

    page: int
    """Asked-for page, counted from 1, or from the end with negative numbers."""

    pages: int
    """Number of pages in the document."""

    code: ClassVar[str] = "page-missing"
    sentence: ClassVar[str] = N_(
        "The signature mark is wanted on page {page}, but the document has {pages} page(s). "
        "Give a page from 1 to {pages}, or -1 for the last."
    )


@attrs.define(slots=False, eq=False)
class MarkPlacementError(UnsignablePdfError):
    """A visible mark has no place."""

    code: ClassVar[str] = "mark-placement"
    sentence: ClassVar[str] = N_(
        "The visible signature mark has no place: give page, position and size for a new field; "
        "an existing field must have a visible rectangle."
    )


@attrs.define(slots=False, eq=False)
class MarkOutsidePageError(UnsignablePdfError):
    """The visible mark would not lie on the page."""

    width: float
    """Width of the page as shown, in points (1/72 inch)."""

    height: float
    """Height of the page as shown, in points."""

    code: ClassVar[str] = "mark-outside"
    sentence: ClassVar[str] = N_(
        "The signature mark does not lie on the page, which is {width} × {height} points. "
        "Move it or make it smaller."
    )


@attrs.define(slots=False, eq=False)
class MarkNotDrawableError(UnsignablePdfError):
    """The text or picture of the mark cannot be drawn."""

    reason: str
    """What the typesetter said, in English."""

    code: ClassVar[str] = "mark-not-drawable"
    sentence: ClassVar[str] = N_(
        "The signature mark cannot be drawn: {reason}. Use characters that the given fonts contain, "
        "a complete PNG or JPEG picture, and a mark large enough for its text."
    )
