"""
Uploads searched by ClamAV.

`ClamavScanner` is what the plugin offers to an office; `Clamd` speaks to the daemon, for those who want no more.
"""

from pathlib import Path as _Path

from perizinan_clamav._clamd import Clamd, ClamdVerdict, ClamdVersion
from perizinan_clamav._errors import ClamavError
from perizinan_clamav._scanner import ClamavScanner
from perizinan_clamav._settings import ClamavSettings
from perizinan_core.i18n import add_locale_dir as _add_locale_dir

__all__ = ["ClamavError", "ClamavScanner", "ClamavSettings", "Clamd", "ClamdVerdict", "ClamdVersion"]

_add_locale_dir(_Path(__file__).parent / "locale")
