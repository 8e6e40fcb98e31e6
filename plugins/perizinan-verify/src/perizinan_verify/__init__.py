"""
A page and a JSON API that tell anyone whether a permit is genuine and in force.

No account, no database, no session, no cookie::

    from pathlib import Path
    from perizinan_verify import create_app

    app = create_app(Path("authority.json"))

``app`` is an ASGI application; serve it alone or mount it below a path of a portal. The pages, the
addresses and the answers: ``docs/how-to/serve-verification.md``, ``docs/reference/verification-api.md``.
"""

import typing as _typing

from perizinan_verify._settings import PageSettings

if _typing.TYPE_CHECKING:
    from perizinan_verify._app import create_app, office_app

__all__ = ["PageSettings", "create_app", "office_app"]


def __getattr__(name: str) -> _typing.Any:
    # The plugin is imported by every command; the web framework only by those that serve the page.
    if name in ("create_app", "office_app"):
        from perizinan_verify import _app

        return getattr(_app, name)
    raise AttributeError(name)


def __dir__() -> list[str]:
    return __all__
