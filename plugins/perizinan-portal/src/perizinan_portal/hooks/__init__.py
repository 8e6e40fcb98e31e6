"""
Extending the portal: what an authority or another package adds to it, by hooks.

An extension is an object (usually a module) with functions marked `hookimpl`, offered under the entry point group
``perizinan_portal.plugins``. Every hook returns records; a hook that raises leaves out that extension's records and
is named in the log, and the portal starts. See ``docs/how-to/extend-the-portal.md``.
"""

from perizinan_portal.hooks._loading import Extensions, load_extensions
from perizinan_portal.hooks._specs import PortalHooks, hookimpl
from perizinan_portal.hooks._types import (
    Identity,
    IdentityProvider,
    LoginRequest,
    Pages,
    RegistrationStep,
    Texts,
    Theme,
    Widget,
)

__all__ = [
    "Extensions",
    "Identity",
    "IdentityProvider",
    "LoginRequest",
    "Pages",
    "PortalHooks",
    "RegistrationStep",
    "Texts",
    "Theme",
    "Widget",
    "hookimpl",
    "load_extensions",
]
