"""
Documents of an office in an S3 bucket.

`S3DocumentStore` is what the plugin opens for addresses such as ``s3:bucket/prefix``.
"""

from pathlib import Path as _Path

from perizinan_core.i18n import add_locale_dir as _add_locale_dir
from perizinan_s3._errors import S3UnavailableError, S3UnfitError
from perizinan_s3._settings import S3Settings
from perizinan_s3._store import S3DocumentStore

__all__ = ["S3DocumentStore", "S3Settings", "S3UnavailableError", "S3UnfitError"]

_add_locale_dir(_Path(__file__).parent / "locale")
