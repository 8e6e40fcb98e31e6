"""
The seal of an organisation: a signature whose certificate belongs to a legal entity (PP 71/2019 art. 59(2)).

Someone in charge gets an activation code from the service. Each act of sealing asks for a one-time code with it, and
uses that code at once; neither is kept. Only the second generation of the interface has seals.
"""

from __future__ import annotations

import attrs
import httpx

from perizinan_bsre._codes import OneTimeCode, read_code, read_done
from perizinan_bsre._errors import BsreError
from perizinan_bsre._esign import Esign, properties
from perizinan_bsre._settings import Generation
from perizinan_core.signing import SigningRequest

__all__ = ["BsreSealer", "Seal"]


@attrs.frozen
class Seal:
    """
    The seal that the settings name.

    No call is made twice: each may send a mail, or end a code that someone holds.

    Args:
        esign: The service.

    Raises:
        BsreError: ``bsre-subscriber``: the settings have no seal, or another generation.
    """

    esign: Esign

    def __attrs_post_init__(self) -> None:
        chosen = self.esign.settings
        if chosen.generation is not Generation.V2 or not chosen.subscriber.strip():
            raise BsreError(
                "bsre-subscriber", generation=chosen.generation.value, subscriber=chosen.subscriber or "-"
            )

    def activate(self) -> None:
        """
        Let the service send an activation code to the person in charge of the seal.

        Raises:
            BsreError: it refuses, or whether it did so is not known.
        """
        answer = self._ask("get/activation")
        read_done(answer.status_code, answer.content, refused="bsre-refused")

    def refresh(self, activation: str) -> OneTimeCode:
        """
        Return another activation code for one that has not ended; the former one is of no use then.

        Raises:
            BsreError: it refuses, or whether it did so is not known.
        """
        answer = self._ask("get/activation", totp=activation)
        return read_code(answer.status_code, answer.content)

    def revoke(self, activation: str) -> None:
        """
        End an activation, e.g. when the person in charge changes.

        Raises:
            BsreError: it refuses, or whether it did so is not known.
        """
        answer = self._ask("revoke/activation", totp=activation)
        read_done(answer.status_code, answer.content, refused="bsre-activation")

    def one_time_code(self, activation: str, files: int = 1) -> OneTimeCode:
        """
        Return the code with which a number of files may be sealed.

        Raises:
            BsreError: it refuses, or gives none.
        """
        answer = self._ask("get/totp", totp=activation, data=str(files))
        return read_code(answer.status_code, answer.content)

    def seal(self, pdf: bytes, activation: str, *, reason: str | None, location: str | None) -> bytes:
        """
        Return a PDF with the seal on top; its code is asked for, used once and forgotten.

        Args:
            pdf: The document.
            activation: The activation code.
            reason: What stands in the seal.
            location: What stands in the seal.

        Raises:
            BsreError: nothing was sealed.
            BsreInDoubtError: ``bsre-in-doubt``.
        """

        def body() -> dict[str, object]:
            return {
                "idSubscriber": self.esign.settings.subscriber,
                self.esign.settings.code_field: self.one_time_code(activation).value,
                **properties(pdf, reason, location),
            }

        return self.esign.asked_once(pdf, self._path("pdf"), lambda: {"json": body()}, end=self.esign.end())

    def _ask(self, call: str, **more: str) -> httpx.Response:
        field = self.esign.settings.code_field
        body = {"idSubscriber": self.esign.settings.subscriber}
        body |= {field if name == "totp" else name: value for name, value in more.items()}
        return self.esign.asked_for_code(self._path(call), body)

    def _path(self, call: str) -> str:
        return f"{self.esign.settings.seal_path.rstrip('/')}/{call}"


@attrs.frozen
class BsreSealer:
    """
    Lets the service seal, for the office itself; see `perizinan_core.signing.DocumentSigner`.

    Args:
        seal: The seal.
        activation: Its activation code.
    """

    seal: Seal
    _activation: str = attrs.field(repr=False)

    @property
    def patience(self) -> float:
        """Seconds that an act of sealing takes at most."""
        return self.seal.esign.settings.seconds

    def sign_document(self, pdf: bytes, request: SigningRequest) -> bytes:
        """
        Return ``pdf`` sealed.

        Raises:
            BsreError: nothing was sealed.
            BsreInDoubtError: ``bsre-in-doubt``.
        """
        return self.seal.seal(pdf, self._activation, reason=request.reason, location=request.location)
