"""
What the service said, sorted by what it means for the letter.

`BsreError`: nothing was signed, for certain. `BsreInDoubtError`: it may have been signed, and a person has to look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors.base import OWN_WORDS, Category, Code
from perizinan_core.errors.signing import NothingSignedError, SigningError
from perizinan_core.i18n import N_

__all__ = ["BsreError", "BsreInDoubtError"]


class BsreError(NothingSignedError):
    """
    Nothing was signed.

    Values of its codes:

    - ``address``: host and port of the service, or what the settings say
    - ``status``: status word of the officer's certificate
    - ``told``: what the service said, without numbers of people
    - ``wanted``: what the officer has to give
    """

    categories: ClassVar[Mapping[str, Category]] = {
        "bsre-address": Category.OFFICE,
        "bsre-secret": Category.INPUT,
        "bsre-passphrase": Category.INPUT,
        "bsre-status": Category.OUTSIDE,
        "bsre-unknown-signer": Category.OFFICE,
        "bsre-document": Category.OUTSIDE,
        "bsre-refused": Category.OUTSIDE,
        "bsre-unsigned": Category.OUTSIDE,
        "bsre-unreachable": Category.OUTSIDE,
        "bsre-login": Category.OFFICE,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "bsre-address": Code(
            N_(
                "[plugin.bsre] address: expected https://HOST (http:// on this machine only, unless unencrypted = "
                "true), and a signer bsre:NIK, bsre:MAIL or bsre:env:NAME; received {address}."
            )
        ),
        "bsre-secret": Code(
            N_("The signature needs the {wanted} of the officer, and none was given. Enter it."),
            labels={
                "wanted": {
                    "passphrase": N_("passphrase"),
                    "totp": N_("one-time code"),
                    "otp": N_("one-time code"),
                }
            },
        ),
        "bsre-passphrase": Code(
            N_(
                "BSrE did not accept the passphrase or code; nothing was signed. Enter it again with care: a "
                "certificate may be blocked after several wrong ones."
            )
        ),
        "bsre-status": Code(
            N_(
                "The officer's certificate at BSrE is not in use (status {status}); nothing was signed. The "
                "e-signature coordinator of the agency knows how to renew or activate it."
            )
        ),
        "bsre-unknown-signer": Code(
            N_(
                "BSrE does not know this signer: not registered, another NIK, or a certificate that has ended. Nothing "
                "was signed. Ask the e-signature coordinator of the agency, and check [signing.signers]."
            )
        ),
        "bsre-document": Code(
            N_(
                "BSrE cannot read the letter as a PDF; nothing was signed. Report this with the log of the service."
            )
        ),
        "bsre-refused": Code(N_("BSrE refused: {told} Nothing was signed; put this right and sign again.")),
        "bsre-unsigned": Code(
            N_(
                "The service returned the letter without a new signature; nothing was signed. Ask who runs the service."
            )
        ),
        "bsre-unreachable": Code(
            N_(
                "The signing service {address} cannot be reached; nothing was sent. The letter waits; try again later."
            )
        ),
        "bsre-login": Code(
            N_(
                "The signing service {address} does not accept this application; nothing was signed. Check user and "
                "password in [plugin.bsre]."
            )
        ),
    }


class BsreInDoubtError(SigningError):
    """
    The letter may have been signed.

    Values of its codes:

    - ``reason``: what was received instead of a signed file
    - ``id``: under which the service keeps the file; a dash where it said none
    """

    categories: ClassVar[Mapping[str, Category]] = {"bsre-in-doubt": Category.OUTSIDE}
    codes: ClassVar[Mapping[str, Code]] = {
        "bsre-in-doubt": Code(
            N_(
                "Whether BSrE signed the letter is not known: {reason} (id at the service: {id}). Do not sign it again "
                "before someone has looked there; a signed file that is found is handed in."
            ),
            labels={"reason": OWN_WORDS},
        )
    }
