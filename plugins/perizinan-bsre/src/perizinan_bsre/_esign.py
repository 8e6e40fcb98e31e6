"""
The calls to an Esign Client Service: the status of a signer, and a signature.

The status may be asked again when the connection fails; a signature is asked for once.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

import attrs
import httpx

from perizinan_bsre._answers import Kept, is_own_refusal, read_signed, refusal_of
from perizinan_bsre._errors import BsreError, BsreInDoubtError
from perizinan_bsre._settings import BsreSettings, Generation
from perizinan_core.hooks import silenced
from perizinan_core.i18n import N_

__all__ = ["Esign", "SignerStatus"]

_HERE = {"localhost", "127.0.0.1", "::1"}
_STATUS_TRIES = 3
_STATUS_SECONDS = 20.0
_UNAUTHORISED = 401


class SignerStatus(StrEnum):
    """Status words of the service's manual; only the first may sign."""

    ISSUE = "ISSUE"
    EXPIRED = "EXPIRED"
    RENEW = "RENEW"
    WAITING_FOR_VERIFICATION = "WAITING_FOR_VERIFICATION"
    NEW = "NEW"
    NO_CERTIFICATE = "NO_CERTIFICATE"
    NOT_REGISTERED = "NOT_REGISTERED"
    SUSPEND = "SUSPEND"
    REVOKE = "REVOKE"
    UNKNOWN = "UNKNOWN"
    """A word that the manual does not have."""


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

    def status(self, signer: str) -> SignerStatus:
        """
        Return the status of a signer's certificate.

        Args:
            signer: NIK or mail address.

        Raises:
            BsreError: the service cannot be reached, or refuses.
        """
        for left in reversed(range(_STATUS_TRIES)):
            try:
                answer = self._ask_status(signer)
            except httpx.HTTPError as error:
                if not left:
                    raise self._unreachable() from error
                continue
            break
        if answer.status_code == _UNAUTHORISED:
            raise BsreError("bsre-login", address=self._host)
        value = _mapping(answer)
        inner = value.get("data")
        found = {**(inner if isinstance(inner, Mapping) else {}), **value}
        word = found.get("status")
        if isinstance(word, str) and (name := word.strip().upper().replace(" ", "_")):
            return SignerStatus(name) if name in SignerStatus.__members__ else SignerStatus.UNKNOWN
        code = str(found.get("status_code") or "")
        if code in _CODES:
            return _CODES[code]
        if is_own_refusal(value):
            raise refusal_of(value)
        return SignerStatus.UNKNOWN

    def sign(
        self, pdf: bytes, signer: str, secret: str, *, reason: str | None, location: str | None
    ) -> bytes:
        """
        Return a PDF with one more signature.

        Args:
            pdf: The letter.
            signer: NIK or mail address.
            secret: Passphrase or one-time code.
            reason: What stands in the signature.
            location: What stands in the signature.

        Raises:
            BsreError: nothing was signed.
            BsreInDoubtError: ``bsre-in-doubt``.
        """
        with _alone(pdf), self._client(self.settings.seconds) as client:
            try:
                if self.settings.generation is Generation.V1:
                    answer = client.post(self._path("sign"), **_form(pdf, signer, secret, reason, location))
                else:
                    answer = client.post(
                        self._path("sign"), json=self._body(pdf, signer, secret, reason, location)
                    )
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

    def _ask_status(self, signer: str) -> httpx.Response:
        with self._client(_STATUS_SECONDS) as client:
            if self.settings.generation is Generation.V1:
                return client.get(self._path("status").replace("{nik}", quote(signer, safe="")))
            return client.post(self._path("status"), json=_who(signer))

    def _body(
        self, pdf: bytes, signer: str, secret: str, reason: str | None, location: str | None
    ) -> dict[str, Any]:
        properties = {"tampilan": "INVISIBLE", "reason": reason or "", "location": location or ""}
        return {
            **_who(signer),
            self.settings.authorisation: secret,
            "signatureProperties": [properties],
            "file": [base64.b64encode(pdf).decode("ascii")],
        }

    def _path(self, call: str) -> str:
        chosen = self.settings.sign_path if call == "sign" else self.settings.status_path
        return chosen or _PATHS[self.settings.generation, call]

    @contextmanager
    def _client(self, seconds: float) -> Iterator[httpx.Client]:
        login = (self.settings.user.reveal().decode(), self.settings.password.reveal().decode())
        with (
            silenced(*_LOGGERS),
            httpx.Client(
                base_url=self.settings.address,
                auth=httpx.BasicAuth(*login),
                verify=self._trust,
                timeout=httpx.Timeout(seconds, connect=min(seconds, 15.0)),
                follow_redirects=False,
                trust_env=False,
            ) as client,
        ):
            yield client

    @property
    def _host(self) -> str:
        return urlsplit(self.settings.address).netloc.rpartition("@")[2]

    def _unreachable(self) -> BsreError:
        return BsreError("bsre-unreachable", address=self._host)


_CODES = {
    "1111": SignerStatus.ISSUE,
    "1110": SignerStatus.NOT_REGISTERED,
    "2011": SignerStatus.NOT_REGISTERED,
}
_PATHS = {
    (Generation.V1, "sign"): "/api/sign/pdf",
    (Generation.V1, "status"): "/api/user/status/{nik}",
    (Generation.V2, "sign"): "/api/v2/sign/pdf",
    (Generation.V2, "status"): "/api/v2/user/check/status",
}


_LOGGERS = ("httpx", "httpcore", "httpcore.connection", "httpcore.http11")
"""They log addresses, and those of the first generation have the NIK in them."""


@contextmanager
def _alone(pdf: bytes) -> Iterator[None]:
    """Let one caller at a time ask about one document in this process; between processes the office's lease does so."""
    key = hashlib.sha256(pdf).digest()
    with _TURNS_LOCK:
        lock, waiting = _TURNS.get(key, (threading.Lock(), 0))
        _TURNS[key] = (lock, waiting + 1)
    try:
        with lock:
            yield
    finally:
        with _TURNS_LOCK:
            lock, waiting = _TURNS[key]
            if waiting == 1:
                del _TURNS[key]
            else:
                _TURNS[key] = (lock, waiting - 1)


_TURNS_LOCK = threading.Lock()
_TURNS: dict[bytes, tuple[threading.Lock, int]] = {}


def _who(signer: str) -> dict[str, str]:
    return {"email": signer} if "@" in signer else {"nik": signer}


def _form(pdf: bytes, signer: str, secret: str, reason: str | None, location: str | None) -> dict[str, Any]:
    values = {"nik": signer, "passphrase": secret, "tampilan": "invisible"}
    values |= {"reason": reason} if reason else {}
    values |= {"location": location} if location else {}
    return {"data": values, "files": {"file": ("surat.pdf", pdf, "application/pdf")}}


def _mapping(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}
