"""
Many files at once: folders, archives, all cores, and nothing that one hostile file can do to the others.

`verify_many` is the door; a `ResumeFile` remembers what was judged, `BulkLimits` bound what is read.
"""

from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._many import verify_many
from perizinan_core.verification.bulk._resume import ResumeFile

__all__ = [
    "BulkLimits",
    "ResumeFile",
    "verify_many",
]
