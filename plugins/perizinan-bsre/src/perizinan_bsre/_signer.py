"""The signer of one position."""

from __future__ import annotations

import attrs

from perizinan_bsre._errors import BsreError
from perizinan_bsre._esign import Esign
from perizinan_bsre._status import SignerStatus
from perizinan_core.signing import SigningRequest

__all__ = ["BsreSigner"]


@attrs.frozen
class BsreSigner:
    """
    Lets the service sign, for one officer.

    Made for one act of signing where the officer gives the passphrase, and gone with it: nothing keeps it.

    Args:
        esign: The service.
        signer: NIK or mail address of the officer.
        secret: Passphrase or one-time code.
    """

    esign: Esign
    _signer: str = attrs.field(repr=False)
    _secret: str = attrs.field(repr=False)

    @property
    def patience(self) -> float:
        """Seconds that an act of signing takes at most."""
        return self.esign.settings.seconds

    def sign_document(self, pdf: bytes, request: SigningRequest) -> bytes:
        """
        Return ``pdf`` signed; see `perizinan_core.signing.DocumentSigner`.

        The status of the certificate is asked first: only one in use gets as far as a signing call.

        Raises:
            BsreError: nothing was signed.
            BsreInDoubtError: ``bsre-in-doubt``.
        """
        end = self.esign.end()
        status = self.esign.status(self._signer, end=end)
        if status is SignerStatus.NOT_REGISTERED:
            raise BsreError("bsre-unknown-signer")
        if status is not SignerStatus.ISSUE:
            raise BsreError("bsre-status", status=status.value)
        return self.esign.sign(
            pdf, self._signer, self._secret, reason=request.reason, location=request.location, end=end
        )
