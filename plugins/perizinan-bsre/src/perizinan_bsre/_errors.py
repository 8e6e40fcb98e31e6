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
    - ``wanted``: what has to be given
    - ``generation``, ``subscriber``: what the settings say
    - ``reason``: what was received instead of an answer about a code
    - ``position``: code of a position
    - ``file``: name of a file
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
        "bsre-generation": Category.OFFICE,
        "bsre-position": Category.INPUT,
        "bsre-subscriber": Category.OFFICE,
        "bsre-activation": Category.INPUT,
        "bsre-no-code": Category.OUTSIDE,
        "bsre-sealed-file": Category.INPUT,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "bsre-address": Code(
            N_(
                "[plugin.bsre] address: expected https://HOST (http:// on this machine only, unless unencrypted = "
                "true), and a signer bsre:NIK, bsre:MAIL, bsre:env:NAME or bsre:seal; received {address}."
            )
        ),
        "bsre-secret": Code(
            N_("The signature needs the {wanted}, and none was given. Enter it."),
            labels={
                "wanted": {
                    "passphrase": N_("passphrase of the officer"),
                    "activation": N_("activation code of the seal"),
                    "totp": N_("one-time code of the officer"),
                    "otp": N_("one-time code of the officer"),
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
                "was signed. Ask the e-signature coordinator of the agency, and check [signing.signers], or for a seal "
                "subscriber in [plugin.bsre]."
            )
        ),
        "bsre-document": Code(
            N_(
                "BSrE cannot read the letter as a PDF; nothing was signed. Report this with the log of the service."
            )
        ),
        "bsre-refused": Code(N_("BSrE refused: {told} Nothing was signed; put this right, then try again.")),
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
        "bsre-position": Code(
            N_(
                "BSrE does not sign for the position “{position}”: expected a position that [signing.signers] gives an "
                "address bsre:NIK, bsre:MAIL or bsre:env:NAME."
            )
        ),
        "bsre-generation": Code(
            N_(
                'One-time codes need generation = "v2" in [plugin.bsre]; received v1. With v1 the officer gives the '
                "passphrase."
            )
        ),
        "bsre-subscriber": Code(
            N_(
                'The seal needs generation = "v2" and subscriber, the number under which BSrE keeps it, in '
                "[plugin.bsre]; received generation {generation} and subscriber {subscriber}."
            )
        ),
        "bsre-activation": Code(
            N_(
                "BSrE did not accept the code: {told} Nothing was signed. Enter it again; for a seal whose activation "
                "has ended, request another: perizinan bsre activate."
            )
        ),
        "bsre-no-code": Code(
            N_(
                "Whether the service sent or changed a code is not known: {reason}. Nothing was signed. Look for a "
                "message of the service, then ask again."
            ),
            labels={"reason": OWN_WORDS},
        ),
        "bsre-sealed-file": Code(
            N_("The file {file} is there already, and nothing was sealed. Choose another name with --out.")
        ),
    }


class BsreInDoubtError(SigningError):
    """
    The document may have been signed.

    Values of its codes:

    - ``reason``: what was received instead of a signed file
    - ``id``: under which the service keeps the file; a dash where it said none
    - ``file``, ``mark``: names of files
    """

    categories: ClassVar[Mapping[str, Category]] = {
        "bsre-in-doubt": Category.OUTSIDE,
        "bsre-begun": Category.CONFLICT,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "bsre-in-doubt": Code(
            N_(
                "Whether BSrE signed the letter is not known: {reason} (id at the service: {id}). Do not sign it again "
                "before someone has looked there; a signed file that is found is handed in."
            ),
            labels={"reason": OWN_WORDS},
        ),
        "bsre-begun": Code(
            N_(
                "An earlier attempt may have sealed {file}, or one is under way. Look at the service; if nothing was "
                "sealed there, remove {mark} and seal again."
            )
        ),
    }
