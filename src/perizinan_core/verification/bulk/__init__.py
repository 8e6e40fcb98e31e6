"""
Many files at once: folders, archives, all cores, and nothing that one hostile file can do to the others.

`verify_many` is the door; `BulkLimits` bound what is read.
"""

from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._many import verify_many

__all__ = [
    "BulkLimits",
    "verify_many",
]
