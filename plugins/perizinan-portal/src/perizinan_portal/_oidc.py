"""An identity provider by OpenID Connect: authorization code with PKCE, and an ID token whose signature is checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import attrs
import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from perizinan_portal.hooks import Identity, IdentityProvider, LoginRequest

__all__ = ["OidcError", "oidc_provider"]

_SECONDS = 10.0
_LEEWAY = 60
"""Seconds that the provider's clock may differ."""

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_LOCAL = ("http://127.0.0.1", "http://localhost")
_DISCOVERY = "/.well-known/openid-configuration"


class OidcError(Exception):
    """The provider said something that cannot be believed, or refused."""


def oidc_provider(
    *,
    name: str,
    label: str,
    issuer: str,
    client_id: str,
    client_secret: Callable[[], str] | None = None,
    scope: str = "openid email profile",
) -> IdentityProvider:
    """
    Return a provider for the hook ``portal_identity_providers``.

    Args:
        name: Stands in addresses and beside the accounts; never changed.
        label: On the button, for example "Masuk dengan …".
        issuer: Its address, as the provider's discovery document names it; https, except on this machine.
        client_id: As registered there, with the address ``<portal>/masuk/lewat/<name>/kembali``.
        client_secret: Asked for each time, so that it stands in the environment or a file; None: a public client.
        scope: What is asked for; without ``email`` no account can be begun with it.
    """
    if not issuer.startswith(("https://", *_LOCAL)):
        raise ValueError(f"the issuer has to be an https address, and is {issuer!r}")
    found = _Oidc(issuer.rstrip("/"), client_id, client_secret, scope)
    return IdentityProvider(name=name, label=label, begin=found.begin, finish=found.finish)


@attrs.define
class _Oidc:
    _issuer: str
    _client_id: str
    _secret: Callable[[], str] | None
    _scope: str
    _metadata: Mapping[str, Any] | None = None
    _keys: KeySet | None = None
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def begin(self, request: LoginRequest) -> str:
        """Return where the browser goes."""
        return str(
            prepare_grant_uri(
                self._known()["authorization_endpoint"],
                self._client_id,
                "code",
                redirect_uri=request.callback,
                scope=self._scope,
                state=request.state,
                nonce=request.nonce,
                code_challenge=create_s256_code_challenge(request.verifier),
                code_challenge_method="S256",
                ui_locales=request.language,
            )
        )

    def finish(self, request: LoginRequest, query: Mapping[str, str]) -> Identity:
        """Return who logged in, from what the browser came back with."""
        if "error" in query or "code" not in query:
            raise OidcError(query.get("error", "no code"))
        if query.get("iss", self._issuer) != self._issuer:
            raise OidcError("another issuer answered")
        token = self._token(request, query["code"])
        claims = self._claims(str(token["id_token"]), request.nonce)
        if "email" not in claims and "userinfo_endpoint" in self._known():
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            more = _answer(httpx.get(self._known()["userinfo_endpoint"], headers=bearer, timeout=_SECONDS))
            if more.get("sub") != claims["sub"]:
                raise OidcError("the profile is of another person")
            claims = {**more, **claims}
        email = claims.get("email")
        return Identity(
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else None,
            email_verified=claims.get("email_verified") in (True, "true"),
            name=str(claims.get("name", ""))[:200],
        )

    def _token(self, request: LoginRequest, code: str) -> dict[str, Any]:
        """Exchange the code, with the proof that this is who began (RFC 6749, section 4.1.3; RFC 7636)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.callback,
            "code_verifier": request.verifier,
        }
        auth = None
        if self._secret is None:
            form["client_id"] = self._client_id
        else:
            auth = (quote(self._client_id, safe=""), quote(self._secret(), safe=""))
        address = self._known()["token_endpoint"]
        return _answer(httpx.post(address, data=form, auth=auth, timeout=_SECONDS))

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token that is signed, for us, in time, and an answer to this very login."""
        try:
            claims = jwt.decode(token, self._signing_keys(), algorithms=_ALGORITHMS).claims
        except (InvalidKeyIdError, ValueError):
            # The provider may have new keys since they were read.
            claims = jwt.decode(token, self._signing_keys(fresh=True), algorithms=_ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        if claims.get("azp", self._client_id) != self._client_id:
            raise OidcError("the token is for another client")
        return dict(claims)

    def _known(self) -> Mapping[str, Any]:
        with self._lock:
            if self._metadata is None:
                read = _read(self._issuer + _DISCOVERY)
                if read.get("issuer") != self._issuer:
                    raise OidcError("the discovery document names another issuer")
                self._metadata = read
            return self._metadata

    def _signing_keys(self, *, fresh: bool = False) -> KeySet:
        address = self._known()["jwks_uri"]
        with self._lock:
            if self._keys is None or fresh:
                self._keys = KeySet.import_key_set(_read(address))  # type: ignore[arg-type]  # a JSON object
            return self._keys


def _read(address: str) -> dict[str, Any]:
    return _answer(httpx.get(address, timeout=_SECONDS))


def _answer(response: httpx.Response) -> dict[str, Any]:
    found = response.raise_for_status().json()
    if not isinstance(found, dict):
        raise OidcError("the provider did not answer with an object")
    return found
