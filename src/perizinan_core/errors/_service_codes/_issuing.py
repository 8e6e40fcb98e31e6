"""Printing, signing and publishing: letters, keys, bindings, the status list."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    "issuance": Code(N_("The permit was not issued: {reason}. Nothing was lost; try again.")),
    # An earlier attempt may have signed; the document must not be signed again blindly.
    "signing-in-doubt": Code(
        N_(
            "An earlier attempt to sign permit {number} ended without an answer, so it is not clear "
            "whether it was signed ({reason}). Look it up in the signing service, then hand in the "
            "signed file, or state that there is none."
        ),
        defaults={"number": ""},
    ),
    "signed-letter-invalid": Code(
        N_(
            "The signer answered with a file that does not verify ({reason}), so it was not accepted. "
            "Check the signer's certificate and the authority document."
        )
    ),
    "letter-changed": Code(
        N_(
            "The letter on record is not the one that the number was taken for ({reason}); it was not "
            "signed. Restore records and documents from a backup."
        )
    ),
    # The number is taken; only the template, or the program that prints, has to be put right.
    "letter-not-printed": Code(
        N_(
            "Permit {number} has its number, and its letter could not be printed: {reason} The number stays, and "
            "the letter is kept as it was. Put this right and issue it again; the worker tries it as well."
        )
    ),
    "signing-unfinished": Code(
        N_(
            "Permit {number} has its number and waits for its signature: disk or database refused ({reason}). "
            "Nothing is lost. Free space or put the fault right, then issue it again; the worker tries it as well."
        )
    ),
    # A key of the office was not announced long enough before its first use; nothing was signed with it.
    "key-not-usable-yet": Code(
        N_(
            "The key in place for {purpose} may be used from {day}: it must stand in authority.json for as long as "
            "a status list may be old before it signs anything. Put the former key back until then, and publish "
            "authority.json. Only if the former key was stolen, run: perizinan keys rotate-own {purpose} --stolen"
        )
    ),
    # What the office vouches for was changed or removed outside the library; nothing was published.
    "publication-broken": Code(
        N_(
            "authority.json was not made: these records of keys and certificates are not as they were "
            "written: {records}. The document that is published stays as it is. Restore them from a "
            "backup, and find out who can write to the database."
        )
    ),
    "status-list-clock": Code(
        N_(
            "The published status list was made at {published}, but the clock says {now}. Set the clocks "
            "of the office's machines right; a list never replaces a newer one. If the published one was "
            "made by a clock that was ahead, run: perizinan clock repair"
        )
    ),
    # `certificate`: None for a signing service, whose certificate is not known beforehand.
    "signer-not-entitled": Code(
        N_(
            "The certificate that signs for the position {position} ({certificate}) is not bound to it for "
            "permits of the kind {permit_type} on {day}, so checkers would reject the permit. Nothing was "
            "signed. Look at `perizinan keys bindings`, then correct [signing.signers], or bind the certificate: "
            "perizinan keys bind"
        ),
        absent={"certificate": N_("of the signing service")},
    ),
    "binding-days": Code(
        N_(
            "The last day of a binding ({last}) lies before its first day ({first}). Name a last day that is not "
            "earlier."
        )
    ),
    "binding-not-a-signer": Code(
        N_(
            "The certificate {certificate} is one of a certificate authority and signs no permits. Name the "
            "certificate of the officer."
        )
    ),
    "binding-outside-certificate": Code(
        N_(
            "The certificate is valid from {start} to {end}, but the binding would count on {day}. Name days "
            "within its validity, or another certificate."
        )
    ),
    "binding-overlaps": Code(
        N_(
            "The certificate {certificate} is already bound to the position {position} from {start} to {end}. "
            "Name days outside these, or end that binding first: perizinan keys unbind"
        ),
        absent={"end": N_("further notice")},
    ),
    # `last`: local day of its last signature.
    "binding-has-signed": Code(
        N_(
            "The certificate {certificate} has signed permits for the position {position}, the last on {last}; "
            "they must stay verifiable, so nothing was changed. End the binding on that day or later "
            "(--last-day), and annul each permit that it should not have signed."
        )
    ),
    "binding-unknown": Code(
        N_(
            "No certificate {certificate} is bound to the position {position}. Look at `perizinan keys bindings`."
        )
    ),
    "binding-ended": Code(
        N_(
            "The binding to the position {position} ended on {end}. To let it count on later days, bind the "
            "certificate again from the next day on: perizinan keys bind"
        )
    ),
}
