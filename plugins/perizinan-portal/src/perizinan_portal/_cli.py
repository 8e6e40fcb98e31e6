"""``perizinan portal``: what the operator of the machine does for the portal's accounts."""

from __future__ import annotations

import click

from perizinan_core.hooks import PluginContext
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_
from perizinan_portal._accounts._invite import invitation
from perizinan_portal._app import portal_services
from perizinan_portal._kit import say
from perizinan_portal._settings import PortalSettings

__all__ = ["portal_group"]


def portal_group(context: PluginContext[PortalSettings]) -> click.Group:
    """Return the commands about the portal."""

    @click.group("portal", help="Akun portal: undang petugas.")
    def group() -> None:
        """Hold the commands about the portal."""

    @group.command("invite", help="Cetak tautan sekali pakai; dengan itu petugas ID memilih kata sandi.")
    @click.argument("officer", metavar="ID")
    @click.pass_obj
    def invite(obj: dict[str, object] | None, *, officer: str) -> None:
        """Print a link with which an officer on record chooses a password. The operator hands it over in person."""
        language = str((obj or {}).get("language") or DEFAULT_LANGUAGE)
        path = invitation(portal_services(context.office(), context.settings), officer)
        sentence = N_("With this link officer {officer} chooses a password; it is good once, for 7 days:")
        click.echo(say(sentence, language, officer=officer))
        click.echo(context.settings.address.rstrip("/") + path)

    return group
