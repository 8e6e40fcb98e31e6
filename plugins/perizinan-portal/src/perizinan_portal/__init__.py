"""
The portal of a licensing office: apply, follow, review, sign, download, in a browser.

``perizinan serve`` runs it once ``perizinan.toml`` names it::

    [plugins]
    frontend = "portal"

    [plugin.portal]
    address = "https://izin.kota-contoh.go.id"

A host program can build it too: `portal_app` takes an open office and returns an ASGI application. How it is built,
and where a new page goes: ``docs/explanation/portal.md``.
"""

import typing as _typing

from perizinan_portal._settings import PortalSettings

if _typing.TYPE_CHECKING:
    from perizinan_portal._app import portal_app

__all__ = ["PortalSettings", "portal_app"]


def __getattr__(name: str) -> _typing.Any:
    # The plugin is imported by every command; the web framework only by those that serve the portal.
    if name == "portal_app":
        from perizinan_portal import _app

        return _app.portal_app
    raise AttributeError(name)


def __dir__() -> list[str]:
    return __all__
