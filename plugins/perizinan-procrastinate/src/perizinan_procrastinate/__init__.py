"""
Any number of workers for an office on PostgreSQL.

`ProcrastinateQueue` is what the plugin opens for ``[plugins] work_queue = "procrastinate"``.
"""

from pathlib import Path as _Path

from perizinan_core.i18n import add_locale_dir as _add_locale_dir
from perizinan_procrastinate._errors import QueueUnavailableError, QueueUnfitError
from perizinan_procrastinate._queue import ProcrastinateQueue

__all__ = ["ProcrastinateQueue", "QueueUnavailableError", "QueueUnfitError"]

_add_locale_dir(_Path(__file__).parent / "locale")
