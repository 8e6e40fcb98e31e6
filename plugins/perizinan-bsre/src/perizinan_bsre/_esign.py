"""
The calls to an Esign Client Service: the status of a signer, a one-time code, and a signature.

The status may be asked again when the connection fails; a code and a signature are asked for once.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import attrs
import httpx

from perizinan_bsre._answers import Kept, mapping_of, read_signed
from perizinan_bsre._codes import read_done
from perizinan_bsre._errors import BsreError, BsreInDoubtError
from perizinan_bsre._settings import BsreSettings, Generation
from perizinan_bsre._status import SignerStatus, read_status
from perizinan_bsre._turns import alone
from perizinan_core.hooks import silenced
from perizinan_core.i18n import N_

__all__ = ["Esign", "properties"]

_HERE = {"localhost", "127.0.0.1", "::1"}
_STATUS_TRIES = 3
_SHORT_SECONDS = 20.0
_UNAUTHORISED = 401


@attrs.frozen
class Esign:
    """
    One service.

    Args:
        settings: Where it is, and how it is spoken to.

    Raises:
        BsreError: ``bsre-address``.
    """

    settings: BsreSettings
    _trust: ssl.SSLContext = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        parts = urlsplit(self.settings.address)
        is_safe = parts.scheme == "https" or parts.hostname in _HERE or self.settings.unencrypted
        if parts.scheme not in {"https", "http"} or not parts.hostname or not is_safe:
            raise BsreError("bsre-address", address=self.settings.address)

    @_trust.default
    def _default_trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.ca_file or None)

    def end(self) -> float:
        """Return when an act of signing that begins now has to end, by `time.monotonic`."""
        return time.monotonic() + self.settings.seconds

    def status(self, signer: str, *, end: float | None = None) -> SignerStatus:
        """
        Return the status of a signer's certificate.

        Args:
            signer: NIK or mail address.
            end: As `end` gave it; None: the act begins now.

        Raises:
            BsreError: the service cannot be reached, or refuses.
        """
        until = self.end() if end is None else end
        for left in reversed(range(_STATUS_TRIES)):
            try:
                answer = self._ask_status(signer, until)
            except httpx.HTTPError as error:
                if not left:
                    raise self._unreachable() from error
                continue
            break
        if answer.status_code == _UNAUTHORISED:
            raise BsreError("bsre-login", address=self._host)
        return read_status(mapping_of(answer.content))

    def send_code(self, signer: str, files: int = 1) -> None:
        """
        Let the service send a one-time code to an officer, who signs a number of files with it.

        Args:
            signer: NIK or mail address.
            files: How many.

        Raises:
            BsreError: ``bsre-generation``: only the second generation has codes; or the service refuses, or whether it
                did so is not known. Nothing was signed.
        """
        if self.settings.generation is not Generation.V2:
            raise BsreError("bsre-generation")
        answer = self.asked_for_code(self.settings.code_path, {**_who(signer), "data": str(files)})
        read_done(answer.status_code, answer.content, refused="bsre-refused")

    def sign(
        self,
        pdf: bytes,
        signer: str,
        secret: str,
        *,
        reason: str | None,
        location: str | None,
        end: float | None = None,
    ) -> bytes:
        """
        Return a PDF with one more signature.

        Args:
            pdf: The letter.
            signer: NIK or mail address.
            secret: Passphrase or one-time code.
            reason: What stands in the signature.
            location: What stands in the signature.
            end: As `end` gave it; None: the act begins now.

        Raises:
            BsreError: nothing was signed.
            BsreInDoubtError: ``bsre-in-doubt``.
        """
        if self.settings.generation is Generation.V1:
            body = _form(pdf, signer, secret, reason, location)
        else:
            shown = {self.settings.authorisation: secret, **properties(pdf, reason, location)}
            body = {"json": {**_who(signer), **shown}}
        path = self.settings.sign_path or _PATHS[self.settings.generation, "sign"]
        return self.asked_once(pdf, path, lambda: body, end=self.end() if end is None else end)

    def asked_once(self, pdf: bytes, path: str, body: Callable[[], dict[str, Any]], *, end: float) -> bytes:
        """
        Ask for a signature, one caller at a time for each document, and sort what is received.

        Args:
            pdf: The document.
            path: Of the call.
            body: Gives what is sent; asked within the turn of this document.
            end: As `end` gave it.

        Raises:
            BsreError: nothing was signed.
            BsreInDoubtError: ``bsre-in-doubt``.
        """
        with alone(pdf), self._client(self.settings.seconds) as client:
            sent = body()
            client.timeout = _timeout(self._left(end))
            try:
                answer = client.post(path, **sent)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise self._unreachable() from error
            except httpx.HTTPError as error:
                told = N_("the connection broke, or the answer took too long")
                raise BsreInDoubtError("bsre-in-doubt", reason=told, id="-") from error
            try:
                found = read_signed(answer.status_code, answer.headers, answer.content, pdf)
            except BsreError as error:
                if error.code == "bsre-login":
                    raise BsreError("bsre-login", address=self._host) from error
                raise
            return self._fetched(client, found.id, pdf) if isinstance(found, Kept) else found

    def asked_for_code(self, path: str, body: dict[str, str]) -> httpx.Response:
        """
        Ask once about a code; nothing can be signed by it.

        Raises:
            BsreError: ``bsre-unreachable``, ``bsre-login``; ``bsre-no-code``: the connection broke.
        """
        with self._client(_SHORT_SECONDS) as client:
            try:
                answer = client.post(path, json=body)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise self._unreachable() from error
            except httpx.HTTPError as error:
                told = N_("the connection broke, or the answer took too long")
                raise BsreError("bsre-no-code", reason=told) from error
        if answer.status_code == _UNAUTHORISED:
            raise BsreError("bsre-login", address=self._host)
        return answer

    def _fetched(self, client: httpx.Client, id_: str, pdf: bytes) -> bytes:
        """Return the file that the service keeps: it gives it once, so nothing is tried twice."""
        path = self.settings.download_path.replace("{id}", quote(id_, safe=""))
        try:
            answer = client.get(path)
            found = read_signed(answer.status_code, answer.headers, answer.content, pdf)
        except (httpx.HTTPError, BsreError, BsreInDoubtError) as error:
            told = N_("it signed, and the file could not be fetched")
            raise BsreInDoubtError("bsre-in-doubt", reason=told, id=id_[:100]) from error
        if isinstance(found, Kept):
            raise BsreInDoubtError(
                "bsre-in-doubt", reason=N_("it signed, and did not give the file"), id=id_[:100]
            )
        return found

    def _ask_status(self, signer: str, end: float) -> httpx.Response:
        path = self.settings.status_path or _PATHS[self.settings.generation, "status"]
        with self._client(min(_SHORT_SECONDS, self._left(end))) as client:
            if self.settings.generation is Generation.V1:
                return client.get(path.replace("{nik}", quote(signer, safe="")))
            return client.post(path, json=_who(signer))

    @contextmanager
    def _client(self, seconds: float) -> Iterator[httpx.Client]:
        login = (self.settings.user.reveal().decode(), self.settings.password.reveal().decode())
        with (
            silenced(*_LOGGERS),
            httpx.Client(
                base_url=self.settings.address,
                auth=httpx.BasicAuth(*login),
                verify=self._trust,
                timeout=_timeout(seconds),
                follow_redirects=False,
                trust_env=False,
            ) as client,
        ):
            yield client

    def _left(self, end: float) -> float:
        """Return the seconds that an act has left; one that has none does not begin another call."""
        left = end - time.monotonic()
        if left <= 0:
            raise self._unreachable()
        return left

    @property
    def _host(self) -> str:
        return urlsplit(self.settings.address).netloc.rpartition("@")[2]

    def _unreachable(self) -> BsreError:
        return BsreError("bsre-unreachable", address=self._host)


_PATHS = {
    (Generation.V1, "sign"): "/api/sign/pdf",
    (Generation.V1, "status"): "/api/user/status/{nik}",
    (Generation.V2, "sign"): "/api/v2/sign/pdf",
    (Generation.V2, "status"): "/api/v2/user/check/status",
}


_LOGGERS = ("httpx", "httpcore", "httpcore.connection", "httpcore.http11")
"""They log addresses, and those of the first generation have the NIK in them."""


def _timeout(seconds: float) -> httpx.Timeout:
    return httpx.Timeout(seconds, connect=min(seconds, 15.0))


def properties(pdf: bytes, reason: str | None, location: str | None) -> dict[str, Any]:
    """Return the part of a request that says what the signature states; the letter has its own visible part."""
    shown = {"tampilan": "INVISIBLE", "reason": reason or "", "location": location or ""}
    return {"signatureProperties": [shown], "file": [base64.b64encode(pdf).decode("ascii")]}


def _who(signer: str) -> dict[str, str]:
    return {"email": signer} if "@" in signer else {"nik": signer}


def _form(pdf: bytes, signer: str, secret: str, reason: str | None, location: str | None) -> dict[str, Any]:
    values = {"nik": signer, "passphrase": secret, "tampilan": "invisible"}
    values |= {"reason": reason} if reason else {}
    values |= {"location": location} if location else {}
    return {"data": values, "files": {"file": ("surat.pdf", pdf, "application/pdf")}}
