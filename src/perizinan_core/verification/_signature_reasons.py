"""Sentences of the reasons that only signed PDFs in general have; `reasons` takes them into its table."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_

__all__ = ["SENTENCES", "WORTH_SAYING"]

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "NONE": {
        "signatures-only": N_("Not checked: only the signatures were asked about, not a permit."),
        "content-and-view-intact": N_(
            "Nothing was changed since the signature, and all that is shown belongs to it."
        ),
        "form-filled-as-certified": N_(
            "After the certification fields of the form were filled in ({fields}). Its signer allowed "
            "that; no one signed what stands in them."
        ),
        "certificate-valid-then": N_(
            "The certificates were valid on {day}, the day for which the answer holds."
        ),
        "certificate-valid-proven": N_(
            "The certificates were valid on {day}, when the signature is proven to exist."
        ),
        "certificate-ended-since": N_(
            "The signature is proven to have existed on {day}, when its certificates were valid; they have ended since."
        ),
        "root-ended-since": N_(
            "The root {root} ended on {last}; the signature is proven to have existed on {day}, before that."
        ),
        "timestamp-proven": N_("A timestamp of {service} proves that the signature existed on {day}."),
        "timestamp-service-ended": N_(
            "A timestamp of {service} proves that the signature existed on {day}; the certificate of that service "
            "has ended since, and no later timestamp renews the proof."
        ),
        "timestamp-root-not-given": N_(
            "Not proven: the file carries a timestamp, but its service leads to no root that was given."
        ),
        "timestamp-not-there": N_(
            "Not proven: the file carries no timestamp; the time is the signer's own statement."
        ),
        "timestamp-without-certificate": N_(
            "Not proven: the timestamp in the file comes without the certificate of its service."
        ),
        "timestamp-not-accepted": N_("Not proven: the timestamp in the file cannot be accepted ({problem})."),
        "revocation-good": N_(
            "No certificate was revoked, by the revocation data of the file or the caller."
        ),
        "revocation-good-signer": N_(
            "The signer's certificate was not revoked, by the revocation data of the file or the caller; "
            "for the issuers above it there is none."
        ),
        "revocation-data-missing": N_(
            "Not checked: neither the file nor the caller gave revocation data for every certificate."
        ),
        "long-term-none": N_(
            "No timestamp of a given root: the signature can be judged only while its certificate is valid."
        ),
        "long-term-no-revocation": N_(
            "A timestamp proves the time, but there is no revocation data: that the certificate was not revoked "
            "at that time cannot be shown from this file alone."
        ),
        "long-term-complete": N_("Time and revocation are proven by the file itself ({level})."),
        "aspect-not-reached": N_("Not judged, because the signature itself did not pass."),
    },
    "NOT_VALID": {
        "signature-never-made": N_("A field of the form claims to be signed, but holds no signature."),
        "revision-broken": N_("What a signature covers is not a complete version of the file."),
        "structure-broken": N_(
            "The file is signed, but its structure is broken, so that readers may show different things ({problem})."
        ),
        "certificate-revoked": N_("A certificate of the signature was revoked on {day}."),
        "chain-not-yet": N_("The signature is proven to be older than its certificates ({day})."),
        "chain-weak": N_("A certificate of the signature was made by a method that is too weak today."),
    },
    "UNREADABLE": {
        "password-needed": N_("The file is encrypted and opens only with a password."),
    },
    "UNPROVEN": {
        "root-not-given": N_("The signature is sound, but its certificate leads to no root that was given."),
        "root-ended": N_(
            "The root {root} ended on {last}, and nothing in the file proves that the signature is older: "
            "a timestamp of a service under a given root would."
        ),
        "root-cut-off": N_(
            "The root {root} is believed until {last}, and the signature is proven only for {day}."
        ),
        "chain-ended": N_(
            "A certificate of the signature has ended, and nothing in the file proves that the signature is older: "
            "a timestamp of a service under a given root would."
        ),
        "proof-too-late": N_(
            "The signature is proven only for {day}, when a certificate of it had ended already."
        ),
        "chain-not-accepted": N_("The certificates of the signature break a rule of their own issuers."),
        "certificate-usage-unfit": N_("The signer's certificate is not made for signing documents."),
        "certificate-not-yet": N_("A certificate of the signature was not valid yet on {day}."),
    },
}
"""Weight (a name of `Weight`) → code → English msgid."""

WORTH_SAYING = (
    "form-filled-as-certified",
    "root-ended-since",
    "certificate-ended-since",
    "timestamp-service-ended",
)
"""Said of a valid file: on what its validity rests, and what could not be checked."""
