"""
Permits signed by the national certification service (BSrE), through the Esign Client Service of an agency.

`BsreSigner` is what the plugin opens for addresses such as ``bsre:env:NIK_KEPALA_DINAS``; `Esign` speaks to the
service.
"""

from pathlib import Path as _Path

from perizinan_bsre._errors import BsreError, BsreInDoubtError
from perizinan_bsre._esign import Esign, SignerStatus
from perizinan_bsre._settings import BsreSettings, Generation
from perizinan_bsre._signer import BsreSigner
from perizinan_core.i18n import add_locale_dir as _add_locale_dir

__all__ = [
    "BsreError",
    "BsreInDoubtError",
    "BsreSettings",
    "BsreSigner",
    "Esign",
    "Generation",
    "SignerStatus",
]

_add_locale_dir(_Path(__file__).parent / "locale")
