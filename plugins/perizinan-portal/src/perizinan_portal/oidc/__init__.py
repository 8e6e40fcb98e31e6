"""
Identity providers by OpenID Connect, for the hook ``portal_identity_providers``; needs the extra ``oidc``.

::

    @hookimpl
    def portal_identity_providers():
        return [
            oidc_provider(
                name="sso",
                label="Masuk dengan SSO Kota Contoh",
                issuer="https://sso.kota-contoh.go.id",
                client_id="portal",
                client_secret=lambda: os.environ["SSO_SECRET"],
            )
        ]
"""

from perizinan_portal._oidc import OidcError, oidc_provider

__all__ = ["OidcError", "oidc_provider"]
