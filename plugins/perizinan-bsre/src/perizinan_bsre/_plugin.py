"""What the plugin offers: signers for addresses such as ``bsre:env:NIK_KEPALA_DINAS``, the seal, and commands."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from perizinan_bsre._errors import BsreError
from perizinan_bsre._settings import BsreSettings
from perizinan_core.hooks import CliCommandEntry, PluginContext, SignerEntry, hookimpl
from perizinan_core.model import Text

if TYPE_CHECKING:
    import click

    from perizinan_bsre._seal import BsreSealer
    from perizinan_bsre._signer import BsreSigner

__all__ = [
    "load_command",
    "open_signer",
    "perizinan_api",
    "register_cli_commands",
    "register_signers",
    "signer_of",
]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

_SIGNER = re.compile(r"\d{16}|[^@\s/]{1,100}@[^@\s/]{1,100}")
_FOOTER = Text(
    id="Dokumen ini ditandatangani secara elektronik menggunakan sertifikat elektronik yang diterbitkan oleh Balai "
    "Besar Sertifikasi Elektronik (BSrE), Badan Siber dan Sandi Negara.",
    en="This document was signed electronically with a certificate issued by Balai Besar Sertifikasi Elektronik "
    "(BSrE), Badan Siber dan Sandi Negara.",
)


@hookimpl
def register_signers() -> list[SignerEntry]:
    """Offer the service; ``kepala-dinas = "bsre:env:NIK"`` under ``[signing.signers]`` chooses it."""
    return [SignerEntry(scheme="bsre", open=open_signer, footer=_FOOTER, settings=BsreSettings)]


@hookimpl
def register_cli_commands() -> list[CliCommandEntry]:
    """Offer ``perizinan bsre``."""
    help_ = "Layanan BSrE: status pejabat, kode sekali pakai, dan segel instansi."
    return [CliCommandEntry(name="bsre", help=help_, load=load_command, settings=BsreSettings)]


def load_command(*, context: PluginContext[BsreSettings]) -> click.Command:
    """Return the commands."""
    from perizinan_bsre._cli import bsre_group

    return bsre_group(context)


def open_signer(
    *, address: str, secret: Callable[[str], str | bytes | None], context: PluginContext[BsreSettings]
) -> BsreSigner | BsreSealer:
    """
    Make the signer of a position, or the seal of the office; nothing is sent yet.

    Raises:
        BsreError: ``bsre-address``, ``bsre-subscriber``; ``bsre-secret``: none was given.
    """
    from perizinan_bsre._esign import Esign
    from perizinan_bsre._seal import BsreSealer, Seal
    from perizinan_bsre._signer import BsreSigner

    who = "" if address == _SEAL else signer_of(address)
    esign = Esign(context.settings)
    seal = None if who else Seal(esign)
    given = secret("bsre")
    if not given:
        raise BsreError("bsre-secret", wanted=context.settings.authorisation if who else "activation")
    told = given.decode() if isinstance(given, bytes) else given
    return BsreSigner(esign, who, told) if seal is None else BsreSealer(seal, told)


def signer_of(address: str) -> str:
    """
    Return NIK or mail address in the address of a signer.

    Raises:
        BsreError: ``bsre-address``.
    """
    who = address.removeprefix("bsre:")
    if who.startswith("env:"):
        who = os.environ.get(who.removeprefix("env:"), "")
    if not _SIGNER.fullmatch(who):
        shown = address if address.startswith("bsre:env:") else "bsre:…"
        raise BsreError("bsre-address", address=shown)
    return who


_SEAL = "bsre:seal"
