"""What the plugin offers: signers for addresses such as ``bsre:env:NIK_KEPALA_DINAS``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from perizinan_bsre._errors import BsreError
from perizinan_bsre._settings import BsreSettings
from perizinan_core.hooks import PluginContext, SignerEntry, hookimpl
from perizinan_core.model import Text

if TYPE_CHECKING:
    from perizinan_bsre._signer import BsreSigner

__all__ = ["open_signer", "perizinan_api", "register_signers"]

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


def open_signer(
    *, address: str, secret: Callable[[str], str | bytes | None], context: PluginContext[BsreSettings]
) -> BsreSigner:
    """
    Make the signer of a position; nothing is sent yet.

    Raises:
        BsreError: ``bsre-address``; ``bsre-secret``: the officer gave none.
    """
    from perizinan_bsre._esign import Esign
    from perizinan_bsre._signer import BsreSigner

    who = address.removeprefix("bsre:")
    if who.startswith("env:"):
        who = os.environ.get(who.removeprefix("env:"), "")
    if not _SIGNER.fullmatch(who):
        shown = address if address.startswith("bsre:env:") else "bsre:…"
        raise BsreError("bsre-address", address=shown)
    esign = Esign(context.settings)
    given = secret("bsre")
    if not given:
        raise BsreError("bsre-secret", wanted=context.settings.authorisation)
    return BsreSigner(esign, who, given.decode() if isinstance(given, bytes) else given)
