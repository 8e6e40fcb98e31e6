"""
Permits signed by the national certification service (BSrE), through the Esign Client Service of an agency.

`BsreSigner` is what the plugin opens for addresses such as ``bsre:env:NIK_KEPALA_DINAS``, `BsreSealer` for
``bsre:seal``; `Esign` and `Seal` speak to the service. `perizinan_bsre.testing` is a service to test against.
"""

from pathlib import Path as _Path

from perizinan_bsre._codes import OneTimeCode
from perizinan_bsre._errors import BsreError, BsreInDoubtError
from perizinan_bsre._esign import Esign
from perizinan_bsre._seal import BsreSealer, Seal
from perizinan_bsre._settings import BsreSettings, Generation
from perizinan_bsre._signer import BsreSigner
from perizinan_bsre._status import SignerStatus
from perizinan_core.i18n import add_locale_dir as _add_locale_dir

__all__ = [
    "BsreError",
    "BsreInDoubtError",
    "BsreSealer",
    "BsreSettings",
    "BsreSigner",
    "Esign",
    "Generation",
    "OneTimeCode",
    "Seal",
    "SignerStatus",
]

_add_locale_dir(_Path(__file__).parent / "locale")
